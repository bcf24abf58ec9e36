"""An XLSForm as the sections and fields of a form, with what has no counterpart here told by its row. Pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from ..expressions import problem_of, with_names
from .columns import (
    CHOICES_KNOWN,
    HARMLESS_APPEARANCES,
    IGNORED_TYPES,
    OWN,
    PLAIN_TYPES,
    SELECTS,
    SETTINGS_IGNORED,
    SURVEY_KNOWN,
)
from .workbook import SheetRow, Workbook

LONGEST_LABEL = 250
LONGEST_TITLE = 200
LONGEST_NAME = 80
LONGEST_RULE = 2000
FEW = 5
TRUE = ("yes", "true", "true()")
FALSE = ("no", "false", "false()", "")
DUTCH = ("nl", "nederlands", "dutch")


@dataclass(frozen=True)
class LeftOut:
    """Something of an XLSForm that has no counterpart: the sheet, its row, and what becomes of it in words."""

    sheet: str
    row: int
    words: str


@dataclass
class ReadForm:
    """What an XLSForm becomes: sections as plain data, each with its fields, and what was left out."""

    name: str
    sections: list[dict[str, Any]] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)

    @property
    def fields(self) -> list[dict[str, Any]]:
        """Every field, in order."""
        return [one for section in self.sections for one in section["fields"]]


@dataclass
class _Group:
    title: str
    relevant: str
    is_repeat: bool = False
    own: dict[str, Any] = field(default_factory=dict)


def read_form(workbook: Workbook, file_name: str = "") -> ReadForm:
    """Return the form that a workbook describes."""
    return _Reading(workbook, file_name).run()


class _Reading:
    def __init__(self, workbook: Workbook, file_name: str) -> None:
        self.survey = workbook["survey"]
        self.settings = next(iter(workbook.get("settings", [])), SheetRow(2, {}))
        self.given_choices = workbook.get("choices", [])
        self.choices = _choices_of(self.given_choices)
        self.language = self._language()
        name = self.settings.get("form_title") or file_name.rpartition(".")[0] or _("Form")
        self.form = ReadForm(name[:LONGEST_TITLE])
        self.groups: list[_Group] = []
        self.open_section: dict[str, Any] | None = None
        self.names: dict[str, str] = {}
        """The ids as this form has them, by how the XLSForm calls its questions."""

    def run(self) -> ReadForm:
        self._tell_about_columns()
        for row in self.survey:
            self._row(row)
        if self.groups:
            self._tell(self.survey[-1], _("a group is not closed; it ends where the sheet ends"))
        # At the end, when it is known how every question is called.
        for section in self.form.sections:
            self._finish_rules(section)
            for one in section["fields"]:
                self._finish_rules(one)
        self.form.sections = [section for section in self.form.sections if section["fields"]]
        return self.form

    def _row(self, row: SheetRow) -> None:
        kind = " ".join(row.get("type").split())
        word = kind.lower().replace("_", " ")
        if not kind:
            return
        if word in ("begin group", "begin repeat"):
            self._begin(row, is_repeat=word.endswith("repeat"))
        elif word in ("end group", "end repeat"):
            self._end(row)
        elif word in IGNORED_TYPES:
            self._tell(
                row, _("“%(type)s” is left out: a work order keeps who filled in a form and when") % {"type": kind}
            )
        else:
            self._field(row, kind)

    def _begin(self, row: SheetRow, *, is_repeat: bool) -> None:
        if is_repeat and any(group.is_repeat for group in self.groups):
            self._tell(row, _("a table in a table is not possible; its questions stand in the table around it"))
            is_repeat = False
        title = self._words(row, "label")
        is_inside = self._is_in_table()
        group = _Group(title, row.get("relevant", "bind::relevant"), is_repeat, self._own(row, {}))
        self._rows_of(row, group)
        self.groups.append(group)
        self._tell_about_row(row, without=("relevant", "repeat_count", "appearance"))
        if is_inside and title:
            # A table is one section, so that its rows stay together; what is grouped in it gets its title as a text.
            self._section()["fields"].append(self._heading(row, title))
        elif not is_inside and (title or is_repeat or group.relevant):
            self.open_section = None

    def _heading(self, row: SheetRow, title: str) -> dict[str, Any]:
        name = f"kop_{row.number}"
        rule = _all_of(self._rules_in_table())
        heading = {"type": "information", "reference": name, "label": title[:LONGEST_LABEL], "row": row.number}
        return heading | ({"visible_when": rule} if rule else {})

    def _is_in_table(self) -> bool:
        return any(group.is_repeat for group in self.groups)

    def _rules_in_table(self) -> list[str]:
        """The rules of the groups inside the table that is open, which hold for each question in them."""
        place = next((number for number, group in enumerate(self.groups) if group.is_repeat), len(self.groups))
        return [group.relevant for group in self.groups[place + 1 :] if group.relevant]

    def _rows_of(self, row: SheetRow, group: _Group) -> None:
        count = row.get("repeat_count")
        if not group.is_repeat or not count or "least_rows" in group.own:
            return
        if count.isascii() and count.isdigit():
            group.own |= {"least_rows": int(count), "most_rows": int(count)}
        else:
            self._tell(
                row, _("the number of rows “%(count)s” is not worked out: rows are added by hand") % {"count": count}
            )

    def _end(self, row: SheetRow) -> None:
        if not self.groups:
            self._tell(row, _("this closes a group that was not opened"))
            return
        group = self.groups.pop()
        if not self._is_in_table() and (group.title or group.is_repeat or group.relevant):
            self.open_section = None

    def _section(self) -> dict[str, Any]:
        if self.open_section is None:
            place = next((number for number, group in enumerate(self.groups) if group.is_repeat), len(self.groups))
            around = self.groups[: place + 1]
            titles = [group.title for group in around if group.title]
            rules = [group.relevant for group in around if group.relevant]
            table = next((group for group in self.groups if group.is_repeat), None)
            self.open_section = {
                "title": (titles[-1] if titles else _("General"))[:LONGEST_TITLE],
                "visible_when": _all_of(rules),
                "fields": [],
                "row": 0,
                **({"repeats": True, **(table.own)} if table else {}),
            }
            self.form.sections.append(self.open_section)
        return self.open_section

    def _field(self, row: SheetRow, kind: str) -> None:
        values = self._typed(row, kind)
        if values is None:
            return
        section = self._section()
        section["row"] = section["row"] or row.number
        values |= self._name_and_words(row, values["type"])
        values |= self._rules(row, values["type"]) | self._own(row, values)
        section["fields"].append({**values, "row": row.number})
        self._tell_about_row(row)

    def _typed(self, row: SheetRow, kind: str) -> dict[str, Any] | None:
        """The type of a field with what belongs to it; None where it has no counterpart, which is told."""
        word, *rest = kind.split()
        appearance = row.get("appearance").lower().split()
        select = SELECTS.get(word.lower()) or SELECTS.get(" ".join(kind.lower().split()[:2]))
        if select and rest:
            list_name = next(one for one in rest if one.lower() not in ("one", "multiple"))
            return self._chosen(row, select, list_name, kind, appearance)
        if word.lower() == "acknowledge":
            return {"type": "checkboxes", "options": ["OK"]}
        found = PLAIN_TYPES.get(word.lower())
        if found is None:
            self._tell(row, _("the type “%(type)s” has no counterpart; the question is left out") % {"type": kind})
            return None
        if word.lower() == "image" and "signature" in appearance:
            return {"type": "signature"}
        if word.lower() == "text" and "multiline" in appearance:
            return {"type": "text"}
        return {**found, **(self._range(row) if word.lower() == "range" else {})}

    def _chosen(
        self, row: SheetRow, select: str, list_name: str, kind: str, appearance: list[str]
    ) -> dict[str, Any] | None:
        listed = self.choices.get(list_name)
        if not listed:
            self._tell(
                row,
                _("the list “%(list)s” is not on the sheet “choices”; the question is left out") % {"list": list_name},
            )
            return None
        codes = {code: self._words(choice, "label") or code for code, choice in listed.items()}
        if select == "one":
            select = "dropdown" if len(codes) > FEW or "minimal" in appearance else "radio"
        labels = {code: label for code, label in codes.items() if label != code}
        values: dict[str, Any] = {"type": select, "options": list(codes), "option_labels": labels}
        return values | ({"allows_other": True} if kind.lower().endswith(("or_other", "or other")) else {})

    def _range(self, row: SheetRow) -> dict[str, Any]:
        given = dict(re.findall(r"(start|end|step)\s*=\s*(-?[0-9.]+)", row.get("parameters")))
        if given.get("step", "1") != "1":
            self._tell(row, _("the step %(step)s of the range is left out") % {"step": given["step"]})
        whole = all("." not in value for value in given.values())
        limits = {"at_least": given.get("start", "0"), "at_most": given.get("end", "10")}
        return {**limits, **({"decimals": 0} if whole else {})}

    def _name_and_words(self, row: SheetRow, kind: str) -> dict[str, str]:
        given = row.get("name")
        name = re.sub(r"[^a-zA-Z0-9_-]+", "_", given)[:LONGEST_NAME] or f"vraag_{row.number}"
        taken = {one["reference"] for one in self.form.fields}
        if name in taken:
            self._tell(row, _("the id “%(name)s” stands there twice; this one gets another") % {"name": name})
            name = f"{name[: LONGEST_NAME - 6]}_{row.number}"
        self.names.setdefault(given, name)
        label = self._words(row, "label")
        hint = "\n".join(filter(None, [self._words(row, "hint"), self._words(row, "guidance_hint")]))
        if "${" in label:
            self._tell(row, _("an answer in the words of a question is not filled in; it stays as ${…}"))
        label = label or (hint.split("\n")[0] if kind != "information" else "") or name
        if len(label) > LONGEST_LABEL:
            hint = "\n".join(filter(None, [label, hint]))
            label = label[: LONGEST_LABEL - 1] + "…"
        return {"reference": name, "label": label.replace("\n", " "), "help_text": hint}

    def _rules(self, row: SheetRow, kind: str) -> dict[str, Any]:
        rules: dict[str, Any] = {
            "visible_when": _all_of([*self._rules_in_table(), row.get("relevant", "bind::relevant")]),
            "valid_when": row.get("constraint", "bind::constraint"),
            "valid_message": self._words(row, "constraint_message")[:300],
        }
        calculation = row.get("calculation", "bind::calculate")
        if kind == "calculated":
            rules["formula"] = calculation
        elif calculation:
            self._tell(row, _("the calculation is left out: only a field of type “calculate” is worked out"))
        required = row.get("required", "bind::required").lower()
        if required in TRUE:
            rules["is_required"] = kind not in ("information", "calculated")
        elif required not in FALSE:
            rules["required_when"] = row.get("required", "bind::required")
        rules["default_value"] = self._default(row, kind)
        if kind in ("information", "calculated"):
            rules |= {"valid_when": "", "valid_message": "", "required_when": ""}
        return {name: value for name, value in rules.items() if value not in ("", None, False)}

    def _default(self, row: SheetRow, kind: str) -> str:
        default = row.get("default")
        if _WORKED_OUT.search(default):
            self._tell(row, _("the default “%(default)s” is not worked out, and is left out") % {"default": default})
            return ""
        if kind in ("photo", "file", "calculated", "information", "signature"):
            return ""
        if kind == "date":
            # The cell may hold a time as well, which the format of the sheet did not show.
            default = re.sub(r"^(\d{4}-\d{2}-\d{2})T.*", r"\1", default, flags=re.ASCII)
        if kind == "date_time" and re.fullmatch(r"\d{4}-\d{2}-\d{2}", default, flags=re.ASCII):
            default = f"{default} 00:00"
        return "\n".join(default.split()) if kind == "several" else default

    def _finish_rules(self, part: dict[str, Any]) -> None:
        """Give the questions in a rule the ids that they have here; leave out one that cannot be read, and say so."""
        for rule in ("visible_when", "required_when", "valid_when", "formula"):
            if not part.get(rule):
                continue
            text = re.sub(
                r"\$\{\s*([^}]+?)\s*\}", lambda found: "${" + self.names.get(found[1], found[1]) + "}", part[rule]
            )
            problem = self._problem_of_rule(text, rule)
            if problem:
                facts = {"rule": part[rule], "problem": problem}
                words = _("the rule “%(rule)s” is left out: %(problem)s") % facts
                self.form.left_out.append(LeftOut("survey", part["row"], words))
                self._without(part, rule)
            else:
                part[rule] = with_names(text, {})

    def _problem_of_rule(self, text: str, rule: str) -> str:
        problem = problem_of(text)
        if problem:
            return problem
        types = {one["reference"]: one["type"] for one in self.form.fields}
        unknown = [
            name for name in re.findall(r"\$\{([^}]+)\}", text) if types.get(name, "information") == "information"
        ]
        if unknown:
            return str(_("${%(name)s} is no question of this form") % {"name": unknown[0]})
        return ""

    @staticmethod
    def _without(part: dict[str, Any], rule: str) -> None:
        del part[rule]
        if rule == "valid_when":
            part.pop("valid_message", None)
        if rule == "formula":
            # Without its formula it is a question like any other.
            part["type"] = "short_text"

    def _own(self, row: SheetRow, read: Mapping[str, Any]) -> dict[str, Any]:
        """What this product wrote beside what XLSForm knows, so that a form comes back as it went.

        Where the type was changed since, that is what holds, and what was written beside the former one is left out.
        """
        own_type = row.get(f"{OWN}::type")
        if own_type and own_type not in WRITTEN_AS.get(read.get("type", ""), (read.get("type"),)):
            self._tell(row, _("“%(column)s” does not go with this type, and is left out") % {"column": f"{OWN}::type"})
            return {}
        given = {name: row.get(f"{OWN}::{name}") for name in ("type", *OWN_TEXTS, *OWN_NUMBERS)}
        values: dict[str, Any] = {name: text for name, text in given.items() if text and name not in OWN_NUMBERS}
        values |= {name: int(given[name]) for name in OWN_NUMBERS if given[name].isascii() and given[name].isdigit()}
        if row.get(f"{OWN}::allows_other") == "true":
            values["allows_other"] = True
        if own_type:
            values["valid_when"] = row.get(f"{OWN}::valid_when")
            values.setdefault("decimals", None)
        if own_type == "yes_no":
            values |= {"options": [], "option_labels": {}}
        return values

    def _words(self, row: SheetRow, name: str) -> str:
        """A text in the language that is read; the first that there is where that language has none."""
        first = row.get(name, f"{name}::{self.language}") if self.language else row.get(name)
        return first or next(
            (text for column, text in row.cells.items() if column.startswith(f"{name}::") and text), ""
        )

    def _language(self) -> str:
        languages = self._languages()
        default = self.settings.get("default_language").lower()
        dutch = next((one for one in languages if any(word in re.split(r"\W+", one) for word in DUTCH)), "")
        return dutch or (default if default in languages else next(iter(languages), ""))

    def _languages(self) -> list[str]:
        columns = {column for row in self.survey for column in row.cells if column.startswith("label::")}
        return sorted(column.removeprefix("label::") for column in columns)

    def _tell_about_columns(self) -> None:
        others = [language for language in self._languages() if language != self.language]
        if others:
            words = _("only the texts in “%(language)s” are read, not those in %(others)s")
            facts = {"language": self.language, "others": ", ".join(others)}
            self.form.left_out.append(LeftOut("survey", 1, words % facts))
        self._tell_about_choices()
        strange = [name for name in self.settings.cells if name not in SETTINGS_IGNORED and not name.startswith(OWN)]
        for name in strange:
            self.form.left_out.append(
                LeftOut("settings", self.settings.number, _("“%(name)s” is left out") % {"name": name})
            )

    def _tell_about_choices(self) -> None:
        """Tell which choices stand there twice, and which columns say more of them than is kept."""
        for row in self.given_choices:
            standing = self.choices.get(row.get("list_name"), {}).get(row.get("name", "value"))
            if standing is not None and standing is not row:
                words = _("“%(code)s” stands in the list “%(list)s” already; this one is left out")
                facts = {"code": row.get("name", "value"), "list": row.get("list_name")}
                self.form.left_out.append(LeftOut("choices", row.number, words % facts))
        columns = dict.fromkeys(column for row in self.given_choices for column in row.cells)
        for column in columns:
            if column.partition("::")[0] not in CHOICES_KNOWN:
                words = _("“%(column)s” has no counterpart and is left out") % {"column": column}
                self.form.left_out.append(LeftOut("choices", 1, words))

    def _tell_about_row(self, row: SheetRow, without: tuple[str, ...] = ()) -> None:
        for column in row.cells:
            name = column.partition("::")[0]
            if (
                name in SURVEY_KNOWN
                or name == OWN
                or name in without
                or column in ("bind::relevant", "bind::constraint")
            ):
                continue
            self._tell(row, _("“%(column)s” has no counterpart and is left out") % {"column": column})
        if "appearance" not in without:
            strange = [word for word in row.get("appearance").lower().split() if not _is_harmless(word)]
            if strange:
                self._tell(row, _("the appearance “%(words)s” is left out") % {"words": " ".join(strange)})

    def _tell(self, row: SheetRow, words: str) -> None:
        self.form.left_out.append(LeftOut("survey", row.number, words))


WRITTEN_AS = {
    "short_text": ("text", "short_text", "email", "telephone", "web_address", "object_reference", "own_list"),
    "text": ("text",),
    "number": ("number", "rating"),
    "radio": ("radio", "dropdown", "yes_no"),
    "dropdown": ("radio", "dropdown"),
    "several": ("several", "checkboxes"),
    "photo": ("photo", "signature"),
}
"""The types that a type of an XLSForm may stand for, by what it is read as."""
_WORKED_OUT = re.compile(r"\$\{|^\s*[a-z][a-z-]*\(.*\)\s*$", re.DOTALL)
OWN_TEXTS = ("unit", "at_least", "at_most", "list_source", "default_value", "required_when")
OWN_NUMBERS = ("decimals", "least_rows", "most_rows")


def _all_of(rules: list[str]) -> str:
    given = [rule for rule in rules if rule]
    return given[0] if len(given) == 1 else " and ".join(f"({rule})" for rule in given)


def _is_harmless(word: str) -> bool:
    return re.sub(r"-?[0-9]+$", "", word) in HARMLESS_APPEARANCES


def _choices_of(rows: list[SheetRow]) -> Mapping[str, dict[str, SheetRow]]:
    lists: dict[str, dict[str, SheetRow]] = {}
    for row in rows:
        list_name = row.get("list_name")
        code = row.get("name", "value")
        if list_name and code:
            lists.setdefault(list_name, {}).setdefault(code, row)
    return lists


def told(form: ReadForm) -> Iterator[str]:
    """Return what was left out as sentences, in the order of their rows."""
    for one in sorted(form.left_out, key=lambda left: (left.sheet != "survey", left.row)):
        yield _("%(sheet)s, row %(row)d: %(words)s") % {"sheet": one.sheet, "row": one.row, "words": one.words}
