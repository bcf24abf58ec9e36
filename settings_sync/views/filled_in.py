"""An item of a preview as it will be read in each administration, with the values of each."""

import uuid

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render

from settings_sync.models import Change, Plan
from settings_sync.services.previews.change_details import find_versions
from settings_sync.services.previews.filled_in import can_be_filled_in, documents_of, look_everywhere, show_there
from settings_sync.services.previews.pictures import sheets_of
from tenants.entering import AdministrationRequest, main_page
from tenants.rights import SyncRight

from .frames import framed
from .plans import plan_of

FRAMES_PER_PAGE = 12
SIDES = ("before", "after")


@main_page(SyncRight.RUN)
def show_everywhere(request: AdministrationRequest, plan_id: uuid.UUID, change_id: int) -> HttpResponse:
    """The item in every administration of the preview, a frame for each."""
    plan = plan_of(request, plan_id)
    change = _change_of(plan, change_id)
    documents = documents_of(acting_user=request.user, plan=plan, change=change)
    page = Paginator(documents, FRAMES_PER_PAGE).get_page(request.GET.get("page"))
    found = look_everywhere(plan.administration, change.kind, page.object_list)
    context = {"stored": plan, "change": change, "found": found, "page": page}
    return render(request, "sync/filled_in.html", context)


@framed
@main_page(SyncRight.RUN)
def show_one(request: AdministrationRequest, plan_id: uuid.UUID, change_id: int, child: str) -> HttpResponse:
    """What one of those frames holds."""
    plan = plan_of(request, plan_id)
    change = _change_of(plan, change_id)
    documents = documents_of(acting_user=request.user, plan=plan, change=change)
    found = next((row for row in documents if row[0].slug == child), None)
    if found is None:
        raise Http404
    return render(request, "includes/filled_in_frame.html", {"shown": show_there(found[0], change.kind, found[1])})


@framed
@main_page(SyncRight.RUN, SyncRight.UNDO)
def show_sheet(request: AdministrationRequest, plan_id: uuid.UUID, change_id: int, side: str) -> HttpResponse:
    """One version of a text, before or after the change, with the words that differ marked."""
    versions = find_versions(plan_of(request, plan_id), change_id)
    if versions is None or side not in SIDES or not can_be_filled_in(versions[0].kind):
        raise Http404
    change, before, after = versions
    sheets = sheets_of(change.kind, before, after, change.plan_target.administration)
    return render(request, "sync/sheet.html", {"sheet": sheets[SIDES.index(side)]})


def _change_of(plan: Plan, change_id: int) -> Change:
    found = Change.objects.filter(plan_target__plan=plan, pk=change_id).first()
    if found is None or not can_be_filled_in(found.kind):
        raise Http404
    return found
