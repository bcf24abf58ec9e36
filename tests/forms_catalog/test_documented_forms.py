"""What docs/forms.md says of types, rules and limits is so: every example in it is tried."""

import json
import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import translation

from forms_catalog import importing, type_rules
from forms_catalog.answering.answers import Answered
from forms_catalog.answering.entries import MOST_STARS
from forms_catalog.expressions import Scope, parse, value_of
from forms_catalog.expressions.language import DEEPEST, FUNCTIONS, LONGEST, MOST_PIECES
from forms_catalog.models import FieldType, ListSource
from forms_catalog.rules import problems_of_field
from forms_catalog.xlsform.columns import PLAIN_TYPES
from forms_catalog.xlsform.reading import read_form
from forms_catalog.xlsform.workbook import MOST_ROWS, SheetRow

PAGE = (Path(settings.BASE_DIR) / "docs" / "forms.md").read_text(encoding="utf-8")
TODAY = date(2026, 11, 30)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def table(heading: str) -> list[list[str]]:
    """The rows of the table below a heading, each cell without its marks."""
    section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")][2:]
    return [[cell.strip().strip("`") for cell in line.strip("|").split(" | ")] for line in lines]


def question(kind: str, given: str) -> dict[str, Any]:
    empty = {"label": "Vraag", "is_required": False, "options": [], "default": "", "help_text": "", "visible_if": None}
    return {**empty, "key": "q", "reference": "q", "type": kind, **json.loads(given)}


def problems(asked: dict[str, Any], answer: Any) -> dict[str, list[str]]:
    form = [{"key": "s", "title": "Sectie", "visible_if": None, "fields": [asked]}]
    return Answered(form, {"q": answer}, TODAY).problems()


TYPES = table("Types")


def test_every_type_is_on_the_page():
    assert [row[0] for row in TYPES] == list(FieldType.values)
    assert all(f"`{source}`" in PAGE for source in ListSource.values)


@pytest.mark.parametrize(("kind", "given", "accepted", "refused"), [(row[0], *row[2:]) for row in TYPES])
def test_a_type_takes_what_the_page_says_and_refuses_the_rest(kind, given, accepted, refused):
    asked = question(kind, given)
    assert problems_of_field(asked) == {}
    assert [answer for answer in json.loads(accepted) if problems(asked, answer)] == []
    assert [answer for answer in json.loads(refused) if not problems(asked, answer)] == []


def plain(value: Any) -> Any:
    if isinstance(value, list):
        return [plain(one) for one in value]
    return Decimal(str(value)) if isinstance(value, (int, float)) and not isinstance(value, bool) else value


@pytest.mark.parametrize(("rule", "answers", "value"), table("Rules"))
def test_a_rule_comes_to_what_the_page_says(rule, answers, value):
    seen = {name: plain(answer) for name, answer in json.loads(answers).items()}
    assert value_of(parse(rule), Scope(seen, TODAY)) == plain(json.loads(value))


def test_every_function_is_on_the_page():
    used = {name for rule, *_rest in table("Rules") for name in re.findall(r"([a-z-]+)\(", rule)}
    assert used - {"and", "or"} == set(FUNCTIONS)


def test_the_limits_are_those_on_the_page():
    assert {what: int(most) for what, most in table("Limits")} == {
        "characters in a rule": LONGEST,
        "levels in a rule": DEEPEST,
        "pieces in a rule": MOST_PIECES,
        "rows in a table": type_rules.MOST_ROWS,
        "photos, files or signatures of a question": type_rules.MOST_FILES,
        "stars of a rating": MOST_STARS,
        "decimals of a number": type_rules.MOST_DECIMALS,
        "fields of a form that is read from a workbook": importing.MOST_FIELDS,
        "rows on a sheet of a workbook": MOST_ROWS,
    }


@pytest.mark.parametrize(("kind", "here"), table("XLSForm"))
def test_a_type_of_xlsform_becomes_what_the_page_says(kind, here):
    rows = [
        SheetRow(
            2, {"type": kind, "name": "q", "label": "Vraag", "calculation": "1 + 1" if kind == "calculate" else ""}
        )
    ]
    read = read_form({"survey": rows, "choices": [SheetRow(2, {"list_name": "l", "name": "a", "label": "A"})]})
    assert (read.left_out, [field["type"] for field in read.fields]) == ([], [here])
    known = {kind for kind, _here in table("XLSForm")}
    assert {kind.lower() for kind in known} >= set(PLAIN_TYPES) - {"string", "int", "photo", "location"}
