"""A form on paper: its print template filled in, or all questions and answers in order. Pure, and no code ever runs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from catalog_kit.placing import fill_in_html
from catalog_kit.template_language import TemplateFault
from tenants.entries import written

ANSWERS = "veld."
NO_LABELS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class PrintedAnswer:
    """A question as it stands on paper: its id inside the form, its label, and the answer as text or as a picture."""

    reference: str
    label: str
    answer: str | SafeString


@dataclass(frozen=True)
class PrintedSection:
    """A heading with the answers below it."""

    title: str
    answers: tuple[PrintedAnswer, ...]


def print_form(template: str, sections: Iterable[PrintedSection], values: Mapping[str, Any]) -> SafeString:
    """Return the HTML of a form. `values` are what stands in place of the placeholders that are no answers.

    What has no value is left empty: on paper nobody can do anything with a placeholder.
    """
    if not template.strip():
        return _in_order(str(values.get("formulier.naam", "")), sections)
    sections = list(sections)
    answers = {f"{ANSWERS}{found.reference}": found.answer for section in sections for found in section.answers}
    try:
        return fill_in_html(template, {**values, **answers}, is_missing_shown=False)
    except TemplateFault:
        # Written before templates had rules, or on another server: the answers are what matters on paper.
        return _in_order(str(values.get("formulier.naam", "")), sections)


def as_printed(kind: str, answer: Any, labels: Mapping[str, str] = NO_LABELS) -> str:
    """Return an answer in words: options by their label, the ticked ones beside each other, and nothing as a dash."""
    if isinstance(answer, (list, tuple)):
        return ", ".join(str(labels.get(code, code)) for code in answer) or "–"
    if answer in labels:
        return labels[answer]
    if kind == "checkbox":
        return _("yes") if answer else _("no")
    return written(kind, str(answer)) if answer not in (None, "") else "–"


def picture(data: str, label: str) -> SafeString:
    """Return a picture that is part of the page, from a `data:` address."""
    return format_html('<img src="{}" alt="{}">', data, label)


def _in_order(title: str, sections: Iterable[PrintedSection]) -> SafeString:
    parts = [
        format_html("<h2>{}</h2><dl>{}</dl>", section.title, _rows(section)) for section in sections if section.answers
    ]
    return format_html("<h1>{}</h1>{}", title, format_html_join("", "{}", ((part,) for part in parts)))


def _rows(section: PrintedSection) -> SafeString:
    rows = ((found.label, _with_lines(found.answer)) for found in section.answers)
    return format_html_join("", "<dt>{}</dt><dd>{}</dd>", rows)


def _with_lines(answer: str | SafeString) -> SafeString:
    return mark_safe(str(conditional_escape(answer)).replace("\n", "<br>"))  # nosec B308, B703 # it was just escaped
