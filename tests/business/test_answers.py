"""What is asked and accepted in a filled-in form."""

from typing import Any

import pytest
from django.utils import translation

from business.answers import kept_answers, problems_of_answers


@pytest.fixture(autouse=True)
def english() -> Any:
    with translation.override("en"):
        yield


def question(key: str, kind: str = "text", **facts: Any) -> dict[str, Any]:
    empty = {"label": key, "is_required": False, "options": [], "default": "", "help_text": "", "visible_if": None}
    return {**empty, "key": key, "type": kind, **facts}


def form(*fields: dict[str, Any], visible_if: Any = None) -> list[dict[str, Any]]:
    return [{"key": "s", "title": "Section", "visible_if": visible_if, "fields": list(fields)}]


def test_a_required_question_needs_an_answer():
    asked = form(question("co", is_required=True))
    assert problems_of_answers(asked, {}) == {"co": ["Fill this in."]}
    assert problems_of_answers(asked, {"co": "12"}) == {}


def test_required_checkboxes_means_all_of_them():
    asked = form(question("safe", "checkboxes", is_required=True, options=["gas", "water"]))
    assert problems_of_answers(asked, {"safe": ["gas"]}) == {"safe": ["Tick all of them."]}
    assert problems_of_answers(asked, {"safe": ["gas", "water"]}) == {}


@pytest.mark.parametrize(
    ("kind", "answer"), [("number", "veel"), ("number", "NaN"), ("date", "morgen"), ("time", "25:00")]
)
def test_an_answer_must_fit_its_question(kind, answer):
    assert problems_of_answers(form(question("q", kind)), {"q": answer})


def test_an_option_that_is_not_there_is_refused():
    assert problems_of_answers(form(question("q", "radio", options=["a"])), {"q": "b"})


def test_a_hidden_question_needs_no_answer_and_keeps_none():
    shown_if = {"field": "leak", "value": "yes"}
    asked = form(
        question("leak", "radio", options=["yes", "no"]), question("where", is_required=True, visible_if=shown_if)
    )
    assert problems_of_answers(asked, {"leak": "no"}) == {}
    assert kept_answers(asked, {"leak": "no", "where": "kitchen"}) == {"leak": "no"}
    assert problems_of_answers(asked, {"leak": "yes"}) == {"where": ["Fill this in."]}


def test_what_depends_on_a_hidden_question_is_hidden_too():
    asked = form(
        question("a", "radio", options=["yes", "no"]),
        question("b", visible_if={"field": "a", "value": "yes"}),
        question("c", is_required=True, visible_if={"field": "b", "value": ""}),
    )
    assert problems_of_answers(asked, {"a": "no", "b": "something"}) == {}


def test_a_hidden_section_asks_nothing():
    asked = [
        *form(question("a", "radio", options=["yes", "no"])),
        *form(question("b", is_required=True), visible_if={"field": "a", "value": "yes"}),
    ]
    assert problems_of_answers(asked, {"a": "no"}) == {}


def test_an_information_text_is_never_answered():
    assert kept_answers(form(question("i", "information")), {"i": "x"}) == {}


@pytest.mark.parametrize("wanted", ["1.5", "1,5", "1.50"])
@pytest.mark.parametrize("answer", ["1.5", "1,5", "01.5"])
def test_a_question_is_shown_for_the_same_number_however_it_is_written(wanted, answer):
    shown_if = {"field": "druk", "value": wanted}
    asked = form(question("druk", "number"), question("waarom", is_required=True, visible_if=shown_if))
    assert problems_of_answers(asked, {"druk": answer}) == {"waarom": ["Fill this in."]}


def test_a_time_that_was_kept_with_seconds_still_shows_its_question():
    shown_if = {"field": "start", "value": "10:30"}
    asked = form(question("start", "time"), question("waarom", is_required=True, visible_if=shown_if))
    assert problems_of_answers(asked, {"start": "10:30:00"}) == {"waarom": ["Fill this in."]}


def test_an_answer_is_kept_in_one_form():
    assert kept_answers(form(question("druk", "number")), {"druk": "1,50"}) == {"druk": "1.5"}


@pytest.mark.parametrize(
    ("kind", "answer"), [("number", "1_000"), ("number", "١٢"), ("date", "20261128"), ("time", "10.30")]
)
def test_an_odd_answer_is_refused_with_what_to_write(kind, answer):
    (problem,) = problems_of_answers(form(question("q", kind)), {"q": answer})["q"]
    assert answer in problem
    assert "Write" in problem
