"""What differs in one sub-administration, and one of these settings as it looks in both."""

import uuid

from django.http import Http404, HttpResponse
from django.shortcuts import render

from settings_sync.services.home.differences import find_difference, list_differences, show_sheets
from settings_sync.services.home.picture import may_sync_to
from tenants.entering import AdministrationRequest, main_page
from tenants.models import Administration
from tenants.rights import AdministrationRight, SyncRight

from .frames import framed

SIDES = ("before", "after")


@main_page(AdministrationRight.SEE)
def show_all(request: AdministrationRequest, child: str) -> HttpResponse:
    """Everything that is not in line there, by category."""
    sub = _find_child(request, child)
    categories = list_differences(acting_user=request.user, main=request.administration, sub=sub)
    asked = request.GET.get("category", "")
    shown = [row for row in categories if row.key == asked] or categories
    context = {
        "sub": sub,
        "categories": shown,
        "asked": asked if len(shown) < len(categories) else "",
        "number": sum(len(row.rows) for row in shown),
        "may_sync": _may_sync(request, sub),
    }
    return render(request, "sync/differences.html", context)


@main_page(AdministrationRight.SEE)
def show_one(request: AdministrationRequest, child: str, kind: str, uid: uuid.UUID) -> HttpResponse:
    """One setting, as it is there now and as the main administration has it."""
    sub = _find_child(request, child)
    found = find_difference(acting_user=request.user, main=request.administration, sub=sub, kind=kind, uid=uid)
    if found is None:
        raise Http404
    return render(request, "sync/difference.html", {"sub": sub, "found": found, "may_sync": _may_sync(request, sub)})


@framed
@main_page(AdministrationRight.SEE)
def show_sheet(request: AdministrationRequest, child: str, kind: str, uid: uuid.UUID, side: str) -> HttpResponse:
    """What the frame of one side holds."""
    sub = _find_child(request, child)
    sheets = show_sheets(acting_user=request.user, main=request.administration, sub=sub, kind=kind, uid=uid)
    if sheets is None or side not in SIDES:
        raise Http404
    return render(request, "sync/sheet.html", {"sheet": sheets[SIDES.index(side)]})


def _may_sync(request: AdministrationRequest, sub: Administration) -> bool:
    return SyncRight.RUN in request.rights and may_sync_to(request.user, sub)


def _find_child(request: AdministrationRequest, slug: str) -> Administration:
    found = Administration.objects.active().filter(
        parent=request.administration, slug=slug, memberships__user=request.user
    )
    child = found.select_related("parent").first()
    if child is None:
        raise Http404
    return child
