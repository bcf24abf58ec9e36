"""What a form must satisfy, on documents, without a database."""

import pytest

from forms_catalog.rules import circles, problems_of_field, problems_of_form, problems_of_print_template
from forms_catalog.sync import FormSync


def a_form(*fields, sections=({"uid": "s1", "title": "Metingen"},), **values):
    rows = [{"section": "s1", "reference": row["uid"], "label": row["uid"], **row} for row in fields]
    return {"name": "Onderhoud", **values, "parts": {"section": list(sections), "field": rows}}


CHOICE = {"uid": "soort", "type": "radio", "options": ["cv", "wp"]}


def test_a_sound_form_has_no_problems():
    document = a_form(
        CHOICE,
        {"uid": "co", "type": "number", "default_value": "9.5", "visible_if_field": "soort", "visible_if_value": "cv"},
        {"uid": "foto", "type": "photo", "is_required": True, "visible_if_field": "co"},
        sections=({"uid": "s1", "title": "Metingen"}, {"uid": "s2", "title": "Leeg", "visible_if_field": "co"}),
    )
    assert FormSync.validate(document) == []


def test_a_form_without_parts_is_fine():
    assert problems_of_form({"name": "Leeg"}) == problems_of_form({"name": "Leeg", "parts": {}}) == []


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ({"type": "radio"}, "options"),
        ({"type": "text", "options": ["a"]}, "options"),
        ({"options": ["a"]}, "options"),
        ({"type": "dropdown", "options": ["a", "a"]}, "options"),
        ({"type": "dropdown", "options": ["a"], "option_labels": {"b": "B"}}, "option_labels"),
        ({"type": "dropdown", "options": ["a"], "option_labels": {"a": " "}}, "option_labels"),
        ({"type": "dropdown", "options": ["a"], "option_labels": {"a": 1}}, "option_labels"),
        ({"type": "dropdown", "options": ["a", ""]}, "options"),
        ({"type": "dropdown", "options": ["a"], "default_value": "b"}, "default_value"),
        ({"type": "radio", "options": ["a", "b"], "default_value": "a\nb"}, "default_value"),
        ({"type": "checkboxes", "options": ["a", "b"], "default_value": "a\nc"}, "default_value"),
        ({"type": "number", "default_value": "veel"}, "default_value"),
        ({"type": "number", "default_value": "NaN"}, "default_value"),
        ({"type": "number", "default_value": "1e400000000"}, "default_value"),
        ({"type": "number", "default_value": "1_000"}, "default_value"),
        ({"type": "number", "default_value": "1,5"}, None),
        ({"type": "date", "default_value": "20251231"}, "default_value"),
        ({"type": "date", "default_value": "31-12-2025"}, None),
        ({"type": "time", "default_value": "10.30"}, "default_value"),
        ({"type": "time", "default_value": "25:00"}, "default_value"),
        ({"type": "photo", "default_value": "x"}, "default_value"),
        ({"type": "information", "is_required": True}, "is_required"),
        ({"type": "checkboxes", "options": ["a", "b"], "default_value": "a\nb", "is_required": True}, None),
        ({"type": "date", "default_value": "2025-12-31"}, None),
        ({"type": "time", "default_value": "08:30"}, None),
    ],
)
def test_a_field_fits_its_type(field, wrong):
    assert list(problems_of_field(field)) == ([wrong] if wrong else [])


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ({"visible_if_field": "elders"}, "of this form"),
        ({"visible_if_field": "tweede"}, "on itself"),
        ({"visible_if_value": "cv"}, "must have this answer"),
        ({"visible_if_field": "soort", "visible_if_value": "gas"}, "not one of the options"),
        ({"visible_if_field": "uitleg"}, "has no answer"),
        ({"visible_if_field": "foto", "visible_if_value": "ja"}, "Leave the answer empty"),
    ],
)
def test_visibility_refers_to_an_answer_in_the_same_form(field, words):
    others = (CHOICE, {"uid": "uitleg", "type": "information"}, {"uid": "foto", "type": "photo"})
    found = problems_of_form(a_form(*others, {"uid": "tweede", **field}))
    assert any(words in message and "tweede" in message for message in found)


def test_fields_that_wait_for_each_other_are_named():
    document = a_form({"uid": "a", "visible_if_field": "b"}, {"uid": "b", "visible_if_field": "a"}, {"uid": "c"})
    assert circles(document) == ["a", "b"]
    assert any("a, b" in message for message in problems_of_form(document))


def test_a_section_cannot_wait_for_a_field_inside_it():
    section = {"uid": "s1", "title": "Metingen", "visible_if_field": "a"}
    assert circles(a_form({"uid": "a"}, sections=(section,))) == ["s1", "a"]


def test_a_circle_through_two_sections_is_found():
    sections = (
        {"uid": "s1", "title": "Een", "visible_if_field": "b"},
        {"uid": "s2", "title": "Twee", "visible_if_field": "a"},
    )
    fields = ({"uid": "a", "section": "s1"}, {"uid": "b", "section": "s2"})
    assert set(circles(a_form(*fields, sections=sections))) == {"s1", "s2", "a", "b"}


def test_waiting_for_a_circle_is_not_being_in_one():
    fields = ({"uid": "a", "visible_if_field": "b"}, {"uid": "b", "visible_if_field": "a"})
    assert circles(a_form(*fields, {"uid": "c", "visible_if_field": "a"})) == ["a", "b"]


def test_ids_are_unique_in_the_whole_form():
    sections = ({"uid": "s1", "title": "Een"}, {"uid": "s2", "title": "Twee"})
    fields = ({"uid": "a", "reference": "co"}, {"uid": "b", "reference": "co", "section": "s2"})
    assert any("“co”" in message for message in problems_of_form(a_form(*fields, sections=sections)))


@pytest.mark.parametrize("name", ["", "  "])
def test_a_form_has_a_name(name):
    assert problems_of_form({"name": name}) != []


@pytest.mark.parametrize(
    ("html", "is_fine"),
    [
        ("<h1>{{ bedrijf.naam }}</h1><p>CO: {{ veld.co }} voor {{ klant.naam }}</p>", True),
        ("<p>{{ veld.nox }}</p>", False),
        ("<p>{{ maan.naam }}</p>", False),
        ("<p>{{ veld }}</p>", False),
        ("<script>alert(1)</script>", False),
        ("<p onclick='x()'>a</p>", False),
    ],
)
def test_a_print_template_holds_nothing_that_runs_or_does_not_exist(html, is_fine):
    assert (problems_of_print_template(html, ["co"]) == []) is is_fine
    assert (problems_of_form(a_form({"uid": "co"}, print_template=html)) == []) is is_fine


def test_a_field_of_which_a_document_leaves_out_the_type_is_a_text():
    assert problems_of_field({"default_value": "in orde"}) == {}
    assert list(problems_of_field({"default_value": "veel te lang", "at_most": "3"})) == ["default_value"]
