"""Samples for what daily data fills in: a customer that does not exist, and what was done for them."""

from typing import Any

from django.utils.translation import gettext as _

from .rendering import COLUMNS, line_rows, visible_columns


def sample_texts() -> dict[str, Any]:
    """A sample for every placeholder that daily data fills in."""
    rows = line_rows(COLUMNS, sample_lines())
    return _customer() | _work_order() | _documents() | {"factuur.regels": rows, "offerte.regels": rows}


def layout_samples(layout: Any) -> dict[str, Any]:
    """Samples for what only a layout shows: its lines in the columns that are on, forms and a signature."""
    table = line_rows(visible_columns(layout), sample_lines())
    return {
        "factuur.regels": table,
        "offerte.regels": table,
        "werkbon.regels": table,
        "werkbon.formulieren": _("(the filled-in forms)"),
        "werkbon.handtekening": _("(signature)"),
    }


def _customer() -> dict[str, str]:
    return {
        "klant.naam": "Bakkerij De Korenaar",
        "klant.nummer": "K-1042",
        "klant.contactpersoon": "Mevrouw J. Smit",
        "klant.adres": "Molenstraat 8",
        "klant.postcode": "8011 AB",
        "klant.plaats": "Zwolle",
        "klant.email": "info@korenaar.example",
        "klant.telefoon": "038 123 45 67",
    }


def _work_order() -> dict[str, str]:
    return {
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


def _documents() -> dict[str, str]:
    return {
        "factuur.nummer": "F-2025-0381",
        "factuur.datum": "17-11-2025",
        "factuur.vervaldatum": "01-12-2025",
        "factuur.referentie": "PO 4711",
        "factuur.subtotaal": "€ 183,50",
        "factuur.btw": "€ 38,54",
        "factuur.totaal": "€ 222,04",
        "offerte.nummer": "O-2025-0054",
        "offerte.datum": "03-11-2025",
        "offerte.geldig_tot": "03-12-2025",
        "offerte.onderwerp": _("Yearly maintenance of the boiler"),
        "offerte.subtotaal": "€ 183,50",
        "offerte.btw": "€ 38,54",
        "offerte.totaal": "€ 222,04",
    }


def sample_lines() -> list[dict[str, str]]:
    """Two lines as they could stand on a document."""
    return [
        {
            "code": "ARB-01",
            "description": _("Maintenance, mechanic"),
            "quantity": "2",
            "unit": _("hour"),
            "unit_price": "€ 72,50",
            "discount": "–",
            "vat": "21%",
            "amount": "€ 145,00",
        },
        {
            "code": "EXP-18",
            "description": _("Expansion vessel 18 litres"),
            "quantity": "1",
            "unit": _("piece"),
            "unit_price": "€ 38,50",
            "discount": "–",
            "vat": "21%",
            "amount": "€ 38,50",
        },
    ]
