"""A form filled in by nobody, so that its print template can be seen before it is used."""

from typing import Any

from django.utils.translation import gettext as _

from .models import Field, Form
from .printing import PrintedAnswer, PrintedSection, as_printed, picture

GREY = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='240' height='160'%3E"
    "%3Crect width='240' height='160' fill='%23ccc'/%3E%3C/svg%3E"
)


def sample_sections(form: Form) -> list[PrintedSection]:
    """The sections of a form as it stands now, with an answer to every question."""
    sections = form.sections.order_by("position").prefetch_related("fields")
    return [
        PrintedSection(
            section.title, tuple(_sample(field) for field in section.fields.all() if field.type != "information")
        )
        for section in sections
    ]


def sample_values(form_name: str) -> dict[str, Any]:
    """What a customer, a work order and a filled-in form would fill in."""
    return {
        "formulier.naam": form_name,
        "formulier.datum": "14-11-2025",
        "formulier.ingevuld_door": "Sanne de Wit",
        "klant.naam": "Bakkerij De Korenaar",
        "klant.nummer": "K-1042",
        "klant.adres": "Molenstraat 8",
        "klant.postcode": "8011 AB",
        "klant.plaats": "Zwolle",
        "klant.email": "info@korenaar.example",
        "klant.telefoon": "038 123 45 67",
        "klant.contactpersoon": "Mevrouw J. Smit",
        "werkbon.nummer": "WB-2025-0117",
        "werkbon.datum": "14-11-2025",
        "werkbon.tijd": "09:30",
        "werkbon.omschrijving": _("Yearly maintenance of the boiler"),
        "werkbon.werktype": _("Maintenance"),
        "werkbon.status": _("Complete"),
        "werkbon.referentie": "PO 4711",
        "werkbon.object": "Remeha Calenta 40A",
        "werkbon.medewerker": "Sanne de Wit",
    }


def _sample(field: Field) -> PrintedAnswer:
    if field.type == "photo":
        return PrintedAnswer(field.reference, field.label, picture(GREY, field.label))
    return PrintedAnswer(field.reference, field.label, as_printed(field.type, _answer(field), field.option_labels))


def _answer(field: Field) -> Any:
    if field.default_value:
        return field.default_value.splitlines() if field.type == "checkboxes" else field.default_value
    samples = {
        "text": _("As it should be"),
        "number": "1,5",
        "date": "14-11-2025",
        "time": "09:30",
        "checkboxes": field.options,
        "radio": next(iter(field.options), ""),
        "dropdown": next(iter(field.options), ""),
        "signature": _("(signature)"),
        "object_reference": "Remeha Calenta 40A",
    }
    return samples.get(field.type, "")
