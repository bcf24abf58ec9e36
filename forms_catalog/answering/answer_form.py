"""A form as it is filled in on a page: on a work order, and on the phone beside the editor."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.timezone import is_aware, localtime
from django.utils.translation import gettext as _

from tenants.entries import written

from .answers import MOST_ROWS, name_of
from .entries import OTHER, OTHER_TEXT, READ_AS, holds_many, in_words, stars_of
from .fields import LinesOfText, SeveralFiles, SeveralFilesInput, field_for, initial_for, kept
from .questions import Question, Questions, every_question, labels_of

ROWS = ":rows"
KEPT = ":kept"
REMOVED = ":removed"
ADD_ROW = "add_row"
"""Behind the name of a question or section: how many rows there are, and the files that are there already."""
UID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
PICTURES = "image/jpeg,image/png,image/webp"
WITH_FILES = ("photo", "file")
NOT_TYPED = ("information", "calculated")

Lists = Mapping[str, Sequence[str]]
"""What is chosen from the administration's own data, by the list; the customer's objects under `objects`."""


class AnswersForm(forms.Form):
    """The questions of a form, from its own copy; which of them must be answered is the service's to say."""

    use_required_attribute = False

    def __init__(
        self, *args: Any, questions: Questions, answers: Mapping[str, Any], lists: Lists, is_open: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.questions = questions
        self.kept_answers = answers
        self.lists = lists
        self.is_open = is_open
        self.of_key = {question["key"]: question for question in every_question(questions)}
        self.held_files: dict[str, list[str]] = {}
        self.rows = {section["key"]: self._rows_of(section, answers) for section in questions}
        for section in questions:
            for number, row in enumerate(self.rows[section["key"]]):
                for question in section["fields"]:
                    self._add(name_of(section, number, question["key"]), question, row)

    def answers(self) -> dict[str, Any]:
        """Return what was filled in, as plain data; a photo or file by its uid."""
        given: dict[str, Any] = {}
        for section in self.questions:
            rows = [self._answers_of_row(section, number) for number in range(len(self.rows[section["key"]]))]
            given |= {section["key"]: rows} if section.get("repeats") else rows[0]
        return given

    def shown_answers(self) -> dict[str, Any]:
        """Return the answers that the page shows: as they are kept, or as far as those that were sent can be read."""
        if not self.is_bound:
            return dict(self.kept_answers)
        self.is_valid()
        return self.answers()

    def hold_file(self, name: str, uid: str) -> None:
        """Show a file that was just kept: beside the others, or in the place of the one before."""
        held = self.held_files[name]
        self.held_files[name] = [*held, uid] if holds_many(self.question_of(name)) else [uid]

    def uploads(self) -> dict[str, list[tuple[str, bytes]]]:
        """Return the files that were sent along as name and content, by the name of their question."""
        sent = {name: self.cleaned_data.get(name) or [] for name in self.held_files}
        return {name: [(one.name, one.read()) for one in files] for name, files in sent.items() if files}

    def question_of(self, name: str) -> Question:
        """Return the question that a field of the page asks."""
        return self.of_key[name.rpartition(".")[2]]

    def sections(self) -> list[dict[str, Any]]:
        """Return the sections with their rows of bound fields and information texts, in order, for the page."""
        return [
            {
                "key": section["key"],
                "title": section["title"],
                "repeats": bool(section.get("repeats")),
                "condition": self.condition(section),
                "count": len(self.rows[section["key"]]),
                "rows": [
                    [self._shown(section, number, question) for question in section["fields"]]
                    for number in range(len(self.rows[section["key"]]))
                ],
            }
            for section in self.questions
        ]

    def condition(self, part: Mapping[str, Any]) -> str:
        """Return when a question or section is asked, in words."""
        sentences = []
        waited_for = part.get("visible_if")
        if waited_for:
            asked = self.of_key.get(waited_for["field"], {"type": "", "label": ""})
            facts = {"question": asked["label"], "answer": _answer_in_words(asked, waited_for["value"])}
            if waited_for["value"]:
                sentences.append(_("Only when “%(question)s” is “%(answer)s”.") % facts)
            else:
                sentences.append(_("Only when “%(question)s” is answered.") % facts)
        if part.get("visible_when"):
            sentences.append(_("Only when %(rule)s.") % {"rule": self._rule_in_words(part["visible_when"])})
        return " ".join(sentences)

    def _rows_of(self, section: Mapping[str, Any], answers: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        if not section.get("repeats"):
            return [answers]
        held = answers.get(section["key"])
        rows = [row for row in held if isinstance(row, Mapping)] if isinstance(held, list) else []
        if self.is_bound:
            return [{}] * self._posted_rows(section)
        least = max(section.get("least_rows") or 0, 1)
        return rows + [{}] * max(least - len(rows), 0) if self.is_open else rows

    def _posted_rows(self, section: Mapping[str, Any]) -> int:
        sent = str(self.data.get(section["key"] + ROWS, ""))
        count = int(sent) if re.fullmatch("[0-9]{1,4}", sent) else 1
        is_more = self.data.get(ADD_ROW) == section["key"]
        return min(count + (1 if is_more else 0), section.get("most_rows") or MOST_ROWS, MOST_ROWS)

    def _add(self, name: str, question: Question, row: Mapping[str, Any]) -> None:
        kind = question["type"]
        if kind in NOT_TYPED:
            return
        if kind in WITH_FILES:
            self._add_files(name, question, row)
            return
        field = self._field(question, row.get(question["key"]))
        field.help_text = self._explained(question)
        field.disabled = not self.is_open
        self.fields[name] = field
        self.initial[name] = self._initial(question, row)
        if question.get("allows_other"):
            words = forms.CharField(label=_("Other, namely"), required=False, max_length=1000)
            words.disabled = not self.is_open
            self.fields[name + OTHER_TEXT] = words
            self.initial[name + OTHER_TEXT] = row.get(question["key"] + OTHER_TEXT, "")

    def _add_files(self, name: str, question: Question, row: Mapping[str, Any]) -> None:
        self.held_files[name] = self._held(name, row.get(question["key"]))
        attributes: dict[str, Any] = {"multiple": True} if holds_many(question) else {}
        if question["type"] == "photo":
            # Without `capture`: a phone then offers its camera as well as the pictures that it has.
            attributes["accept"] = PICTURES
        field = SeveralFiles(label=question["label"], required=False, widget=SeveralFilesInput(attrs=attributes))
        field.disabled = not self.is_open
        field.help_text = self._explained(question)
        self.fields[name] = field

    def _held(self, name: str, answer: Any) -> list[str]:
        """The files that the page shows: those that were sent along with it, else the answer as it is kept."""
        if not self.is_bound:
            answers = answer if isinstance(answer, list) else [answer]
            return [str(uid) for uid in answers if uid]
        sent = self.data.getlist(name + KEPT) if hasattr(self.data, "getlist") else []
        removed = self.data.getlist(name + REMOVED) if hasattr(self.data, "getlist") else []
        if "on" in removed:
            return []
        return [uid for uid in sent if UID.fullmatch(uid) and uid not in removed]

    def _field(self, question: Question, answer: Any) -> forms.Field:
        kind: str = question["type"]
        label = question["label"]
        if question.get("unit"):
            label = f"{label} ({question['unit']})"
        if kind == "signature" and holds_many(question):
            widget = forms.Textarea(attrs={"rows": 2, "class": "grows"})
            return LinesOfText(label=label, required=False, max_length=4000, widget=widget)
        options = self._options(question, answer)
        labels = {**labels_of(question), OTHER: _("other, namely")}
        if kind == "rating":
            kind = "radio"
        # A customer without objects is no reason to leave the question open: then it is typed.
        shown_as = "line" if kind in ("object_reference", "own_list") and not options else READ_AS.get(kind, kind)
        return field_for(kind=shown_as, label=label, required=False, options=options, labels=labels)

    def _options(self, question: Question, answer: Any) -> list[str]:
        kind = question["type"]
        if kind == "rating":
            return [str(number) for number in range(1, stars_of(question) + 1)]
        if kind in ("object_reference", "own_list"):
            source = "objects" if kind == "object_reference" else question.get("list_source", "")
            offered = [str(one) for one in self.lists.get(source, ())]
            return offered if answer in ("", None, *offered) else [*offered, answer]
        return [*question["options"], OTHER] if question.get("allows_other") else list(question["options"])

    def _initial(self, question: Question, row: Mapping[str, Any]) -> Any:
        kind = question["type"]
        many = kind in ("checkboxes", "several")
        default = question["default"].splitlines() if many else question["default"]
        held = row.get(question["key"], default)
        return held if kind == "rating" else initial_for(kind, held)

    def _explained(self, question: Question) -> str:
        required = question.get("required_when", "")
        words = _("Required when %(rule)s.") % {"rule": self._rule_in_words(required)} if required else ""
        return " · ".join(filter(None, [question["help_text"], self.condition(question), words]))

    def _rule_in_words(self, rule: str) -> str:
        labels = {question.get("reference", ""): question["label"] for question in self.of_key.values()}
        return re.sub(r"\$\{([a-zA-Z0-9_-]+)\}", lambda name: f"“{labels.get(name[1], name[1])}”", rule)

    def _answers_of_row(self, section: Mapping[str, Any], number: int) -> dict[str, Any]:
        given: dict[str, Any] = {}
        for question in section["fields"]:
            name = name_of(section, number, question["key"])
            if name in self.held_files:
                held = self.held_files[name]
                given[question["key"]] = held if holds_many(question) else next(iter(held), "")
            elif name in self.cleaned_data:
                value = self.cleaned_data[name]
                given[question["key"]] = value if isinstance(value, list) else kept(_without_zone(value))
            if self.cleaned_data.get(name + OTHER_TEXT):
                given[question["key"] + OTHER_TEXT] = self.cleaned_data[name + OTHER_TEXT]
        return given

    def _shown(self, section: Mapping[str, Any], number: int, question: Question) -> dict[str, Any]:
        """One question on the page; only there it says that it is required, as the answers decide what is asked."""
        name = name_of(section, number, question["key"])
        field: BoundField | None = None
        if name in self.fields:
            self.fields[name].required = question["is_required"]
            field = self[name]
        other = self[name + OTHER_TEXT] if name + OTHER_TEXT in self.fields else None
        return {"question": question, "name": name, "field": field, "other": other, "files": self.held_files.get(name)}


def _without_zone(value: Any) -> Any:
    """A moment as the clock on the wall says it, which is what rules and limits are written in."""
    return localtime(value).replace(tzinfo=None) if isinstance(value, datetime) and is_aware(value) else value


def _answer_in_words(question: Question, answer: str) -> str:
    return in_words(question, answer) if question.get("key") else written("text", answer)
