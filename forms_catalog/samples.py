"""A form filled in by nobody, so that its print template can be seen before it is used."""

from typing import Any

from django.utils.translation import gettext as _

from .answering.entries import in_words
from .answering.questions import Question, questions_of
from .models import Form
from .printing import NOTHING, PrintedAnswer, PrintedSection, picture

GREY = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='240' height='160'%3E"
    "%3Crect width='240' height='160' fill='%23ccc'/%3E%3C/svg%3E"
)


def sample_sections(form: Form) -> list[PrintedSection]:
    """The sections of a form as it stands now, with an answer to every question; a table has two rows."""
    return [
        PrintedSection(
            section["title"],
            [
                tuple(_sample(question) for question in section["fields"] if question["type"] != "information")
                for _row in range(2 if section.get("repeats") else 1)
            ],
            is_table=bool(section.get("repeats")),
        )
        for section in questions_of(form)
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


def _sample(question: Question) -> PrintedAnswer:
    reference = question["reference"]
    label = question["label"]
    if question["type"] == "photo":
        return PrintedAnswer(reference, label, picture(GREY, label))
    return PrintedAnswer(reference, label, in_words(question, sample_answer(question)) or NOTHING)


def sample_answer(question: Question) -> Any:
    """An answer that nobody gave, to a question of any type."""
    kind = question["type"]
    options = question["options"]
    many = kind in ("checkboxes", "several")
    if question["default"]:
        return question["default"].splitlines() if many else question["default"]
    samples = {
        "text": _("As it should be"),
        "short_text": _("As it should be"),
        "yes_no": "yes",
        "number": question.get("at_least") or "1.5",
        "email": "info@korenaar.example",
        "telephone": "038 123 45 67",
        "web_address": "https://korenaar.example",
        "date": "2025-11-14",
        "time": "09:30",
        "date_time": "2025-11-14T09:30",
        "rating": "4",
        "file": _("(file)"),
        "barcode": "8711234567892",
        "place": "52.5168, 6.0830",
        "signature": _("(signature)"),
        "object_reference": "Remeha Calenta 40A",
        "own_list": _("(from the list)"),
        "calculated": "42",
    }
    return options if many else samples.get(kind, next(iter(options), ""))
