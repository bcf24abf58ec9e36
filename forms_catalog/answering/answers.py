"""Which questions of a filled-in form are shown, what they come to, and what is wrong with the answers. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tenants.entries import canonical

from ..expressions import Scope, Unreadable, holds, parse, value_of
from .entries import COMPUTED, OTHER_TEXT, WITHOUT_ANSWER, as_answer, as_value, is_empty, kept, problems_of
from .questions import Question, Questions, every_question

Answers = Mapping[str, Any]
MOST_ROWS = 200


def name_of(section: Mapping[str, Any], row: int, key: str) -> str:
    """Return the name of a question on the page; in a section that repeats it is one of a row."""
    return f"{section['key']}.{row}.{key}" if section.get("repeats") else key


@dataclass
class AnsweredField:
    """A question in one row of its section, with its answer."""

    question: Question
    name: str
    answer: Any
    other: str = ""
    is_shown: bool = False
    is_required: bool = False


@dataclass
class AnsweredSection:
    """A section with its rows: one, or as many as were filled in where it repeats."""

    section: Mapping[str, Any]
    rows: list[list[AnsweredField]] = field(default_factory=list)
    is_shown: bool = False


class Answered:
    """A form with its answers, every rule and formula worked out. `today` is what rules take for the day."""

    def __init__(self, questions: Questions, answers: Answers, today: date) -> None:
        self.today = today
        self.sections = [_answered_section(section, answers) for section in questions]
        self._of_field: dict[str, tuple[AnsweredSection, list[AnsweredField]]] = {}
        self._by_name: dict[str, str] = {}
        for section in self.sections:
            for number, question in enumerate(section.section["fields"]):
                key = question["key"]
                self._of_field[key] = (section, [row[number] for row in section.rows])
                # A copy that was made before ids were copied along has none.
                self._by_name.setdefault(question.get("reference", ""), key)
        self._types = {question["key"]: question["type"] for question in every_question(questions)}
        self._sections = {section.section["key"]: section for section in self.sections}
        for key in self._in_order():
            self._work_out(key)
        # At the end: whether something is required may depend on what stands further down.
        for section, row, one in self._every_field():
            rule = one.question.get("required_when", "")
            one.is_required = bool(one.question["is_required"] or (rule and self._holds(rule, section, row)))

    def shown(self) -> Iterator[AnsweredField]:
        """Return the questions that are shown, in order, a row at a time."""
        for section in self.sections:
            for row in section.rows:
                yield from (one for one in row if one.is_shown)

    def problems(self) -> dict[str, list[str]]:
        """Return messages per name; what is not shown needs no answer."""
        found = {one.name: self._problems_of(section, row, one) for section, row, one in self._asked()}
        for section in self.sections:
            if section.is_shown and section.section.get("repeats"):
                found[section.section["key"]] = _problems_of_rows(section)
        return {name: messages for name, messages in found.items() if messages}

    def kept(self) -> dict[str, Any]:
        """Return the answers to the questions that are shown, and nothing else."""
        answers: dict[str, Any] = {}
        for section in self.sections:
            if section.section.get("repeats"):
                rows = [row for row in section.rows if section.is_shown and not _is_empty_row(row)]
                answers[section.section["key"]] = [_kept_row(row) for row in rows]
            else:
                answers |= _kept_row(section.rows[0])
        return answers

    def _every_field(self) -> Iterator[tuple[AnsweredSection, int, AnsweredField]]:
        for section in self.sections:
            for number, row in enumerate(section.rows):
                yield from ((section, number, one) for one in row)

    def _asked(self) -> Iterator[tuple[AnsweredSection, int, AnsweredField]]:
        for section, number, one in self._every_field():
            # An empty row at the end of a table is no row that was forgotten.
            is_left_out = section.section.get("repeats") and _is_empty_row(section.rows[number])
            if one.is_shown and not is_left_out and one.question["type"] not in WITHOUT_ANSWER:
                yield section, number, one

    def _problems_of(self, section: AnsweredSection, row: int, one: AnsweredField) -> list[str]:
        question = one.question
        if question["type"] in COMPUTED:
            return []
        messages = problems_of(question, one.answer, one.other, is_required=one.is_required)
        rule = question.get("valid_when", "")
        if messages or is_empty(one.answer) or not rule:
            return messages
        if self._holds(rule, section, row, as_value(question, one.answer)):
            return []
        return [question.get("valid_message") or _("This answer is not accepted here.")]

    def _in_order(self) -> list[str]:
        """The keys of fields and sections so that each comes after what its rules name; a ring is left out."""
        waits = {key: self._waits_for(section.section) for key, section in self._sections.items()}
        for key, (section, _rows) in self._of_field.items():
            question = next(one for one in section.section["fields"] if one["key"] == key)
            waits[key] = self._waits_for(question) | {section.section["key"]}
        return _sorted_by_need(waits)

    def _waits_for(self, part: Mapping[str, Any]) -> set[str]:
        needed = {part["visible_if"]["field"]} if part.get("visible_if") else set()
        for rule in ("visible_when", "formula"):
            needed |= {self._by_name[name] for name in _names_in(part.get(rule, "")) if name in self._by_name}
        return needed

    def _work_out(self, key: str) -> None:
        if key in self._sections:
            section = self._sections[key]
            section.is_shown = self._is_shown(section.section, section, None)
            return
        section, rows = self._of_field[key]
        for row, one in enumerate(rows):
            one.is_shown = section.is_shown and self._is_shown(one.question, section, row)
            if one.is_shown and one.question["type"] in COMPUTED:
                one.answer = as_answer(one.question, self._value(one.question.get("formula", ""), section, row))

    def _is_shown(self, part: Mapping[str, Any], section: AnsweredSection, row: int | None) -> bool:
        condition = part.get("visible_if")
        if condition and not self._is_met(condition, section, row):
            return False
        rule = part.get("visible_when", "")
        return not rule or self._holds(rule, section, row)

    def _is_met(self, condition: Mapping[str, str], section: AnsweredSection, row: int | None) -> bool:
        """Whether a question has the one answer that another waits for."""
        if condition["field"] not in self._of_field:
            return False
        asked, rows = self._of_field[condition["field"]]
        of_row = [rows[row]] if asked is section and row is not None else rows
        wanted = canonical(self._types[condition["field"]], condition["value"])
        return any(one.is_shown and _has_answer(one.answer, wanted) for one in of_row)

    def _holds(self, rule: str, section: AnsweredSection, row: int | None, itself: Any = None) -> bool:
        try:
            return holds(parse(rule), Scope(_Seen(self, section, row), self.today, itself))
        except Unreadable:
            return False

    def _value(self, formula: str, section: AnsweredSection, row: int | None) -> Any:
        try:
            return value_of(parse(formula), Scope(_Seen(self, section, row), self.today))
        except Unreadable:
            return None

    def answer_seen(self, name: str, section: AnsweredSection, row: int | None) -> Any:
        """Return what a rule in a row of a section sees of a field: of another table every row, as a list."""
        if name not in self._by_name:
            return None
        asked, rows = self._of_field[self._by_name[name]]
        values = [as_value(one.question, one.answer) if one.is_shown else None for one in rows]
        if not asked.section.get("repeats"):
            return values[0]
        if asked is section and row is not None:
            return values[row]
        return [value for value in values if value not in (None, [])]


class _Seen(Mapping[str, Any]):
    """The answers by the id of their field, as a rule in one row of one section sees them."""

    def __init__(self, answered: Answered, section: AnsweredSection, row: int | None) -> None:
        self._answered = answered
        self._section = section
        self._row = row

    def __getitem__(self, name: str) -> Any:
        return self._answered.answer_seen(name, self._section, self._row)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def _answered_section(section: Mapping[str, Any], answers: Answers) -> AnsweredSection:
    given: Any = answers.get(section["key"]) or [] if section.get("repeats") else [answers]
    rows = [row for row in given if isinstance(row, Mapping)] if isinstance(given, list) else []
    return AnsweredSection(section, [_answered_row(section, number, row) for number, row in enumerate(rows)])


def _answered_row(section: Mapping[str, Any], number: int, answers: Answers) -> list[AnsweredField]:
    return [
        AnsweredField(
            question,
            name_of(section, number, question["key"]),
            kept(question, answers.get(question["key"])),
            str(answers.get(question["key"] + OTHER_TEXT) or ""),
        )
        for question in section["fields"]
    ]


def _kept_row(row: Sequence[AnsweredField]) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    for one in row:
        if one.is_shown and one.question["type"] not in WITHOUT_ANSWER:
            answers[one.question["key"]] = "" if one.answer is None else one.answer
            if one.other:
                answers[one.question["key"] + OTHER_TEXT] = one.other
    return answers


def _is_empty_row(row: Sequence[AnsweredField]) -> bool:
    return all(is_empty(one.answer) for one in row if one.question["type"] not in COMPUTED)


def _problems_of_rows(section: AnsweredSection) -> list[str]:
    filled = [row for row in section.rows if not _is_empty_row(row)]
    least = section.section.get("least_rows") or 0
    most = section.section.get("most_rows") or MOST_ROWS
    if len(filled) < least:
        return [ngettext("Fill in at least %d row.", "Fill in at least %d rows.", least) % least]
    if len(filled) > most:
        return [ngettext("Fill in at most %d row.", "Fill in at most %d rows.", most) % most]
    return []


def _has_answer(answer: Any, wanted: str) -> bool:
    if not wanted:
        return bool(answer)
    return wanted in answer if isinstance(answer, list) else answer == wanted


def _names_in(rule: str) -> frozenset[str]:
    try:
        return parse(rule).names if rule else frozenset()
    except Unreadable:
        return frozenset()


def _sorted_by_need(waits: Mapping[str, set[str]]) -> list[str]:
    """Each key after those that it waits for. What waits for itself, or for what is not there, is left out."""
    needed_by: dict[str, list[str]] = {}
    open_needs: dict[str, int] = {}
    for key, needs in waits.items():
        open_needs[key] = len(needs)
        for need in needs:
            needed_by.setdefault(need, []).append(key)
    ready = [key for key, count in open_needs.items() if count == 0]
    for key in ready:  # which grows while it is gone through
        for waiting in needed_by.get(key, ()):
            open_needs[waiting] -= 1
            if open_needs[waiting] == 0:
                ready.append(waiting)
    return ready
