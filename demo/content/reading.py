"""Reads forms from text: a form is a line of dashes and its name, a section starts with #, every other line is a field.

    --- Onderhoud cv-ketel | Onderhoud, Storing | Jaarlijkse beurt
    # Metingen
    CO-gehalte | number! | ~Eenheid: ppm
    Lekkage gevonden | janee!
    Waar | text | ?Lekkage gevonden=ja
    @afronding

After the type: `!` required, `:` options, `~` explanation, `=` default, `?question=answer` shown only then. A line with
@ takes over a section that many forms share.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

SHORT_TYPES = {
    "janee": ("radio", ["ja", "nee"]),
    "jnn": ("radio", ["ja", "nee", "n.v.t."]),
    "oordeel": ("radio", ["goed", "matig", "slecht", "n.v.t."]),
    "akkoord": ("radio", ["akkoord", "niet akkoord"]),
    "object": ("object_reference", []),
}


@dataclass(frozen=True)
class FieldText:
    """One question as the demo describes it; `shown_if` names the label of another question and its answer."""

    label: str
    type: str
    is_required: bool = False
    options: tuple[str, ...] = ()
    help_text: str = ""
    default: str = ""
    shown_if: tuple[str, str] | None = None

    @property
    def reference(self) -> str:
        return re.sub(r"[^a-z0-9]+", "_", self.label.casefold().translate(_PLAIN)).strip("_")[:60]


@dataclass(frozen=True)
class SectionText:
    title: str
    fields: list[FieldText] = field(default_factory=list)


@dataclass(frozen=True)
class FormText:
    name: str
    work_types: tuple[str, ...]
    description: str
    sections: list[SectionText] = field(default_factory=list)


_PLAIN = str.maketrans("éèëêïöüáàç₂³", "eeeeiouaac23")


def read_forms(text: str, shared: dict[str, SectionText] | None = None) -> list[FormText]:
    """The forms that a text describes, in order."""
    forms: list[FormText] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        if line.startswith("---"):
            forms.append(_read_head(line))
        elif line.startswith("@"):
            forms[-1].sections.append((shared or {})[line[1:]])
        elif line.startswith("#"):
            forms[-1].sections.append(SectionText(line[1:].strip()))
        else:
            forms[-1].sections[-1].fields.append(read_field(line))
    return forms


def read_sections(text: str) -> dict[str, SectionText]:
    """Sections by key, each headed by `# key: title`."""
    found: dict[str, SectionText] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        if line.startswith("#"):
            key, title = line[1:].split(":", 1)
            section = found[key.strip()] = SectionText(title.strip())
        else:
            section.fields.append(read_field(line))
    return found


def read_field(line: str) -> FieldText:
    """One line of a section."""
    label, kind, *facts = (part.strip() for part in line.split("|"))
    type_name = kind.rstrip("!")
    type_name, options = SHORT_TYPES.get(type_name, (type_name, []))
    read = FieldText(label, type_name, kind.endswith("!"), tuple(options))
    return FieldText(**{**vars(read), **dict(_facts(facts))})


def _read_head(line: str) -> FormText:
    name, work_types, description = (part.strip() for part in line.strip("- ").split("|"))
    return FormText(name, tuple(filter(None, (part.strip() for part in work_types.split(",")))), description)


def _facts(facts: list[str]) -> Iterator[tuple[str, object]]:
    for fact in facts:
        mark = fact[0]
        rest = fact[1:].strip()
        if mark == ":":
            yield "options", tuple(option.strip() for option in rest.split(";"))
        elif mark == "?":
            yield "shown_if", tuple(part.strip() for part in rest.split("=", 1))
        else:
            yield {"~": "help_text", "=": "default"}[mark], rest
