"""Drafts: all of an administration, one beside what is published, and publishing it or throwing it away."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from settings_sync.declaring.kinds import all_kinds
from settings_sync.exceptions import ItemGone, SyncError
from settings_sync.services.settings.finding import page_of
from settings_sync.services.versions.drafts import (
    DraftRow,
    Published,
    begin_draft,
    discard_draft,
    list_drafts,
    mark_of,
    publish_draft,
    read_draft,
)
from tenants.entering import AdministrationRequest, administration_page
from tenants.permissions import NotAllowed
from tenants.rights import SyncRight

from .drafting import tell_begun
from .versions import in_words


@require_GET
@administration_page()
def list_all(request: AdministrationRequest) -> HttpResponse:
    """What is being worked on, of the settings that the reader may see."""
    if request.rights.isdisjoint(f"{category.key}.read" for category in all_kinds().categories):
        raise PermissionDenied
    rows = list_drafts(acting_user=request.user, administration=request.administration)
    return render(request, "sync/drafts.html", {"rows": [(row, _editor(request, row)) for row in rows]})


@require_GET
@administration_page()
def show(request: AdministrationRequest, uid: uuid.UUID) -> HttpResponse:
    """What a draft would change of the published setting, with publishing it."""
    draft = _do(request, read_draft, uid)
    context = {
        "row": draft.row,
        "places": draft.places,
        "published": draft.published,
        "mark": mark_of(draft.row),
        "editor": _editor(request, draft.row),
        "may_edit": f"{draft.row.category}.update" in request.rights,
        "may_publish": f"{draft.row.category}.{'create' if draft.row.is_new else 'update'}" in request.rights,
    }
    return render(request, "sync/draft.html", context)


@require_POST
@administration_page()
def begin(request: AdministrationRequest, uid: uuid.UUID) -> HttpResponse:
    """Begin a draft, and go back to the editor, which shows it from now on."""
    row = _do(request, begin_draft, uid)
    tell_begun(request, row.label)
    return redirect(_editor(request, row) or reverse("sync:draft", args=[request.administration.slug, uid]))


@require_POST
@administration_page()
def publish(request: AdministrationRequest, uid: uuid.UUID) -> HttpResponse:
    """Publish a draft, and say who is behind then."""
    replaces = request.POST.get("replaces") == "on"
    try:
        done = _do(request, publish_draft, uid, seen=request.POST.get("seen", ""), replaces=replaces)
    except SyncError as refused:
        messages.error(request, in_words(refused))
        return redirect("sync:draft", request.administration.slug, uid)
    messages.success(request, _("“{name}” was published.").format(name=done.item.row.label))
    _tell_who_is_behind(request, done)
    row = done.item.row
    address = page_of(row.kind, request.administration.slug, uid)
    return redirect(address or reverse("sync:item-history", args=[request.administration.slug, uid]))


@require_POST
@administration_page()
def discard(request: AdministrationRequest, uid: uuid.UUID) -> HttpResponse:
    """Throw a draft away."""
    _do(request, discard_draft, uid)
    messages.success(request, _("The draft was thrown away. What is published stays as it is."))
    return redirect("sync:drafts", request.administration.slug)


def _do(request: AdministrationRequest, service: Callable[..., Any], uid: uuid.UUID, **what: Any) -> Any:
    try:
        return service(acting_user=request.user, administration=request.administration, uid=uid, **what)
    except ItemGone as gone:
        raise Http404 from gone
    except NotAllowed as refused:
        raise PermissionDenied from refused


def _editor(request: AdministrationRequest, row: DraftRow) -> str:
    return page_of(row.kind, request.administration.slug, row.uid)


def _tell_who_is_behind(request: AdministrationRequest, done: Published) -> None:
    if not done.behind:
        return
    said = ngettext(
        "{number} administration is behind now.", "{number} administrations are behind now.", done.behind
    ).format(number=done.behind)
    if SyncRight.RUN in request.rights:
        address = f"{reverse('sync:choose', args=[request.administration.slug])}?pick=behind"
        messages.info(request, format_html('{} <a href="{}">{}</a>', said, address, _("Choose what to sync")))
    else:
        messages.info(request, said)
