"""The pages that read and write forms as XLSForm."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog_kit.edit_pages import attempt
from settings_sync.views.drafting import makes_settings, of_published
from tenants.entering import administration_page

from .answering.questions import questions_of
from .importing import create_whole_form, try_whole_form
from .models import Form
from .rights import FormRight
from .xlsform.reading import ReadForm, read_form, told
from .xlsform.workbook import NotReadable, read_workbook
from .xlsform.writing import write_form

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SALT = "forms_catalog.xlsform"
KEPT_FOR = 24 * 60 * 60
"""Seconds that a page with a form that was read can wait before it is made."""


class UploadForm(forms.Form):
    workbook = forms.FileField(
        label=gettext_lazy("XLSForm"),
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
        help_text=gettext_lazy("An .xlsx of at most 4 MB, with the sheets “survey” and “choices”."),
    )


class MakeForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    read = forms.CharField(widget=forms.HiddenInput)

    def clean_read(self) -> Any:
        try:
            return signing.loads(self.cleaned_data["read"], salt=SALT, max_age=KEPT_FOR)
        except signing.BadSignature:
            message = _("What was read of the workbook is not known any more. Choose it again.")
            raise forms.ValidationError(message) from None


@administration_page(FormRight.CREATE)
@makes_settings
def import_form(request: HttpRequest) -> HttpResponse:
    """Choose a workbook; see what it becomes and what is left out, by row; make the form."""
    if "read" in request.POST:
        return _make(request)
    upload = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and upload.is_valid():
        chosen = upload.cleaned_data["workbook"]
        try:
            read = read_form(read_workbook(chosen.read()), chosen.name)
        except NotReadable as error:
            upload.add_error("workbook", str(error))
        else:
            filled_in = {"name": read.name, "read": _kept(read)}
            making = MakeForm(filled_in, initial=filled_in)
            # What would be refused is told now, while the workbook is at hand, and not once everything was looked at.
            attempt(request, making, try_whole_form, name=read.name, sections=read.sections)
            return render(request, "forms_catalog/import.html", _read_context(making, _plain(read)))
    return render(request, "forms_catalog/import.html", {"form": upload})


@administration_page(FormRight.READ)
@of_published
def export_form(request: HttpRequest, uid: UUID) -> HttpResponse:
    """A form as an XLSForm workbook."""
    form = get_object_or_404(Form, uid=uid)
    name = f"{slugify(form.name) or 'form'}.xlsx"
    headers = {"Content-Disposition": content_disposition_header(True, name) or "attachment"}
    return HttpResponse(write_form(form.name, questions_of(form)), content_type=XLSX, headers=headers)


def _make(request: HttpRequest) -> HttpResponse:
    making = MakeForm(request.POST)
    if not making.is_valid() and "read" in making.errors:
        messages.error(request, " ".join(map(str, making.errors["read"])))
        return redirect(request.path)
    read = making.cleaned_data["read"]
    if making.is_valid():
        made = attempt(request, making, create_whole_form, name=making.cleaned_data["name"], sections=read["sections"])
        if made is not None:
            messages.success(request, _("“%(name)s” was added.") % {"name": made})
            return redirect("forms_catalog:edit", request.administration.slug, made.uid)  # type: ignore[attr-defined]
    return render(request, "forms_catalog/import.html", _read_context(making, read))


def _plain(read: ReadForm) -> dict[str, Any]:
    return {"sections": read.sections, "told": list(told(read))}


def _kept(read: ReadForm) -> str:
    return signing.dumps(_plain(read), salt=SALT, compress=True)


def _read_context(making: MakeForm, read: dict[str, Any]) -> dict[str, Any]:
    count = sum(len(section["fields"]) for section in read["sections"])
    return {"form": making, "sections": read["sections"], "told": read["told"], "count": count}
