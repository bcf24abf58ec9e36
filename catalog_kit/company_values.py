"""The details of a company in texts that are shared, and what to know of a text in which they are typed out.

A catalog whose items have such texts declares a `CompanyValues` with their fields.
"""

from collections.abc import Collection, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from settings_sync.declaring.options import Shown, Warned

from .literals import find_literals
from .placing import Picture, may_begin_link, names_of_links
from .template_language import used_names

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
IN_LINK = "link:"
"""What a name begins with where its value begins a link, and so has to be one."""

WORDS = {
    "own-detail": gettext_noop(
        "“{value}” of {whose} is typed out. Write {name}, so that every administration shows its own."
    ),
    "iban": gettext_noop("The IBAN {value} is typed out and would stand everywhere. Write {name} instead."),
    "vat-number": gettext_noop("The VAT number {value} is typed out and would stand everywhere. Write {name} instead."),
    "missing-detail": gettext_noop("{name} is empty: fill it in with the company details of the administration."),
    "not-a-link": gettext_noop(
        "{name} stands in a link, and “{value}” is none: "
        "it begins with https://, mailto: or tel:. The link leads nowhere."
    ),
    "missing-variable": gettext_noop("{name} is unknown: add it to the variables of the administration."),
}


def company_values(administration: Any) -> dict[str, Any]:
    """The `bedrijf` placeholders of an administration. Without a logo its name stands there."""
    values = {name: getattr(administration, field) for name, field in FIELDS_OF_COMPANY.items()}
    values["bedrijf.naam"] = values["bedrijf.naam"] or administration.name
    return {**values, LOGO: Picture("", values["bedrijf.naam"])}


class CompanyValues:
    """What company details fill in, in the texts of an item."""

    fields: tuple[str, ...] = ()
    can_show = False

    def read(self, administration: Any) -> Mapping[str, Any]:
        return company_values(administration)

    def read_shared(self) -> Mapping[str, Any]:
        return {}

    def own_details(self, administration: Any) -> Collection[tuple[str, str]]:
        values = company_values(administration)
        details = [(name, str(value)) for name, value in values.items() if value and name != LOGO]
        return [*details, ("bedrijf.naam", administration.name)]

    def names_in(self, document: Mapping[str, Any]) -> Collection[str]:
        texts = self._texts_of(document)
        names = dict.fromkeys(name for text in texts for name in used_names(text) if self._is_local(name))
        links = dict.fromkeys(name for text in texts for name in names_of_links(text) if self._is_local(name))
        return [*names, *(f"{IN_LINK}{name}" for name in links)]

    def warn_of_literals(
        self, document: Mapping[str, Any], own: Collection[tuple[str, str]], whose: str
    ) -> list[Warned]:
        return [
            Warned(
                "own-detail" if one.is_own else "iban" if one.placeholder == "bedrijf.iban" else "vat-number",
                {"value": one.value, "name": braced(one.placeholder)} | ({"whose": whose} if one.is_own else {}),
            )
            for one in find_literals("\n".join(self._texts_of(document)), own)
        ]

    def warn_of_missing(self, names: Collection[str], values: Mapping[str, Any]) -> list[Warned]:
        missing = [name for name in names if not name.startswith(IN_LINK) and not values.get(name)]
        links = [name.removeprefix(IN_LINK) for name in names if name.startswith(IN_LINK)]
        wrong = [name for name in links if values.get(name) and not may_begin_link(values[name])]
        return [
            *(Warned(self._missing(name), {"name": braced(name)}) for name in missing),
            *(Warned("not-a-link", {"name": braced(name), "value": str(values[name])}) for name in wrong),
        ]

    def in_words(self, warned: Warned) -> str:
        return _(WORDS[warned.code]).format(**warned.facts)

    def show(self, document: Mapping[str, Any], values: Mapping[str, Any]) -> Shown:
        """Only where `can_show` says so."""
        raise NotImplementedError

    def _is_local(self, name: str) -> bool:
        return name in FIELDS_OF_COMPANY

    def _missing(self, name: str) -> str:
        return "missing-detail"

    def _texts_of(self, document: Mapping[str, Any]) -> list[str]:
        return [str(document.get(name) or "") for name in self.fields]


def braced(name: str) -> str:
    """A placeholder as it stands in a text."""
    return "{{ " + name + " }}"
