"""What is asked and accepted in a filled-in form."""

from datetime import date
from typing import Any

import pytest
from django.utils import translation

from forms_catalog.answering.answers import Answered
from forms_catalog.answering.entries import holds_many, stars_of
from forms_catalog.answering.live import so_far

TODAY = date(2026, 11, 30)


@pytest.fixture(autouse=True)
def english() -> Any:
    with translation.override("en"):
        yield


def question(key: str, kind: str = "text", **facts: Any) -> dict[str, Any]:
    empty = {"label": key, "is_required": False, "options": [], "default": "", "help_text": "", "visible_if": None}
    return {**empty, "key": key, "type": kind, **facts}


def form(*fields: dict[str, Any], visible_if: Any = None) -> list[dict[str, Any]]:
    return [{"key": "s", "title": "Section", "visible_if": visible_if, "fields": list(fields)}]


def problems_of_answers(questions: Any, answers: Any) -> dict[str, list[str]]:
    return Answered(questions, answers, TODAY).problems()


def kept_answers(questions: Any, answers: Any) -> dict[str, Any]:
    return Answered(questions, answers, TODAY).kept()


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


@pytest.mark.parametrize("limit", ["1e3", "1_000", "١٢", "NaN", "veel"])
@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ("number", "2"),
        ("date", "2026-11-30"),
        ("time", "10:30"),
        ("date_time", "2026-11-30T10:30"),
        ("text", "twee woorden"),
        ("rating", "5"),
        ("several", ["a", "b"]),
        ("photo", ["foto"]),
    ],
)
def test_a_limit_that_cannot_be_read_is_no_limit(kind, answer, limit):
    """It came from a backup or by SQL: whoever fills in the form can do nothing about it."""
    asked = question("q", kind, options=["a", "b"] if kind == "several" else [], at_least=limit, at_most=limit)
    assert problems_of_answers(form(asked), {"q": answer}) == {}
    assert not holds_many(asked)


@pytest.mark.parametrize("stars", ["0", "-3", "1,5", "1e1", "11", "100000"])
def test_a_rating_has_no_more_stars_than_fit_on_a_page(stars):
    assert stars_of(question("q", "rating", at_most=stars)) == 5


def test_more_decimals_than_can_be_kept_are_those_that_can():
    asked = form(question("q", "number", decimals=30_000), question("r", "calculated", decimals=30_000, formula="${q}"))
    assert problems_of_answers(asked, {"q": "1.123456"}) == {}


