"""The pages of templates: one list of everything, and the same few pages for each of the four sections."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from csp.constants import SELF
from csp.decorators import csp
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST

from accounts.signed_in import signed_in_user
from catalog_kit.edit_pages import attempt, tell_left_out
from catalog_kit.editing import EditRefused, count_uses, fingerprint, uses_of
from settings_sync.services.settings.origins import origins_of
from settings_sync.views.drafting import makes_settings, of_published
from tenants.entering import AdministrationRequest, administration_page

from . import services
from .forms import BlockForm, LayoutForm, MessageTemplateForm, SchemeForm, TemplateForm
from .models import Block, Layout, MessageTemplate, Scheme
from .placeholders import PLACEHOLDERS
from .previews import preview_of, readable_administrations, show_in, warnings_about
from .rights import TemplateRight
from .trial_mails import send_trial_mail
from .variables import own_values

PREVIEW_POLICY = {
    "default-src": ["'none'"],
    "style-src": ["'unsafe-inline'"],
    "img-src": ["data:", "https:"],
    "frame-ancestors": [SELF],
    "sandbox": True,
}


@dataclass(frozen=True)
class Section:
    """One of the four kinds of template, as the addresses and pages know it."""

    key: str
    model: type[services.Template]
    form: type[TemplateForm]
    label: Any
    label_new: Any

    @property
    def kind(self) -> str:
        """The key of its kind of setting."""
        return self.model._meta.label_lower


SECTIONS = {
    section.key: section
    for section in (
        Section(
            "messages",
            MessageTemplate,
            MessageTemplateForm,
            gettext_lazy("E-mail and SMS templates"),
            gettext_lazy("Add message template"),
        ),
        Section("layouts", Layout, LayoutForm, gettext_lazy("Layouts"), gettext_lazy("Add layout")),
        Section("blocks", Block, BlockForm, gettext_lazy("Shared blocks"), gettext_lazy("Add shared block")),
        Section("schemes", Scheme, SchemeForm, gettext_lazy("Schemes"), gettext_lazy("Add scheme")),
    )
}


@administration_page(TemplateRight.READ)
def list_templates(request: AdministrationRequest) -> HttpResponse:
    query = request.GET.get("q", "").strip()
    with_archived = "archived" in request.GET
    found = [(section, _listed(section, query, with_archived)) for section in SECTIONS.values()]
    items = [row["item"] for _section, listed in found for row in listed["rows"]]
    origins = origins_of(request.administration, items)
    context = {"found": found, "origins": origins, "query": query, "with_archived": with_archived}
    return render(request, "templates_catalog/list.html", context)


@administration_page(TemplateRight.CREATE)
@makes_settings
def create_template(request: AdministrationRequest, section: str) -> HttpResponse:
    chosen = _section(section)
    form = chosen.form(request.POST or None, request.FILES or None, initial={"kind": request.GET.get("kind")})
    if request.method == "POST" and form.is_valid():
        item = attempt(request, form, services.create_template, model=chosen.model, values=form.cleaned_data)
        if item is not None:
            messages.success(request, _("“%(name)s” was added.") % {"name": item})
            tell_left_out(request, form)
            return redirect("templates:edit", request.administration.slug, section, item.uid)
    return render(request, "templates_catalog/edit.html", _context_of(request, chosen, form, None))


@administration_page(TemplateRight.READ)
def edit_template(request: AdministrationRequest, section: str, uid: UUID) -> HttpResponse:
    chosen = _section(section)
    item = get_object_or_404(chosen.model, uid=uid)
    form = chosen.form(request.POST or None, request.FILES or None, instance=get_object_or_404(chosen.model, uid=uid))
    if request.method == "POST" and form.is_valid():
        seen = request.POST.get("seen")
        if attempt(request, form, services.update_template, item=item, values=form.cleaned_data, seen=seen):
            messages.success(request, _("“%(name)s” was saved.") % {"name": form.cleaned_data["name"]})
            tell_left_out(request, form)
            return redirect(request.path)
    return render(request, "templates_catalog/edit.html", _context_of(request, chosen, form, item))


@csp(PREVIEW_POLICY)
@xframe_options_sameorigin
@administration_page(TemplateRight.READ)
def preview_template(request: AdministrationRequest, section: str, uid: UUID | None = None) -> HttpResponse:
    """The template filled in: as it is stored, or as it was typed so far when the form is posted here."""
    chosen = _section(section)
    item = get_object_or_404(chosen.model, uid=uid) if uid else None
    form = chosen.form(request.POST, instance=item) if request.method == "POST" else None
    if chosen.model is Scheme or (item is None and form is None):
        raise Http404
    errors = _problems_of_text(form) if form is not None else []
    there = request.POST.get("there") or request.administration.slug
    asked = next((one for one in readable_administrations(request) if one.slug == there), None)
    if asked is None:
        raise Http404
    shown = None if errors else show_in(asked, form.instance if form else item, request.administration)
    return render(request, "includes/filled_in_frame.html", {"shown": shown, "errors": errors})


@require_POST
@csp(PREVIEW_POLICY)
@xframe_options_sameorigin
@administration_page(TemplateRight.READ)
@of_published
def mail_template(request: AdministrationRequest, section: str, uid: UUID | None = None) -> HttpResponse:
    """Mail what was typed so far to the user, and show it in the frame of the preview."""
    chosen = _section(section)
    item = get_object_or_404(chosen.model, uid=uid) if uid else None
    if chosen.model is Scheme:
        raise Http404
    form = chosen.form(request.POST, instance=item)
    errors = _problems_of_text(form)
    notice = ""
    if not errors:
        try:
            address = send_trial_mail(
                acting_user=signed_in_user(request), administration=request.administration, item=form.instance
            )
            notice = _("Sent to %(address)s.") % {"address": address}
        except EditRefused as refused:
            errors = [("", [str(refused)])]
    shown = None if errors else preview_of(form.instance, request.administration)
    return render(request, "includes/filled_in_frame.html", {"shown": shown, "errors": errors, "notice": notice})


@require_POST
@administration_page(TemplateRight.UPDATE)
def archive_template(request: AdministrationRequest, section: str, uid: UUID) -> HttpResponse:
    said = gettext_lazy("“%(name)s” was archived: nobody can choose it any more.")
    return _do(request, section, uid, services.archive_template, said)


@require_POST
@administration_page(TemplateRight.UPDATE)
def unarchive_template(request: AdministrationRequest, section: str, uid: UUID) -> HttpResponse:
    return _do(request, section, uid, services.unarchive_template, gettext_lazy("“%(name)s” can be chosen again."))


@require_POST
@administration_page(TemplateRight.UPDATE)
def make_default(request: AdministrationRequest, uid: UUID) -> HttpResponse:
    scheme = get_object_or_404(Scheme, uid=uid)
    if attempt(request, None, services.make_default, scheme=scheme):
        messages.success(request, _("“%(name)s” is the default now.") % {"name": scheme})
    return redirect("templates:list", request.administration.slug)


@administration_page(TemplateRight.DELETE)
def delete_template(request: AdministrationRequest, section: str, uid: UUID) -> HttpResponse:
    chosen = _section(section)
    item = get_object_or_404(chosen.model, uid=uid)
    if request.method == "POST" and attempt(request, None, services.delete_template, item=item) is not None:
        messages.success(request, _("“%(name)s” was deleted.") % {"name": item})
        return redirect("templates:list", request.administration.slug)
    context = {"section": chosen, "item": item, "uses": uses_of(item)}
    return render(request, "templates_catalog/delete.html", context)


def _section(key: str) -> Section:
    if key not in SECTIONS:
        raise Http404
    return SECTIONS[key]


def _problems_of_text(form: TemplateForm) -> list[tuple[str, list[str]]]:
    """What keeps typed text from being shown, by the label of its field; a name is not needed for that."""
    form.fields["name"].required = False
    labels = {name: str(field.label) for name, field in form.fields.items()}
    return [(labels.get(name, ""), [str(message) for message in found]) for name, found in form.errors.items()]


def _has_kinds(section: Section) -> bool:
    """Whether templates of this section are for one kind of message or document each."""
    return section.model is not Block


def _listed(section: Section, query: str, with_archived: bool) -> dict[str, Any]:
    """The rows of one section with their uses, and how many there are in all."""
    kind = ["kind"] if _has_kinds(section) else []
    every: list[Any] = list(section.model._default_manager.order_by("is_archived", *kind, "name_key", "name"))
    active = [item for item in every if not item.is_archived]
    rows = [item for item in (every if with_archived else active) if query.casefold() in item.name.casefold()]
    uses = count_uses(rows)
    return {
        "rows": [{"item": item, "uses": uses.get(item.pk, 0)} for item in rows],
        "active": len(active),
        "archived": len(every) - len(active),
        "has_kinds": _has_kinds(section),
    }


def _context_of(request: AdministrationRequest, section: Section, form: Any, item: Any) -> dict[str, Any]:
    form.ask_for_files_again()
    return {
        "section": section,
        "form": form,
        "item": item,
        "seen": request.POST.get("seen") or (fingerprint(services.values_for_log(item)) if item else ""),
        "uses": uses_of(item) if item else [],
        "has_preview": section.model is not Scheme,
        "placeholders": [(kind, label, PLACEHOLDERS[kind]) for kind, label in _kinds_of(section, item)],
        "elsewhere": readable_administrations(request),
        "blocks": _offered_blocks(section, item),
        "own_placeholders": list(own_values()) if section.model is not Scheme else [],
        "sends_mail": settings.SENDS_MAIL,
        "warnings": warnings_about(item, request.administration) if item else [],
    }


def _kinds_of(section: Section, item: Any) -> list[tuple[str, Any]]:
    """The kinds whose placeholders a template may use."""
    if section.model is Scheme:
        return []
    if not _has_kinds(section):
        return [("block", _("In every shared block"))]
    kinds: Any = section.model
    return [(item.kind, item.get_kind_display())] if item else list(kinds.Kind.choices)


def _offered_blocks(section: Section, item: Any) -> list[str]:
    """The names of the shared blocks that a template can take up."""
    if section.model is Scheme:
        return []
    offered = Block.objects.filter(is_archived=False)
    others = offered.exclude(uid=item.uid) if item else offered
    return list(others.order_by("name_key").values_list("name", flat=True))


def _do(request: AdministrationRequest, section: str, uid: UUID, service: Any, said: Any) -> HttpResponse:
    item = get_object_or_404(_section(section).model, uid=uid)
    if attempt(request, None, service, item=item):
        messages.success(request, said % {"name": item})
    return redirect("templates:edit", request.administration.slug, section, uid)
