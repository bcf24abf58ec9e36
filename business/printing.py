"""A filled-in form on paper, with the customer and the work order that it belongs to."""

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.timezone import localtime

from forms_catalog.printing import PrintedAnswer, PrintedSection, as_printed, picture, print_form
from reference_data.logos import letterhead
from tenants.models import Administration

from .answers import labels_of, shown_fields
from .models import FilledForm, FormPhoto, WorkOrder


def print_filled_form(filled: FilledForm, administration: Administration) -> SafeString:
    """Return the HTML of a filled-in form: the form's own print template, with what was answered and nothing hidden."""
    values = letterhead(administration) | _of_work_order(filled.work_order) | _of_form(filled)
    return print_form(filled.form.print_template, _sections(filled), values)


def _sections(filled: FilledForm) -> list[PrintedSection]:
    shown = {field["key"] for field in shown_fields(filled.questions, filled.answers)}
    pictures = {str(photo.uid): photo for photo in filled.photos.all()}
    return [
        PrintedSection(
            section["title"],
            tuple(
                _printed(field, filled.answers.get(field["key"]), pictures)
                for field in section["fields"]
                if field["key"] in shown and field["type"] != "information"
            ),
        )
        for section in filled.questions
    ]


def _printed(field: Mapping[str, Any], answer: Any, pictures: Mapping[str, FormPhoto]) -> PrintedAnswer:
    # A form that was filled in before ids were copied along has none; its answers are printed in their order only.
    reference = field.get("reference", "")
    label = field["label"]
    photo = pictures.get(str(answer)) if field["type"] == "photo" else None
    if photo is not None:
        data = f"data:{photo.media_type};base64,{b64encode(bytes(photo.content)).decode()}"
        return PrintedAnswer(reference, label, picture(data, label))
    return PrintedAnswer(reference, label, as_printed(field["type"], answer, labels_of(field)))


def _of_form(filled: FilledForm) -> dict[str, str]:
    when = filled.filled_in_at
    return {
        "formulier.naam": filled.form_name,
        "formulier.datum": date_format(localtime(when), "SHORT_DATE_FORMAT") if when else "",
        "formulier.ingevuld_door": filled.filled_in_by_name,
    }


def _of_work_order(work_order: WorkOrder) -> dict[str, str]:
    customer = work_order.customer
    planned = work_order.planned_at
    return {
        "klant.naam": customer.name,
        "klant.nummer": str(customer.number),
        "klant.adres": customer.street,
        "klant.postcode": customer.postcode,
        "klant.plaats": customer.city,
        "klant.email": customer.email,
        "klant.telefoon": customer.phone,
        "klant.contactpersoon": str(work_order.contact or ""),
        "werkbon.nummer": str(work_order.number),
        "werkbon.datum": date_format(localtime(planned), "SHORT_DATE_FORMAT") if planned else "",
        "werkbon.tijd": date_format(localtime(planned), "TIME_FORMAT") if planned else "",
        "werkbon.omschrijving": work_order.description,
        "werkbon.werktype": str(work_order.work_type),
        "werkbon.status": str(work_order.status),
        "werkbon.referentie": work_order.reference,
        "werkbon.object": str(work_order.service_object or ""),
        "werkbon.medewerker": work_order.employee_name,
    }
