"""The details of a company in texts that are shared, and what to know of a text in which they are typed out.

A catalog whose items have such texts declares a `CompanyValues` with their fields.
"""

from collections.abc import Collection, Mapping
from typing import Any

from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from settings_sync.declaring.options import Shown, Warned

from .braces import used_names
from .literals import find_literals

FIELDS_OF_COMPANY = {
    "bedrijf.naam": "company_name",
    "bedrijf.adres": "company_street",
    "bedrijf.postcode": "company_postcode",
    "bedrijf.plaats": "company_city",
    "bedrijf.email": "company_email",
    "bedrijf.telefoon": "company_phone",
    "bedrijf.btw_nummer": "company_vat_number",
    "bedrijf.iban": "company_iban",
}
LOGO = "bedrijf.logo"

WORDS = {
    "own-detail": gettext_noop(
        "“{value}” of {whose} is typed out. Write {name}, so that every administration shows its own."
    ),
    "iban": gettext_noop("The IBAN {value} is typed out and would stand everywhere. Write {name} instead."),
    "vat-number": gettext_noop("The VAT number {value} is typed out and would stand everywhere. Write {name} instead."),
    "missing-detail": gettext_noop("{name} is empty: fill it in with the company details of the administration."),
    "missing-variable": gettext_noop("{name} is unknown: add it to the variables of the administration."),
}


def company_values(administration: Any) -> dict[str, Any]:
    """The `bedrijf` placeholders of an administration. Without a logo its name stands there."""
    values = {name: getattr(administration, field) for name, field in FIELDS_OF_COMPANY.items()}
    values["bedrijf.naam"] = values["bedrijf.naam"] or administration.name
    return {**values, LOGO: format_html("<strong>{}</strong>", values["bedrijf.naam"])}


class CompanyValues:
    """What company details fill in, in the texts of an item."""

    fields: tuple[str, ...] = ()
    can_show = False

    def read(self, administration: Any) -> Mapping[str, Any]:
        return company_values(administration)

    def own_details(self, administration: Any) -> Collection[tuple[str, str]]:
        values = company_values(administration)
        details = [(name, str(value)) for name, value in values.items() if value and name != LOGO]
        return [*details, ("bedrijf.naam", administration.name)]

    def names_in(self, document: Mapping[str, Any]) -> Collection[str]:
        return [name for name in used_names(self._text_of(document)) if self._is_local(name)]

    def warn_of_literals(
        self, document: Mapping[str, Any], own: Collection[tuple[str, str]], whose: str
    ) -> list[Warned]:
        return [
            Warned(
                "own-detail" if one.is_own else "iban" if one.placeholder == "bedrijf.iban" else "vat-number",
                {"value": one.value, "name": braced(one.placeholder)} | ({"whose": whose} if one.is_own else {}),
            )
            for one in find_literals(self._text_of(document), own)
        ]

    def warn_of_missing(self, names: Collection[str], values: Mapping[str, Any]) -> list[Warned]:
        return [Warned(self._missing(name), {"name": braced(name)}) for name in names if not values.get(name)]

    def in_words(self, warned: Warned) -> str:
        return _(WORDS[warned.code]).format(**warned.facts)

    def show(self, document: Mapping[str, Any], values: Mapping[str, Any]) -> Shown:
        """Only where `can_show` says so."""
        raise NotImplementedError

    def _is_local(self, name: str) -> bool:
        return name in FIELDS_OF_COMPANY

    def _missing(self, name: str) -> str:
        return "missing-detail"

    def _text_of(self, document: Mapping[str, Any]) -> str:
        return "\n".join(str(document.get(name) or "") for name in self.fields)


def braced(name: str) -> str:
    """A placeholder as it stands in a text."""
    return "{{ " + name + " }}"
