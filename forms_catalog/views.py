"""The pages of forms: the list, the editor with sections and fields, and a small page for each of these."""

from copy import copy
from typing import Any
from uuid import UUID

from csp.constants import SELF
from csp.decorators import csp
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST

from catalog_kit.edit_pages import attempt, tell_left_out
from catalog_kit.editing import count_uses, uses_of
from reference_data.logos import letterhead
from settings_sync.declaring.options import Shown
from settings_sync.services.settings.origins import origins_of
from settings_sync.views.drafting import makes_settings
from tenants.entering import AdministrationRequest, administration_page

from . import services
from .arranging_views import address_of, part_of, removed_from, shown_sections
from .forms import FieldForm, FormForm, PartForm, SectionForm
from .models import Field, Form, Section
from .printing import print_form
from .rights import FormRight
from .rules import problems_of_print_template
from .samples import sample_sections, sample_values

FORMS_PER_PAGE = 100
PREVIEW_POLICY = {
    "default-src": ["'none'"],
    "style-src": ["'unsafe-inline'"],
    "img-src": ["data:", "https:"],
    "frame-ancestors": [SELF],
    "sandbox": True,
}
"""Print templates are HTML that somebody wrote: whatever stands in them, nothing of it runs here."""
PART_FORMS: dict[type[services.Part], type[PartForm]] = {Section: SectionForm, Field: FieldForm}


@administration_page(FormRight.READ)
def list_forms(request: AdministrationRequest) -> HttpResponse:
    query = request.GET.get("q", "").replace("\0", "").strip()
    with_archived = "archived" in request.GET
    found = Form.objects.filter(Q(name__icontains=query) | Q(description__icontains=query))
    shown = found if with_archived else found.filter(is_archived=False)
    page = Paginator(_with_sizes(shown), FORMS_PER_PAGE).get_page(request.GET.get("page"))
    uses = count_uses(list(page))
    archived = Q(is_archived=True)
    context = {
        "page": page,
        "rows": [{"form": form, "uses": uses.get(form.pk, 0)} for form in page],
        "origins": origins_of(request.administration, list(page)),
        "counts": Form.objects.aggregate(active=Count("pk", filter=~archived), archived=Count("pk", filter=archived)),
        "query": query,
        "with_archived": with_archived,
    }
    return render(request, "forms_catalog/list.html", context)


@administration_page(FormRight.CREATE)
@makes_settings
def create_form(request: AdministrationRequest) -> HttpResponse:
    form = FormForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = attempt(request, form, services.create_form, values=form.cleaned_data)
        if made is not None:
            messages.success(request, _("“%(name)s” was added. Give it sections and fields now.") % {"name": made})
            return redirect(address_of(request, made))
    return render(request, "forms_catalog/details.html", {"form": form})


@administration_page(FormRight.READ)
def edit_form(request: AdministrationRequest, uid: UUID) -> HttpResponse:
    """The editor: what the form is, and its sections and fields in order, each with its own small page."""
    item = get_object_or_404(Form.objects.prefetch_related("work_types"), uid=uid)
    query = request.GET.get("q", "").replace("\0", "").strip()
    context = {
        "item": item,
        "uses": uses_of(item),
        "sections": shown_sections(request, item, query),
        "query": query,
        "removed": removed_from(request, item),
    }
    return render(request, "forms_catalog/edit.html", context)


@administration_page(FormRight.READ)
def edit_details(request: AdministrationRequest, uid: UUID) -> HttpResponse:
    item = get_object_or_404(Form, uid=uid)
    form = FormForm(request.POST or None, instance=copy(item), is_readonly=_is_readonly(request))
    seen = request.POST.get("seen") or services.fingerprint_of(item)
    if request.method == "POST" and form.is_valid():
        saved = attempt(request, form, services.update_form, form=item, values=form.cleaned_data, seen=seen)
        if saved is not None:
            messages.success(request, _("“%(name)s” was saved.") % {"name": saved})
            tell_left_out(request, form)
            return redirect(address_of(request, item))
    return render(request, "forms_catalog/details.html", {"form": form, "item": item, "seen": seen})


@csp(PREVIEW_POLICY)
@xframe_options_sameorigin
@administration_page(FormRight.READ)
def preview_print(request: AdministrationRequest, uid: UUID) -> HttpResponse:
    """The form on paper with sample answers: as it is stored, or with the print template as it was typed so far."""
    item = get_object_or_404(Form, uid=uid)
    template = request.POST.get("print_template", item.print_template)
    references = Field.objects.filter(section__form=item).values_list("reference", flat=True)
    problems = problems_of_print_template(template, list(references))
    errors = [(item._meta.get_field("print_template").verbose_name, problems)] if problems else []
    values = letterhead(request.administration) | sample_values(item.name)
    shown = None if errors else Shown("", print_form(template, sample_sections(item), values), is_text=False)
    return render(request, "includes/filled_in_frame.html", {"shown": shown, "errors": errors})


