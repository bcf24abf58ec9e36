"""A form as an XLSForm workbook. What XLSForm has no column for stands in columns of our own, which others ignore."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from ..answering.questions import Question, Questions, every_question
from ..expressions.language import quoted
from .columns import OWN

TYPES: Mapping[str, str] = {
    "text": "text",
    "short_text": "text",
    "email": "text",
    "telephone": "text",
    "web_address": "text",
    "object_reference": "text",
    "own_list": "text",
    "date": "date",
    "time": "time",
    "date_time": "dateTime",
    "photo": "image",
    "signature": "image",
    "file": "file",
    "barcode": "barcode",
    "place": "geopoint",
    "calculated": "calculate",
    "information": "note",
    "rating": "integer",
}
APPEARANCES: Mapping[str, str] = {"text": "multiline", "signature": "signature", "dropdown": "minimal"}
OWN_COLUMNS = (
    "type",
    "unit",
    "decimals",
    "at_least",
    "at_most",
    "list_source",
    "valid_when",
    "least_rows",
    "most_rows",
)
SURVEY = (
    "type",
    "name",
    "label",
    "hint",
    "required",
    "relevant",
    "constraint",
    "constraint_message",
    "calculation",
    "default",
    "appearance",
    "repeat_count",
    *(f"{OWN}::{name}" for name in (*OWN_COLUMNS, "allows_other", "default_value", "required_when")),
)
COUNTED = ("text", "short_text")
CHOSEN = ("radio", "dropdown", "several", "checkboxes")
YES_NO_LIST = "eenlijn_yes_no"

Row = dict[str, Any]


def write_form(name: str, questions: Questions) -> bytes:
    """Return the .xlsx of a form: its questions as they are copied to a work order."""
    workbook = Workbook()
    survey = workbook.active
    assert survey is not None
    survey.title = "survey"
    names = {question["key"]: question["reference"] for question in every_question(questions)}
    rows = [row for number, section in enumerate(questions, 1) for row in _section(number, section, names)]
    _fill(survey, SURVEY, rows)
    _fill(workbook.create_sheet("choices"), ("list_name", "name", "label"), _choices(questions))
    _fill(workbook.create_sheet("settings"), ("form_title", "form_id"), [{"form_title": name, "form_id": "form"}])
    content = BytesIO()
    workbook.save(content)
    return content.getvalue()


def _section(number: int, section: Mapping[str, Any], names: Mapping[str, str]) -> list[Row]:
    word = "repeat" if section.get("repeats") else "group"
    row = {"type": f"begin_{word}", "name": f"section_{number}", "label": section["title"]}
    least = section.get("least_rows")
    most = section.get("most_rows")
    row |= {"relevant": _relevant(section, names), f"{OWN}::least_rows": least, f"{OWN}::most_rows": most}
    row |= {"repeat_count": least} if least and least == most else {}
    return [row, *(_field(question, names) for question in section["fields"]), {"type": f"end_{word}"}]


def _field(question: Question, names: Mapping[str, str]) -> Row:
    kind = question["type"]
    required = question.get("required_when", "")
    return {
        "type": _type(question),
        "name": question["reference"],
        "label": question["label"],
        "hint": question["help_text"],
        "required": "yes" if question["is_required"] else required,
        "relevant": _relevant(question, names),
        "constraint": _constraint(question),
        "constraint_message": question.get("valid_message", ""),
        "calculation": question.get("formula", ""),
        "default": " ".join(question["default"].split("\n"))
        if kind in ("several", "checkboxes")
        else question["default"],
        "appearance": APPEARANCES.get(kind, ""),
        **{f"{OWN}::{name}": question.get(name) for name in OWN_COLUMNS},
        f"{OWN}::type": kind,
        f"{OWN}::allows_other": "true" if question.get("allows_other") else "",
        f"{OWN}::default_value": question["default"],
        # What is always required says nothing of when, and may have a rule for later.
        f"{OWN}::required_when": required if question["is_required"] else "",
    }


def _type(question: Question) -> str:
    kind = question["type"]
    if kind in CHOSEN:
        word = "select_one" if kind in ("radio", "dropdown") else "select_multiple"
        return f"{word} {_list_name(question)}" + (" or_other" if question.get("allows_other") else "")
    if kind == "yes_no":
        return f"select_one {YES_NO_LIST}"
    if kind == "number":
        return "integer" if question.get("decimals") == 0 else "decimal"
    return TYPES[kind]


def _list_name(question: Question) -> str:
    return f"list_{question['reference']}"


def _choices(questions: Questions) -> list[Row]:
    rows = []
    for question in every_question(questions):
        labels = question.get("option_labels", {})
        if question["type"] in CHOSEN:
            name = _list_name(question)
            rows += [{"list_name": name, "name": one, "label": labels.get(one, one)} for one in question["options"]]
    if any(question["type"] == "yes_no" for question in every_question(questions)):
        rows += [{"list_name": YES_NO_LIST, "name": code, "label": label} for code, label in _yes_no()]
    return rows


def _yes_no() -> Sequence[tuple[str, str]]:
    return ("yes", _("yes")), ("no", _("no"))


def _relevant(part: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """Both ways in which something is shown depending on answers, as one rule."""
    waited_for = part.get("visible_if")
    rules = [part.get("visible_when", "")]
    if waited_for and waited_for["field"] in names:
        sign = f"= {quoted(waited_for['value'])}" if waited_for["value"] else "!= ''"
        rules.insert(0, f"${{{names[waited_for['field']]}}} {sign}")
    given = [rule for rule in rules if rule]
    return given[0] if len(given) == 1 else " and ".join(f"({rule})" for rule in given)


def _constraint(question: Question) -> str:
    """What is accepted, limits included, as other products of XLSForm judge it."""
    length = "string-length(.)" if question["type"] in COUNTED else "."
    rules = [question.get("valid_when", "")]
    if question["type"] in ("number", "rating", *COUNTED):
        signs = (("at_least", ">="), ("at_most", "<="))
        rules += [f"{length} {sign} {question[limit]}" for limit, sign in signs if question.get(limit)]
    given = [rule for rule in rules if rule]
    return given[0] if len(given) == 1 else " and ".join(f"({rule})" for rule in given)


def _fill(sheet: Any, columns: Sequence[str], rows: Sequence[Row]) -> None:
    for number, values in enumerate([dict(zip(columns, columns, strict=True)), *rows], 1):
        for place, name in enumerate(columns, 1):
            value = values.get(name)
            if value not in (None, ""):
                cell = sheet.cell(number, place)
                # Before and after: a text that begins with = would be kept as a formula that runs.
                cell.value = ILLEGAL_CHARACTERS_RE.sub("", str(value))
                cell.data_type = "s"
