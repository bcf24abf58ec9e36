"""A workflow as an employee goes through it on a phone: a screen for each step, with what stands on it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from forms_catalog.models import Form, Section
from templates_catalog.models import MessageTemplate

from .step_types import type_label


@dataclass(frozen=True)
class Screen:
    """One screen: its heading, what sort of step it is when the heading does not say so, and what is on it."""

    title: str
    kind: str
    lines: tuple[str, ...] = ()


def walk_through(steps: Sequence[tuple[str, str, Any]]) -> list[Screen]:
    """The screens of steps, each given by its title, its type and the setting that it names. One query more."""
    sections = _sections_of(named for _title, _kind, named in steps)
    return [_screen(title, kind, named, sections) for title, kind, named in steps]


def _screen(title: str, kind: str, named: Any, sections: dict[int, tuple[str, ...]]) -> Screen:
    label = type_label(kind)
    lines: tuple[str, ...] = (str(named),) if named is not None else ()
    if isinstance(named, Form):
        lines += sections.get(named.pk, ())
    elif isinstance(named, MessageTemplate) and named.subject:
        lines += (named.subject,)
    return Screen(title or label, label if title else "", lines)


def _sections_of(named: Iterable[Any]) -> dict[int, tuple[str, ...]]:
    """The titles of the sections of the forms among these, by form."""
    forms = {one.pk for one in named if isinstance(one, Form)}
    found: dict[int, tuple[str, ...]] = {}
    if forms:
        for form, title in Section.objects.filter(form__in=forms).order_by("position").values_list("form_id", "title"):
            found[form] = (*found.get(form, ()), title)
    return found