@pytest.mark.parametrize(
    ("facts", "answer", "words"),
    [
        ({"kind": "number"}, "1,5", None),
        ({"kind": "number"}, "1e3", "is not a number"),
        ({"kind": "number"}, "١٢", "is not a number"),
        ({"kind": "number"}, "NaN", "is not a number"),
        ({"kind": "number", "at_least": "2"}, "1,5", "at least 2"),
        ({"kind": "number", "at_most": "2"}, "2,5", "at most 2"),
        ({"kind": "number", "decimals": 1}, "2.5", None),
        ({"kind": "number", "decimals": 1}, "2.55", "at most 1 digit"),
        ({"kind": "number", "decimals": 0}, "2.5", "whole number"),
        ({"kind": "text", "at_most": "3"}, "abcd", "at most 3 characters"),
        ({"kind": "text", "at_least": "3"}, "ab", "at least 3 characters"),
        ({"kind": "short_text"}, "a\nb", "one line"),
        ({"kind": "yes_no"}, "yes", None),
        ({"kind": "yes_no"}, "misschien", "one of the options"),
        ({"kind": "email"}, "jan@example.nl", None),
        ({"kind": "email"}, "jan@", "not an e-mail address"),
        ({"kind": "telephone"}, "+31 (0)38-123 45 67", None),
        ({"kind": "telephone"}, "bel me", "not a telephone number"),
        ({"kind": "web_address"}, "https://example.nl/a?b=c", None),
        ({"kind": "web_address"}, "javascript:alert(1)", "not a web address"),
        ({"kind": "date", "at_least": "2026-11-01"}, "31-10-2026", "at least"),
        ({"kind": "date", "at_most": "2026-11-30"}, "2026-11-30", None),
        ({"kind": "time", "at_most": "17:00"}, "17:01", "at most"),
        ({"kind": "date_time", "at_least": "2026-11-01T00:00:00"}, "2026-11-01T08:30", None),
        ({"kind": "date_time"}, "gisteren", "not a date with a time"),
        ({"kind": "several", "options": ["a", "b"]}, ["a"], None),
        ({"kind": "several", "options": ["a", "b"]}, ["c"], "Choose from the options"),
        ({"kind": "several", "options": ["a", "b"], "at_least": "2"}, ["a"], "at least 2"),
        ({"kind": "several", "options": ["a", "b"], "at_most": "1"}, ["a", "b"], "at most 1"),
        ({"kind": "rating"}, "5", None),
        ({"kind": "rating"}, "6", "at most 5"),
        ({"kind": "rating", "at_most": "10"}, "6", None),
        ({"kind": "rating"}, "2.5", "whole number"),
        ({"kind": "place"}, "52.5168, 6.0830", None),
        ({"kind": "place"}, "152.5, 6.0", "not a place"),
        ({"kind": "place"}, "Zwolle", "not a place"),
        ({"kind": "barcode"}, "8711234567892", None),
        ({"kind": "photo"}, ["x", "y"], "at most 1"),
        ({"kind": "photo", "at_least": "2", "at_most": "3"}, ["x"], "at least 2"),
        ({"kind": "photo", "at_least": "2", "at_most": "3"}, ["x", "y"], None),
        ({"kind": "file", "at_most": "2"}, ["x", "y", "z"], "at most 2"),
        ({"kind": "signature", "at_least": "2"}, ["Jan"], "at least 2"),
        ({"kind": "own_list", "list_source": "employees"}, "Jan", None),
    ],
)
def test_an_answer_is_judged_by_its_type_and_limits(facts, answer, words):
    problems = problems_of_answers(form(question("q", **facts)), {"q": answer})
    if words is None:
        assert problems == {}
    else:
        assert words in " ".join(problems["q"])


def test_several_of_several_needs_one_where_it_is_required():
    asked = form(question("q", "several", options=["a", "b"], is_required=True))
    assert problems_of_answers(asked, {"q": []}) == {"q": ["Fill this in."]}
    assert problems_of_answers(asked, {"q": ["b"]}) == {}


@pytest.mark.parametrize(("kind", "answer"), [("radio", "_other"), ("several", ["a", "_other"])])
def test_other_namely_says_what_it_is_instead(kind, answer):
    asked = form(question("q", kind, options=["a"], allows_other=True))
    assert problems_of_answers(asked, {"q": answer}) == {"q": ["Write what it is instead."]}
    answers = {"q": answer, "q:other": "Itho"}
    assert problems_of_answers(asked, answers) == {}
    assert kept_answers(asked, answers) == answers
    assert problems_of_answers(form(question("q", kind, options=["a"])), answers) != {}


def named(key: str, kind: str = "text", **facts: Any) -> dict[str, Any]:
    return question(key, kind, reference=key, **facts)


def test_rules_show_require_and_accept():
    asked = form(
        named("druk", "number", valid_when=". < ${meest}", valid_message="Te hoog."),
        named("meest", "number", default="3"),
        named("waarom", visible_when="${druk} > 1.5 and not(${druk} > 5)", required_when="${druk} >= 2"),
    )
    assert so_far(asked, {"druk": "1,5"}, TODAY)["shown"] == ["druk", "meest"]
    state = so_far(asked, {"druk": "1,6"}, TODAY)
    assert (state["shown"], state["required"]) == (["druk", "meest", "waarom"], [])
    assert problems_of_answers(asked, {"druk": "2", "meest": "3"}) == {"waarom": ["Fill this in."]}
    assert problems_of_answers(asked, {"druk": "3", "meest": "3", "waarom": "x"}) == {"druk": ["Te hoog."]}
    assert kept_answers(asked, {"druk": "1", "meest": "3", "waarom": "weg"}) == {"druk": "1", "meest": "3"}


