"""A filled-in form on paper, with the customer and the work order that it belongs to."""

from base64 import b64encode
from collections.abc import Mapping

from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localdate, localtime

from forms_catalog.answering.answers import Answered, AnsweredField
from forms_catalog.answering.entries import in_words
from forms_catalog.printing import NOTHING, PrintedAnswer, PrintedSection, picture, print_form
from reference_data.logos import letterhead
from tenants.models import Administration

from .models import FilledForm, FormPhoto, WorkOrder


def print_filled_form(filled: FilledForm, administration: Administration) -> SafeString:
    """Return the HTML of a filled-in form: the form's own print template, with what was answered and nothing hidden."""
    values = letterhead(administration) | _of_work_order(filled.work_order) | _of_form(filled)
    return print_form(filled.form.print_template, _sections(filled), values)


def _sections(filled: FilledForm) -> list[PrintedSection]:
    files = {str(photo.uid): photo for photo in filled.photos.all()}
    answered = Answered(filled.questions, filled.answers, localdate())
    return [
        PrintedSection(
            section.section["title"],
            [
                tuple(_printed(one, files) for one in row if one.is_shown and one.question["type"] != "information")
                for row in section.rows
            ],
            is_table=bool(section.section.get("repeats")),
        )
        for section in answered.sections
    ]


def _printed(one: AnsweredField, files: Mapping[str, FormPhoto]) -> PrintedAnswer:
    # A form that was filled in before ids were copied along has none; its answers are printed in their order only.
    reference = one.question.get("reference", "")
    label = one.question["label"]
    if one.question["type"] in ("photo", "file"):
        held = one.answer if isinstance(one.answer, list) else [one.answer]
        shown = [_file(files[str(uid)], label) for uid in held if str(uid) in files]
        if shown:
            return PrintedAnswer(reference, label, mark_safe("".join(shown)))  # nosec B308, B703 # each is escaped
    return PrintedAnswer(reference, label, in_words(one.question, one.answer, one.other) or NOTHING)


def _file(file: FormPhoto, label: str) -> SafeString:
    if not file.media_type.startswith("image/"):
        return format_html("<p>{}</p>", file.name or label)
    return picture(f"data:{file.media_type};base64,{b64encode(bytes(file.content)).decode()}", label)


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