@require_POST
@administration_page(FormRight.UPDATE)
def archive_form(request: AdministrationRequest, uid: UUID) -> HttpResponse:
    said = gettext_lazy("“%(name)s” was archived: nobody can choose it any more.")
    return _do(request, uid, services.archive_form, said)


@require_POST
@administration_page(FormRight.UPDATE)
def unarchive_form(request: AdministrationRequest, uid: UUID) -> HttpResponse:
    return _do(request, uid, services.unarchive_form, gettext_lazy("“%(name)s” can be chosen again."))


@administration_page(FormRight.DELETE)
def delete_form(request: AdministrationRequest, uid: UUID) -> HttpResponse:
    item = get_object_or_404(Form, uid=uid)
    if request.method == "POST" and attempt(request, None, services.delete_form, form=item):
        messages.success(request, _("“%(name)s” was deleted.") % {"name": item})
        return redirect("forms_catalog:list", request.administration.slug)
    return render(request, "forms_catalog/delete.html", {"item": item, "uses": uses_of(item)})


@administration_page(FormRight.UPDATE)
def add_section(request: AdministrationRequest, uid: UUID) -> HttpResponse:
    item = get_object_or_404(Form, uid=uid)
    form = SectionForm(request.POST or None, form=item)
    where = {"form": item, "after": _after(request)}
    return _add_part(request, item, form, services.add_section, gettext_lazy("Add section"), **where)


@administration_page(FormRight.UPDATE)
def add_field(request: AdministrationRequest, uid: UUID) -> HttpResponse:
    section = get_object_or_404(Section.objects.select_related("form"), uid=uid)
    form = FieldForm(request.POST or None, form=section.form, initial={"section": section})
    # Between two others: only in the section in which that was asked.
    chosen = form["section"].data if form.is_bound else None
    after = _after(request) if chosen in (None, str(section.pk), str(section.uid)) else None
    return _add_part(
        request, section.form, form, services.add_field, gettext_lazy("Add field"), section=section, after=after
    )


@administration_page(FormRight.READ)
def edit_part(request: AdministrationRequest, kind: str, uid: UUID) -> HttpResponse:
    part = part_of(kind, uid)
    item = services.form_of(part)
    form_class = PART_FORMS[type(part)]
    form = form_class(request.POST or None, instance=copy(part), form=item, is_readonly=_is_readonly(request))
    seen = request.POST.get("seen") or services.fingerprint_of(part)
    if request.method == "POST" and form.is_valid():
        saved = attempt(request, form, services.update_part, part=part, values=form.cleaned_data, seen=seen)
        if saved is not None:
            messages.success(request, _("“%(name)s” was saved.") % {"name": saved})
            return redirect(address_of(request, item, saved))
    context = {"form": form, "item": item, "part": part, "kind": kind, "seen": seen, "title": str(part)}
    return render(request, "forms_catalog/part.html", context)


def _with_sizes(forms: Any) -> Any:
    counted = forms.annotate(
        section_count=Count("sections", distinct=True), field_count=Count("sections__fields", distinct=True)
    )
    return counted.prefetch_related("work_types").order_by("is_archived", "name_key", "name")


def _after(request: AdministrationRequest) -> UUID | None:
    """After which section or field a new one is to stand; None for the end."""
    try:
        return UUID(request.GET.get("after", ""))
    except ValueError:
        return None


def _is_readonly(request: AdministrationRequest) -> bool:
    return FormRight.UPDATE not in request.rights


def _add_part(
    request: AdministrationRequest, item: Form, form: PartForm, service: Any, title: Any, /, **where: Any
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        added = attempt(request, form, service, values=form.cleaned_data, **where)
        if added is not None:
            messages.success(request, _("“%(name)s” was added.") % {"name": added})
            return redirect(address_of(request, item, added))
    return render(request, "forms_catalog/part.html", {"form": form, "item": item, "title": title})


def _do(request: AdministrationRequest, uid: UUID, service: Any, said: Any) -> HttpResponse:
    item = get_object_or_404(Form, uid=uid)
    if attempt(request, None, service, form=item):
        messages.success(request, said % {"name": item})
    return redirect(address_of(request, item))
