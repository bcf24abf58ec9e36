"""Previews of a template with the values of one administration, and what its author should know."""

import re
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from .models import Layout, MessageTemplate
from .placeholders import used_names
from .rendering import render_layout, render_message
from .samples import company_values, missing_company_values, sample_values

_SPECIFIC = ("bedrijf.iban", "bedrijf.btw_nummer", "bedrijf.email")


@dataclass(frozen=True)
class Preview:
    """What a customer would see; `subject` is empty except for an e-mail."""

    subject: str
    body: SafeString
    is_text: bool


def preview_of(item: Any, administration: Any) -> Preview:
    """A message or layout filled in with the administration's own company details and sample data."""
    if isinstance(item, Layout):
        return Preview("", render_layout(item, sample_values(administration, item)), is_text=False)
    rendered = render_message(item, sample_values(administration))
    return Preview(rendered.subject, rendered.body, is_text=item.kind == MessageTemplate.Kind.SMS)


def warnings_about(item: Any, administration: Any) -> list[str]:
    """What is not wrong but worth knowing: details this administration lacks, and details typed out literally."""
    if not isinstance(item, Layout | MessageTemplate):
        return []
    fields = ("header", "body", "footer") if isinstance(item, Layout) else ("subject", "body")
    text = "\n".join(getattr(item, field) for field in fields)
    lacking = missing_company_values(administration, used_names(text))
    return [*_about_lacking(lacking), *_about_literals(text, administration)]


def _about_lacking(names: list[str]) -> list[str]:
    message = _("%(name)s is empty: fill it in with the company details of this administration.")
    return [message % {"name": "{{ " + name + " }}"} for name in names]


def _about_literals(text: str, administration: Any) -> list[str]:
    values, plain = company_values(administration), _without_spaces(text)
    message = _("“%(value)s” is typed out. Write %(name)s, so that every administration shows its own.")
    return [
        message % {"value": values[name], "name": "{{ " + name + " }}"}
        for name in _SPECIFIC
        if values[name] and _without_spaces(values[name]) in plain
    ]


def _without_spaces(text: str) -> str:
    return re.sub(r"\s", "", text).casefold()
