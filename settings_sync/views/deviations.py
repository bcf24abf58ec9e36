"""The pages of what a sub-administration keeps as it is: the list, and pinning a setting or a place in it."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from settings_sync.declaring.kinds import all_kinds
from settings_sync.exceptions import SyncError
from settings_sync.services.settings.deviations import (
    deviations_of,
    list_deviations,
    may_pin,
    pin,
    withdraw_deviation,
)
from tenants.entering import AdministrationRequest, administration_page
from tenants.permissions import NotAllowed
from tenants.rights import AdministrationRight

from .rule_forms import PinForm


@require_GET
@administration_page(AdministrationRight.SEE)
def kept(request: AdministrationRequest) -> HttpResponse:
    """Everything that is pinned or agreed here, what is to be looked at again first."""
    rows = list_deviations(acting_user=request.user, administration=_sub_of(request))
    return render(request, "sync/kept.html", {"rows": rows, "due": sum(row.is_due for row in rows)})


@administration_page()
def kept_item(request: AdministrationRequest, kind: str, uid: uuid.UUID) -> HttpResponse:
    """What is kept of one setting; who may edit such settings pins here."""
    administration = _sub_of(request)
    if kind not in all_kinds().by_key or not may_pin(request.user, administration, kind):
        raise PermissionDenied
    rows, standing = deviations_of(acting_user=request.user, administration=administration, kind=kind, uid=uid)
    if standing is None:
        raise Http404
    form = PinForm(request.POST or None, standing=standing)
    if request.method == "POST" and form.is_valid() and _pin(request, form, kind, uid):
        messages.success(request, _("Pinned: syncs leave it as it is here."))
        return redirect("sync:kept", administration.slug)
    return render(request, "sync/kept_item.html", {"form": form, "standing": standing, "rows": rows})


@require_POST
@administration_page()
def withdraw(request: AdministrationRequest, deviation_id: int) -> HttpResponse:
    """Let it follow the main administration again."""
    administration = _sub_of(request)
    try:
        withdraw_deviation(acting_user=request.user, administration=administration, deviation_id=deviation_id)
        messages.success(request, _("Withdrawn: the next sync treats it like any other setting."))
    except NotAllowed as refused:
        raise PermissionDenied from refused
    except SyncError as refused:
        messages.info(request, refused.detail)
    return redirect("sync:kept", administration.slug)


def _sub_of(request: AdministrationRequest) -> Any:
    """Only a sub-administration keeps anything. Raises Http404."""
    if request.administration.is_main:
        raise Http404
    return request.administration


def _pin(request: AdministrationRequest, form: PinForm, kind: str, uid: uuid.UUID) -> bool:
    try:
        pin(acting_user=request.user, administration=request.administration, kind=kind, uid=uid, **form.cleaned_data)
    except SyncError as refused:
        form.add_error(None, refused.detail)
        return False
    return True
