"""What a form's rules and formulas name, and what is wrong with them in their place. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from settings_sync.declaring.options import Problem

from .answering.entries import OTHER
from .expressions import Expression, Unreadable, parse, problem_of_patterns, with_names, with_options

RULES_OF_SECTION = ("visible_when",)
RULES_OF_FIELD = ("visible_when", "required_when", "valid_when", "formula")
WAITED_FOR = ("visible_when", "formula")
"""What must be known before a field is shown or worked out; only by these can a form wait for itself."""
WITH_OPTIONS = ("checkboxes", "several", "radio", "dropdown", "yes_no")

Row = Mapping[str, Any]


@dataclass(frozen=True)
class RuleUse:
    """A rule of a section or field that names a field: where it stands, and which rule it is."""

    row: Row
    rule: str


def rules_of(row: Row) -> tuple[str, ...]:
    """Return the names of the rules that a row has filled in."""
    return tuple(name for name in RULES_OF_FIELD if row.get(name))


def problems_of_rules(row: Row, fields: Mapping[str, Row]) -> dict[str, list[str]]:
    """Return messages per rule of one section or field; `fields` are those of the form, by the id inside the form."""
    found: dict[str, list[str]] = {}
    for rule in rules_of(row):
        messages = list(_problems_of_rule(row, rule, fields))
        if messages:
            found[rule] = messages
    if row.get("valid_message") and not row.get("valid_when"):
        found["valid_message"] = [_("Say first when an answer is accepted.")]
    for rule in ("required_when", "valid_when"):
        if row.get(rule) and row.get("type") in ("information", "calculated"):
            found[rule] = [_("A field of this type has no answer of its own.")]
    return found


def names_waited_for(row: Row) -> set[str]:
    """Return the ids of the fields without which it is not known whether a row is shown or what it comes to."""
    names: set[str] = set()
    for rule in WAITED_FOR:
        expression = _readable(row.get(rule, ""))
        names |= expression.names if expression else set()
    return names


def uses_of_name(rows: list[Row], name: str) -> list[RuleUse]:
    """Return the rules that name a field."""
    return [use for use, expression in _expressions(rows) if name in expression.names]


def uses_of_option(rows: list[Row], name: str, code: str) -> list[RuleUse]:
    """Return the rules that ask whether a field has this answer."""
    return [
        use
        for use, expression in _expressions(rows)
        if any(compared.name == name and compared.answer == code for compared in expression.compared)
    ]


def renamed(row: Row, names: Mapping[str, str]) -> dict[str, str]:
    """Return the rules of a row that change when fields get other ids: by rule, as it becomes."""
    changed = {rule: with_names(row[rule], names) for rule in rules_of(row)}
    return {rule: text for rule, text in changed.items() if text != row[rule]}


def with_other_options(row: Row, name: str, options: Mapping[str, str]) -> dict[str, str]:
    """Return the rules of a row that change when options of a field get other codes: by rule, as it becomes."""
    changed = {rule: with_options(row[rule], name, options) for rule in rules_of(row)}
    return {rule: text for rule, text in changed.items() if text != row[rule]}


def _expressions(rows: list[Row]) -> Iterator[tuple[RuleUse, Expression]]:
    for row in rows:
        for rule in rules_of(row):
            expression = _readable(row[rule])
            if expression:
                yield RuleUse(row, rule), expression


def _readable(text: str) -> Expression | None:
    try:
        return parse(text) if text else None
    except Unreadable:
        return None


def _problems_of_rule(row: Row, rule: str, fields: Mapping[str, Row]) -> Iterator[str]:
    try:
        expression = parse(row[rule])
    except Unreadable as error:
        yield Problem(str(error), breaks=True)
        return
    if expression.uses_itself and rule != "valid_when":
        yield Problem(_("A point stands for the answer itself, which only “accepted when” can ask."), breaks=True)
    pattern = problem_of_patterns(expression)
    if pattern:
        yield Problem(pattern)
    for name in sorted(expression.names):
        message = _problem_of_name(name, fields.get(name))
        if message:
            yield Problem(message, about=(rule, "name", name), breaks=True)
    for compared in expression.compared:
        asked = fields.get(compared.name)
        if compared.answer and asked is not None and not _may_answer(asked, compared.answer):
            message = _("“%(answer)s” is not one of the options of ${%(name)s}.")
            facts = {"answer": compared.answer, "name": compared.name}
            yield Problem(message % facts, about=(rule, "answer", compared.name, compared.answer), breaks=True)


def _problem_of_name(name: str, asked: Row | None) -> str:
    if asked is None:
        return _("No field of this form has the id %(name)s.") % {"name": name}
    if asked.get("type") == "information":
        return _("${%(name)s} is an information text, which has no answer.") % {"name": name}
    return ""


def _may_answer(asked: Row, answer: str) -> bool:
    kind = asked.get("type", "text")
    if kind not in WITH_OPTIONS:
        return True
    codes = ["yes", "no"] if kind == "yes_no" else list(asked.get("options", []))
    return answer in codes or (answer == OTHER and bool(asked.get("allows_other")))
