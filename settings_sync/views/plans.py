"""Sync to sub-administrations, step 3: the preview, and confirming it."""

import uuid
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRefresh

from settings_sync.declaring.kinds import all_kinds
from settings_sync.exceptions import PlanChanged, PlanUsed, SyncError
from settings_sync.models import Plan
from settings_sync.permissions import right_for
from settings_sync.services.approvals.approvals import approval_of, askers_of, may_decide, others_who_may_approve
from settings_sync.services.plans.dry_run import rehearse_plan
from settings_sync.services.plans.plans import count_made, create_plan
from settings_sync.services.plans.source_moves import find_source_moves
from settings_sync.services.plans.typed_confirmation import confirmation_of
from settings_sync.services.previews.plan_overview import (
    OUTCOMES,
    PlannedTarget,
    PlanOverview,
    find_plan,
    list_changes,
    list_questions,
    show_plan,
)
from settings_sync.services.runs.runs import start_run
from settings_sync.services.runs.waiting import reasons_to_wait
from settings_sync.services.undos.undoing import create_undo_plan
from settings_sync.wording.approval_wording import reasons_in_words
from tenants.entering import AdministrationRequest, main_page
from tenants.models import Administration
from tenants.rights import SyncRight

from .approval_forms import WordForm
from .forms import SavedChoiceForm, StartForm

ASKED = ("target", "outcome", "category", "verdict", "warned", "used")
"""By what the list of changes is narrowed."""

PAGE_SIZE = 50
"""Administrations of which the page shows the numbers."""

LONGEST_QUERY = 3000
"""What every server between takes as an address."""


@main_page(SyncRight.RUN, SyncRight.UNDO)
def preview(request: AdministrationRequest, plan_id: uuid.UUID) -> HttpResponse:
    """What a stored plan would do; confirming it starts the run. Reloading, going back and a second tab are safe."""
    plan = plan_of(request, plan_id)
    if plan.is_for_worker and plan.state == Plan.State.COMPUTING:
        context = {"stored": plan, "made": count_made(plan), "total": plan.targets.count()}
        return render(request, "sync/plan_making.html", context)
    if request.htmx:
        return HttpResponseClientRefresh()  # it is ready, or has failed, since the page asked last
    confirmation = None if hasattr(plan, "run") else confirmation_of(plan)
    phrase = confirmation.phrase if confirmation else ""
    moves = find_source_moves(plan)
    initial = {"version": plan.version, "note": request.GET.get("note", ""), "seen": moves.mark}
    form = StartForm(request.POST or None, initial=initial, phrase=phrase, moved=moves.mark)
    if request.method == "POST" and form.is_valid() and (answer := _start(request, plan, form)):
        return answer
    asked = _asked(request)
    shown = show_plan(plan)
    sought = request.GET.get("q", "").replace("\0", "").strip()
    targets_page = Paginator(shown.named(sought), PAGE_SIZE).get_page(request.GET.get("targets"))
    context = {
        "plan": shown,
        "targets_page": targets_page,
        "sought": sought,
        "asked_target": _beside(targets_page, shown, asked["target"]),
        "stored": plan,
        "form": form,
        "confirmation": confirmation,
        "waits_because": [] if hasattr(plan, "run") else reasons_in_words(reasons_to_wait(plan)),
        **_approval(request, plan),
        "moves": moves,
        "questions": list_questions(plan),
        "page": list_changes(plan, **asked, page=request.GET.get("page")),
        "asked": asked,
        "is_narrowed": any(asked.values()),
        "outcomes": OUTCOMES,
        "save_form": SavedChoiceForm(auto_id="save_%s"),
        "categories": all_kinds().categories,
    }
    return render(request, "sync/plan.html", context)


