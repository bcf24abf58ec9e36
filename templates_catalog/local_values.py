"""What each administration fills in for itself in a template that all of them share, and what to know of that."""

from collections.abc import Collection, Mapping
from types import SimpleNamespace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from settings_sync.options import Shown, Warned

from .literals import find_literals
from .models import Layout, MessageTemplate
from .placeholders import COMPANY, is_own, used_names
from .rendering import render_layout, render_message
from .samples import company_values, layout_samples, sample_texts
from .variables import own_values

TEXTS = ("subject", "header", "body", "footer")
COMPANY_NAMES = frozenset(placeholder.name for placeholder in COMPANY)

WORDS = {
    "own-detail": gettext_noop(
        "“{value}” of {whose} is typed out. Write {name}, so that every administration shows its own."
    ),
    "iban": gettext_noop("The IBAN {value} is typed out and would stand everywhere. Write {name} instead."),
    "vat-number": gettext_noop("The VAT number {value} is typed out and would stand everywhere. Write {name} instead."),
    "missing-detail": gettext_noop("{name} is empty: fill it in with the company details of this administration."),
    "missing-variable": gettext_noop("{name} is unknown here: add it to the variables of this administration."),
}


class TemplateValues:
    """The values of message templates and layouts: company details and own variables; the rest is shown by samples."""

    def read(self, administration: Any) -> Mapping[str, Any]:
        return company_values(administration) | own_values()

    def own_details(self, administration: Any) -> Collection[tuple[str, str]]:
        values = company_values(administration)
        details = [(name, str(value)) for name, value in values.items() if value and name != "bedrijf.logo"]
        return [*details, ("bedrijf.naam", administration.name)]

    def names_in(self, document: Mapping[str, Any]) -> Collection[str]:
        return [name for name in used_names(_text_of(document)) if name in COMPANY_NAMES or is_own(name)]

    def warn_of_literals(
        self, document: Mapping[str, Any], own: Collection[tuple[str, str]], whose: str
    ) -> list[Warned]:
        found = find_literals(_text_of(document), own)
        return [
            Warned(
                "own-detail" if one.is_own else "iban" if one.placeholder == "bedrijf.iban" else "vat-number",
                {"value": one.value, "name": _braced(one.placeholder)} | ({"whose": whose} if one.is_own else {}),
            )
            for one in found
        ]

    def warn_of_missing(self, names: Collection[str], values: Mapping[str, Any]) -> list[Warned]:
        return [
            Warned("missing-variable" if is_own(name) else "missing-detail", {"name": _braced(name)})
            for name in names
            if not values.get(name)
        ]

    def in_words(self, warned: Warned) -> str:
        return _(WORDS[warned.code]).format(**warned.facts)

    def show(self, document: Mapping[str, Any], values: Mapping[str, Any]) -> Shown:
        raise NotImplementedError


class MessageValues(TemplateValues):
    """Of e-mail and SMS templates."""

    def show(self, document: Mapping[str, Any], values: Mapping[str, Any]) -> Shown:
        item = _filled(MessageTemplate, document)
        rendered = render_message(item, sample_texts() | dict(values))
        return Shown(rendered.subject, rendered.body, is_text=item.kind == MessageTemplate.Kind.SMS)


class LayoutValues(TemplateValues):
    """Of layouts."""

    def show(self, document: Mapping[str, Any], values: Mapping[str, Any]) -> Shown:
        item = _filled(Layout, document)
        return Shown("", render_layout(item, sample_texts() | layout_samples(item) | dict(values)), is_text=False)


def _filled(model: type[Any], document: Mapping[str, Any]) -> Any:
    """A document with the defaults that it leaves out."""
    fields = [field for field in model._meta.concrete_fields if not field.primary_key and not field.generated]
    return SimpleNamespace(**{field.name: document.get(field.name, field.get_default()) for field in fields})


def _text_of(document: Mapping[str, Any]) -> str:
    return "\n".join(str(document.get(name, "")) for name in TEXTS)


def _braced(name: str) -> str:
    return "{{ " + name + " }}"
