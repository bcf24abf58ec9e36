"""Sync to sub-administrations, step 3: the preview, and confirming it."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from tenants.rights import Right

from ..exceptions import PlanChanged, PlanUsed, SyncError
from ..forms import StartForm
from ..kinds import all_kinds
from ..models import Plan
from ..services.change_details import show_change
from ..services.plan_overview import OUTCOMES, find_plan, list_changes, show_plan
from ..services.plans import create_plan
from ..services.runs import start_run
from .entering import main_page


@main_page(Right.SYNC_RUN)
def preview(request: Any, plan_id: uuid.UUID) -> HttpResponse:
    """What a stored plan would do; confirming it starts the run. Reloading, going back and a second tab are safe."""
    plan = _find(request, plan_id)
    form = StartForm(request.POST or None, initial={"version": plan.version})
    if request.method == "POST" and form.is_valid() and (answer := _start(request, plan, form)):
        return answer
    asked = _asked(request)
    context = {
        "plan": show_plan(plan),
        "stored": plan,
        "form": form,
        "page": list_changes(plan, **asked, page=request.GET.get("page")),
        "asked": asked,
        "outcomes": OUTCOMES,
        "categories": all_kinds().categories,
    }
    return render(request, "sync/plan.html", context)


@main_page(Right.SYNC_RUN)
def renew(request: Any, plan_id: uuid.UUID) -> HttpResponse:
    """A new preview of the same choice."""
    plan = _find(request, plan_id)
    if request.method == "POST":
        try:
            plan = create_plan(
                acting_user=request.user,
                main=request.administration,
                targets=[row.administration.slug for row in plan.targets.select_related("administration")],
                categories=plan.categories,
                items=[uuid.UUID(uid) for uid in plan.items],
                policies=plan.policies,
            )
        except SyncError as refused:
            messages.error(request, refused.detail)
    return redirect("sync:plan", request.administration.slug, plan.pk)


@main_page(Right.SYNC_RUN)
def change_details(request: Any, plan_id: uuid.UUID, change_id: int) -> HttpResponse:
    """One change in full: inside the preview when the browser asks for the part, else as a page."""
    plan = _find(request, plan_id)
    details = show_change(plan, change_id)
    if details is None:
        raise Http404
    template = "sync/change_details.html" if request.htmx else "sync/change.html"
    response = render(request, template, {"details": details, "stored": plan})
    response["Vary"] = "HX-Request"
    return response


def _find(request: Any, plan_id: uuid.UUID) -> Plan:
    plan = find_plan(acting_user=request.user, main=request.administration, plan_id=plan_id)
    if plan is None:
        raise Http404
    return plan


def _asked(request: Any) -> dict[str, str]:
    return {name: request.GET.get(name, "").replace("\0", "") for name in ("target", "outcome", "category", "verdict")}


def _start(request: Any, plan: Plan, form: StartForm) -> HttpResponse | None:
    slug = request.administration.slug
    try:
        run = start_run(acting_user=request.user, plan=plan, **form.cleaned_data)
    except PlanUsed as refused:
        messages.info(request, _("%(reason)s This is the sync that came of it.") % {"reason": refused.detail})
        return redirect("sync:run", slug, Plan.objects.select_related("run").get(pk=plan.pk).run.pk)
    except PlanChanged as refused:
        messages.warning(request, refused.detail)
        return redirect("sync:plan", slug, plan.pk)
    except SyncError as refused:
        form.add_error(None, refused.detail)
        return None
    return redirect("sync:run", slug, run.pk)