def test_what_is_hidden_is_empty_to_other_rules():
    asked = form(
        named("a", "yes_no"),
        named("b", visible_when="${a} = 'yes'"),
        named("c", visible_when="${b} = 'x'"),
    )
    assert so_far(asked, {"a": "yes", "b": "x"}, TODAY)["shown"] == ["a", "b", "c"]
    assert so_far(asked, {"a": "no", "b": "x"}, TODAY)["shown"] == ["a"]


def test_a_ring_that_is_there_all_the_same_shows_nothing_and_ends():
    asked = form(named("a", visible_when="${b} = ''"), named("b", visible_when="${a} = ''"), named("c"))
    assert so_far(asked, {}, TODAY)["shown"] == ["c"]


def test_what_is_calculated_is_kept_with_its_decimals_and_cannot_be_sent():
    asked = form(
        named("totaal", "calculated", formula="round(${lengte} * ${breedte}, 2)", unit="m²", decimals=2),
        named("lengte", "number"),
        named("breedte", "number"),
    )
    answers = {"lengte": "2,5", "breedte": "1.333", "totaal": "9999"}
    assert kept_answers(asked, answers)["totaal"] == "3.33"
    assert so_far(asked, answers, TODAY)["computed"] == {"totaal": "3.33 m²"}
    assert kept_answers(asked, {"lengte": "2"})["totaal"] == ""


def test_four_hundred_questions_that_follow_from_each_other_are_worked_out():
    chain = [
        named("v0", "number"),
        *(named(f"v{n}", "calculated", formula=f"${{v{n - 1}}} + 1") for n in range(1, 450)),
    ]
    assert kept_answers(form(*reversed(chain)), {"v0": "1"})["v449"] == "450"


def table(*fields: dict[str, Any], **facts: Any) -> dict[str, Any]:
    return {"key": "t", "title": "Toestellen", "visible_if": None, "repeats": True, "fields": list(fields), **facts}


def test_a_table_has_rows_with_rules_of_their_own():
    asked = [
        table(named("merk", is_required=True), named("uren", "number"), named("waarom", visible_when="${uren} > 2")),
        *form(
            named("samen", "calculated", formula="sum(${uren}) + 0"),
            named("aantal", "calculated", formula="count(${merk})"),
        ),
    ]
    rows = [{"merk": "Nefit", "uren": "1,5", "waarom": "weg"}, {"uren": "3", "waarom": "oud"}, {}]
    assert problems_of_answers(asked, {"t": rows}) == {"t.1.merk": ["Fill this in."]}
    kept = kept_answers(asked, {"t": rows})
    assert kept["t"] == [{"merk": "Nefit", "uren": "1.5"}, {"merk": "", "uren": "3", "waarom": "oud"}]
    assert (kept["samen"], kept["aantal"]) == ("4.5", "1")


@pytest.mark.parametrize(("count", "words"), [(1, "at least 2 rows"), (2, None), (3, None), (4, "at most 3 rows")])
def test_a_table_has_as_many_rows_as_it_asks(count, words):
    asked = [table(named("merk"), least_rows=2, most_rows=3)]
    problems = problems_of_answers(asked, {"t": [{"merk": "x"}] * count})
    assert problems == {} if words is None else words in problems["t"][0]


@pytest.mark.parametrize("rows", [None, "x", {"a": 1}, [1, "x", None]])
def test_rows_that_are_none_are_no_rows(rows):
    assert kept_answers([table(named("merk"))], {"t": rows}) == {"t": []}