@main_page(SyncRight.RUN, SyncRight.UNDO)
def renew(request: AdministrationRequest, plan_id: uuid.UUID) -> HttpResponse:
    """A new preview of the same choice, without what was deleted since."""
    plan = plan_of(request, plan_id)
    if request.method == "POST":
        try:
            plan = _made_again(request, plan)
        except SyncError as refused:
            messages.error(request, refused.detail)
    note = urlencode({"note": request.POST.get("note", "")})
    address = redirect("sync:plan", request.administration.slug, plan.pk).url
    return redirect(f"{address}?{note}" if len("note=") < len(note) < LONGEST_QUERY else address)


def _made_again(request: AdministrationRequest, plan: Plan) -> Plan:
    left = plan.targets.exclude(administration__state__in=Administration.GONE).select_related("administration")
    targets = [row.administration.slug for row in left]
    if plan.undoes is not None:
        return create_undo_plan(acting_user=request.user, run=plan.undoes, targets=targets)
    return create_plan(
        acting_user=request.user,
        main=request.administration,
        targets=targets,
        categories=plan.categories,
        items=[uuid.UUID(uid) for uid in plan.items],
        policies=plan.policies,
    )


@main_page(SyncRight.RUN, SyncRight.UNDO)
def rehearse(request: AdministrationRequest, plan_id: uuid.UUID) -> HttpResponse:
    """Try the preview for real in every administration, and roll it back."""
    plan = plan_of(request, plan_id)
    if request.method == "POST" and not hasattr(plan, "run"):
        if rehearse_plan(acting_user=request.user, plan=plan):
            messages.success(request, _("Tried everywhere and rolled back: it works."))
        else:
            messages.warning(request, _("Tried and rolled back: it does not work everywhere. See why below."))
    return redirect(f"{redirect('sync:plan', request.administration.slug, plan.pk).url}#per-administration")


def plan_of(request: AdministrationRequest, plan_id: uuid.UUID) -> Plan:
    """The plan of this address, if the user may look at it. Raises Http404, or PermissionDenied for lack of a right."""
    plan = find_plan(acting_user=request.user, main=request.administration, plan_id=plan_id)
    if plan is None:
        raise Http404
    if right_for(plan) not in request.rights:
        raise PermissionDenied
    return plan


def _beside(page: Page[PlannedTarget], plan: PlanOverview, slug: str) -> PlannedTarget | None:
    """The administration that the changes are narrowed to, where this page of them does not list it."""
    if any(target.slug == slug for target in page.object_list):
        return None
    return next((target for target in plan.targets if target.slug == slug), None)


def _approval(request: AdministrationRequest, plan: Plan) -> dict[str, Any]:
    """What a confirmed plan waits or waited for, and the form of who may decide it."""
    approval = approval_of(plan) if hasattr(plan, "run") else None
    if approval is None:
        return {}
    is_mine = request.user.pk in askers_of(approval)
    return {
        "approval": approval,
        "reasons": reasons_in_words(approval.reasons),
        "word_form": WordForm() if may_decide(request.user, approval) else None,
        "is_mine": is_mine,
        "others": others_who_may_approve(approval) if is_mine and approval.is_waiting else [],
    }


def _asked(request: AdministrationRequest) -> dict[str, str]:
    return {name: request.GET.get(name, "").replace("\0", "") for name in ASKED}


def _start(request: AdministrationRequest, plan: Plan, form: StartForm) -> HttpResponse | None:
    slug = request.administration.slug
    try:
        run = start_run(acting_user=request.user, plan=plan, **form.cleaned_data)
    except PlanUsed as refused:
        messages.info(request, _("%(reason)s This is the sync that came of it.") % {"reason": refused.detail})
        return redirect("sync:run", slug, refused.facts["run"])
    except SyncError as refused:
        if isinstance(refused, PlanChanged):
            plan.refresh_from_db()
            form.data = {**request.POST.dict(), "version": plan.version, "confirmation": ""}
        form.add_error(None, refused.detail)
        return None
    return redirect("sync:run", slug, run.pk)
