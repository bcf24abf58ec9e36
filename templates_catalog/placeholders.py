"""The placeholders that a template may use, per kind."""

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog_kit.braces import BRACES, used_names


@dataclass(frozen=True)
class Placeholder:
    """A name as it stands between braces, and what people read of it. Names are keys and are never translated."""

    name: str
    label: Any


def _group(prefix: str, **labels: Any) -> tuple[Placeholder, ...]:
    return tuple(Placeholder(f"{prefix}.{name}", label) for name, label in labels.items())


COMPANY = _group(
    "bedrijf",
    naam=gettext_lazy("name of the company"),
    adres=gettext_lazy("street and number of the company"),
    postcode=gettext_lazy("postcode of the company"),
    plaats=gettext_lazy("city of the company"),
    email=gettext_lazy("e-mail address of the company"),
    telefoon=gettext_lazy("telephone of the company"),
    btw_nummer=gettext_lazy("VAT number of the company"),
    iban=gettext_lazy("IBAN of the company"),
    logo=gettext_lazy("logo of the company"),
)
CUSTOMER = _group(
    "klant",
    naam=gettext_lazy("name of the customer"),
    nummer=gettext_lazy("number of the customer"),
    contactpersoon=gettext_lazy("contact person of the customer"),
    adres=gettext_lazy("street and number of the customer"),
    postcode=gettext_lazy("postcode of the customer"),
    plaats=gettext_lazy("city of the customer"),
    email=gettext_lazy("e-mail address of the customer"),
    telefoon=gettext_lazy("telephone of the customer"),
)
WORK_ORDER = _group(
    "werkbon",
    nummer=gettext_lazy("number of the work order"),
    datum=gettext_lazy("date of the work order"),
    tijd=gettext_lazy("planned time of the work order"),
    omschrijving=gettext_lazy("description of the work"),
    werktype=gettext_lazy("work type"),
    status=gettext_lazy("work status"),
    referentie=gettext_lazy("reference of the work order"),
    object=gettext_lazy("object of the work order"),
    medewerker=gettext_lazy("employee on the work order"),
)
WORK_ORDER_CONTENT = _group(
    "werkbon",
    regels=gettext_lazy("table of hours and materials"),
    formulieren=gettext_lazy("the filled-in forms"),
    handtekening=gettext_lazy("signature of the customer"),
)
INVOICE = _group(
    "factuur",
    nummer=gettext_lazy("number of the invoice"),
    datum=gettext_lazy("date of the invoice"),
    vervaldatum=gettext_lazy("due date of the invoice"),
    referentie=gettext_lazy("reference of the invoice"),
    subtotaal=gettext_lazy("total of the invoice without VAT"),
    btw=gettext_lazy("VAT on the invoice"),
    totaal=gettext_lazy("total of the invoice"),
)
INVOICE_CONTENT = _group("factuur", regels=gettext_lazy("table of the invoice lines"))
QUOTATION = _group(
    "offerte",
    nummer=gettext_lazy("number of the quotation"),
    datum=gettext_lazy("date of the quotation"),
    geldig_tot=gettext_lazy("last day on which the quotation holds"),
    onderwerp=gettext_lazy("subject of the quotation"),
    subtotaal=gettext_lazy("total of the quotation without VAT"),
    btw=gettext_lazy("VAT on the quotation"),
    totaal=gettext_lazy("total of the quotation"),
)
QUOTATION_CONTENT = _group("offerte", regels=gettext_lazy("table of the quotation lines"))

PLACEHOLDERS: dict[str, tuple[Placeholder, ...]] = {
    "email": (*COMPANY, *CUSTOMER, *WORK_ORDER, *INVOICE, *QUOTATION),
    "sms": (*COMPANY, *CUSTOMER, *WORK_ORDER, *INVOICE, *QUOTATION),
    "invoice": (*COMPANY, *CUSTOMER, *INVOICE, *INVOICE_CONTENT, *WORK_ORDER),
    "quotation": (*COMPANY, *CUSTOMER, *QUOTATION, *QUOTATION_CONTENT),
    "work_order": (*COMPANY, *CUSTOMER, *WORK_ORDER, *WORK_ORDER_CONTENT),
}

OWN = "eigen."
"""What the names of an administration's own variables start with: `{{ eigen.openingstijden }}`."""

_OWN_NAME = re.compile(re.escape(OWN) + r"[a-z][a-z0-9_]{0,59}")
_STRAY = re.compile(r"\{\{|\}\}|\{%|%\}")


def known_names(kind: str) -> list[str]:
    """The placeholder names that a template of this kind may use."""
    return [placeholder.name for placeholder in PLACEHOLDERS.get(kind, ())]


def problems_of_placeholders(kind: str, text: str) -> list[str]:
    """Messages about placeholders that do not exist for this kind, each with the nearest that does. Pure."""
    return [*_unknown(kind, text), *_unclosed(text)]


def is_own(name: str) -> bool:
    """Whether a placeholder stands for a variable that each administration has, or lacks, for itself."""
    return _OWN_NAME.fullmatch(name) is not None


def _unknown(kind: str, text: str) -> Iterator[str]:
    known = known_names(kind)
    for name in used_names(text):
        if name in known or is_own(name):
            continue
        nearest = difflib.get_close_matches(name.casefold(), known, n=1, cutoff=0.5)
        shown = "{{ " + name + " }}"
        if nearest:
            yield _("%(name)s does not exist here. Did you mean %(nearest)s?") % {
                "name": shown,
                "nearest": "{{ " + nearest[0] + " }}",
            }
        else:
            yield _("%(name)s does not exist here. Choose one from the list of placeholders.") % {"name": shown}


def _unclosed(text: str) -> Iterator[str]:
    for stray in dict.fromkeys(match.group(0) for match in _STRAY.finditer(BRACES.sub("", text))):
        yield _("%(stray)s stands alone. Write a placeholder as {{ name }}.") % {"stray": stray}
