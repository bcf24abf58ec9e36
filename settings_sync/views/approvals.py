"""What waits for the approval of somebody else, and deciding it. What it is about is looked at on its preview."""

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from settings_sync.exceptions import SyncError
from settings_sync.services.approvals.approvals import approve, find_approval, list_approvals, reject
from settings_sync.services.standing.steering import rings_that_wait
from settings_sync.wording.approval_wording import reasons_in_words
from tenants.entering import AdministrationRequest, main_page
from tenants.permissions import NotAllowed
from tenants.rights import SyncRight

PAGE_SIZE = 30


@require_GET
@main_page(SyncRight.APPROVE, SyncRight.RUN, SyncRight.UNDO)
def show_all(request: AdministrationRequest) -> HttpResponse:
    """What waits, and what waited, latest first: what somebody asked themselves, or may approve."""
    rows = list_approvals(acting_user=request.user, main=request.administration)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    reasons = {row.pk: reasons_in_words(row.reasons) for row in page.object_list}
    rings = rings_that_wait(acting_user=request.user, main=request.administration)
    return render(request, "sync/approvals.html", {"page": page, "reasons": reasons, "rings": rings})


@require_POST
@main_page(SyncRight.APPROVE, SyncRight.RUN, SyncRight.UNDO)
def decide(request: AdministrationRequest, approval_id: uuid.UUID) -> HttpResponse:
    """Approve or reject, with a word."""
    main = request.administration
    approval = find_approval(acting_user=request.user, main=main, approval_id=approval_id)
    if approval is None:
        raise Http404
    word = request.POST.get("reason", "").replace("\0", "")
    is_rejected = "reject" in request.POST
    try:
        run = (reject if is_rejected else approve)(acting_user=request.user, approval=approval, reason=word)
    except NotAllowed as refused:
        raise PermissionDenied from refused
    except SyncError as refused:
        messages.error(request, refused.detail)
        return redirect("sync:plan", main.slug, approval.run.plan_id)
    said = _("Rejected. Nothing was changed.") if is_rejected else _("Approved: it has started.")
    messages.success(request, said)
    return redirect("sync:run", main.slug, run.pk)
