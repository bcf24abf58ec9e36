"""The placeholders that a template may use, per kind."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog_kit.suggestions import nearest_name
from catalog_kit.template_language import BLOCK, TemplateFault, Used, read_template


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

LINE_COLUMNS: dict[str, Any] = {
    "code": gettext_lazy("Code"),
    "omschrijving": gettext_lazy("Description"),
    "aantal": gettext_lazy("Quantity"),
    "eenheid": gettext_lazy("Unit"),
    "prijs": gettext_lazy("Unit price"),
    "korting": gettext_lazy("Discount"),
    "btw": gettext_lazy("VAT"),
    "bedrag": gettext_lazy("Amount"),
}
"""What a line has where a template goes through them: `{% for regel in factuur.regels %}{{ regel.aantal }}`."""
LINE_TABLES = ("factuur.regels", "offerte.regels", "werkbon.regels")

PLACEHOLDERS: dict[str, tuple[Placeholder, ...]] = {
    "email": (
        *COMPANY,
        *CUSTOMER,
        *WORK_ORDER,
        *INVOICE,
        *INVOICE_CONTENT,
        *QUOTATION,
        *QUOTATION_CONTENT,
    ),
    "sms": (*COMPANY, *CUSTOMER, *WORK_ORDER, *INVOICE, *QUOTATION),
    "invoice": (*COMPANY, *CUSTOMER, *INVOICE, *INVOICE_CONTENT, *WORK_ORDER),
    "quotation": (*COMPANY, *CUSTOMER, *QUOTATION, *QUOTATION_CONTENT),
    "work_order": (*COMPANY, *CUSTOMER, *WORK_ORDER, *WORK_ORDER_CONTENT),
}

# A block may stand in any e-mail or layout, and what it asks for is looked at wherever it does.
PLACEHOLDERS["block"] = tuple({one.name: one for known in PLACEHOLDERS.values() for one in known}.values())

OWN = "eigen."
"""What the names of an administration's own variables start with: `{{ eigen.openingstijden }}`."""

_OWN_NAME = re.compile(re.escape(OWN) + r"[a-z][a-z0-9_]{0,59}")


def known_names(kind: str) -> list[str]:
    """The placeholder names that a template of this kind may use, those of the lines of a table among them."""
    names = [placeholder.name for placeholder in PLACEHOLDERS.get(kind, ())]
    columns = [f"{name}.{column}" for name in names if name in LINE_TABLES for column in LINE_COLUMNS]
    return [*names, *columns]


def problems_of_placeholders(kind: str, text: str, *, takes_blocks: bool = False) -> list[str]:
    """Messages about a text that is no template, or uses what does not exist for this kind. Pure.

    Each names the line where there are several, and the nearest name that does exist. Whether there are such blocks
    as a text names, only its administration knows.
    """
    try:
        template = read_template(text)
    except TemplateFault as fault:
        return [_on_line(text, fault.line, str(fault))]
    known = known_names(kind)
    unknown = {used.name: used for used in reversed(template.used) if not (used.name in known or is_own(used.name))}
    return [
        _on_line(text, used.line, _unknown(used, known) if not is_block(used.name) else _no_block_here(used))
        for used in reversed(unknown.values())
        if not (takes_blocks and is_block(used.name))
    ]


def is_block(name: str) -> bool:
    """Whether a placeholder stands for a shared block."""
    return name.startswith(f"{BLOCK}.")


def _no_block_here(used: Used) -> str:
    shown = "{{ " + used.shown + " }}"
    return _("%(name)s: a shared block stands in the text of an e-mail or layout.") % {"name": shown}


def is_own(name: str) -> bool:
    """Whether a placeholder stands for a variable that each administration has, or lacks, for itself."""
    return _OWN_NAME.fullmatch(name) is not None


def _on_line(text: str, line: int, message: str) -> str:
    if "\n" not in text.strip("\n"):
        return message
    return str(_("Line %(line)d: %(words)s") % {"line": line, "words": message})


def _unknown(used: Used, known: Collection[str]) -> str:
    shown = "{{ " + used.shown + " }}"
    table = used.name.rpartition(".")[0]
    if table in LINE_TABLES:
        column = nearest_name(used.name.removeprefix(f"{table}."), LINE_COLUMNS)
        nearest = f"{used.shown.rpartition('.')[0]}.{column}" if column else ""
    else:
        nearest = nearest_name(used.name, [name for name in known if name.count(".") == 1])
    if nearest:
        facts = {"name": shown, "nearest": "{{ " + nearest + " }}"}
        return str(_("%(name)s does not exist here. Did you mean %(nearest)s?") % facts)
    return str(_("%(name)s does not exist here. Choose one from the list of placeholders.") % {"name": shown})
