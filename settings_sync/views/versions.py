"""What a setting has been: the page with its versions, comparing two, bringing one back; and making a second one."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from settings_sync.exceptions import DocumentRefused, SyncError, VersionGone
from settings_sync.services.edits.duplicating import duplicate_item
from settings_sync.services.settings.items import ItemDocument, read_item
from settings_sync.services.versions.versions import ItemVersion, compare_versions, list_versions, restore_version
from tenants.entering import AdministrationRequest, administration_page
from tenants.permissions import NotAllowed

SHOWN = 100


@require_GET
@administration_page()
def history(request: AdministrationRequest, uid: uuid.UUID) -> HttpResponse:
    """The versions of one setting, newest first; with two of them chosen, what differs."""
    item = _item(request, uid)
    rows = list_versions(acting_user=request.user, administration=request.administration, uid=uid)
    before, after = _chosen(request, rows)
    context: dict[str, Any] = {
        "item": item.row,
        "versions": rows[:SHOWN],
        "more": max(len(rows) - SHOWN, 0),
        "before": before,
        "after": after,
        "may_edit": f"{item.row.category}.update" in request.rights,
    }
    if before and after:
        try:
            context["places"] = compare_versions(
                acting_user=request.user,
                administration=request.administration,
                uid=uid,
                before=before.digest,
                after=after.digest,
            )
        except VersionGone as gone:
            context["gone"] = str(gone)
    return render(request, "sync/versions.html", context)


@require_POST
@administration_page()
def restore(request: AdministrationRequest, uid: uuid.UUID) -> HttpResponse:
    """Let the setting be again what it was."""
    item = _item(request, uid)
    digest, seen = request.POST.get("digest", ""), request.POST.get("seen", "")
    try:
        restore_version(
            acting_user=request.user, administration=request.administration, uid=uid, digest=digest, seen=seen or None
        )
        messages.success(request, _("“{name}” is again as it was.").format(name=item.row.label))
    except NotAllowed as refused:
        raise PermissionDenied from refused
    except SyncError as refused:
        messages.error(request, in_words(refused))
    return redirect("sync:item-history", request.administration.slug, uid)


@require_POST
@administration_page()
def duplicate(request: AdministrationRequest, uid: uuid.UUID) -> HttpResponse:
    """Make a second setting like this one, and go on to it in the editor that this one was opened in."""
    _item(request, uid)
    here = request.POST.get("page", "")
    try:
        made = duplicate_item(acting_user=request.user, administration=request.administration, uid=uid)
    except NotAllowed as refused:
        raise PermissionDenied from refused
    except SyncError as refused:
        messages.error(request, in_words(refused))
        return redirect("sync:item-history", request.administration.slug, uid)
    messages.success(request, _("“{name}” was made.").format(name=made.row.label))
    if here.startswith(f"/a/{request.administration.slug}/") and str(uid) in here:
        return redirect(here.replace(str(uid), str(made.row.uid)))
    return redirect("sync:item-history", request.administration.slug, made.row.uid)


def in_words(refused: SyncError) -> str:
    """A refusal with what it has to say of each place."""
    if isinstance(refused, DocumentRefused):
        reasons = dict.fromkeys(message for messages in refused.errors.values() for message in messages)
        return " ".join([_("Nothing was saved."), *reasons])
    return str(refused)


def _item(request: AdministrationRequest, uid: uuid.UUID) -> ItemDocument:
    item = read_item(acting_user=request.user, administration=request.administration, uid=uid)
    if item is None:
        raise Http404
    return item


def _chosen(request: AdministrationRequest, rows: list[ItemVersion]) -> tuple[ItemVersion | None, ItemVersion | None]:
    """The two versions that are compared: those that were chosen, older first; at first the last change."""
    by_number = {str(row.number): row for row in rows}
    chosen = [by_number.get(request.GET.get(name, "")) for name in ("before", "after")]
    if None in chosen:
        chosen = [rows[1], rows[0]] if len(rows) > 1 else [None, None]
    found = sorted((row for row in chosen if row is not None), key=lambda row: row.number)
    return (found[0], found[1]) if len(found) == 2 else (None, None)
