"""Following a run, its result, and the history of runs."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from settings_sync.exceptions import SyncError
from settings_sync.models import SyncRun
from settings_sync.services.runs.run_overview import RunOverview, find_run, list_runs, show_run
from settings_sync.services.runs.runs import cancel_run, retry_run
from settings_sync.services.undos.undoing import create_undo_plan
from tenants.entering import AdministrationRequest, main_page
from tenants.models import Administration
from tenants.rights import AdministrationRight, SyncRight


@main_page(AdministrationRight.SEE)
def history(request: AdministrationRequest) -> HttpResponse:
    """Every run of this main administration, latest first."""
    target = request.GET.get("administration", "").replace("\0", "")
    page = list_runs(acting_user=request.user, main=request.administration, target=target, page=request.GET.get("page"))
    named = Administration.objects.reachable_by(request.user).filter(slug=target).first() if target else None
    return render(request, "sync/runs.html", {"page": page, "target": named.name if named else target})


@main_page(AdministrationRight.SEE)
def show(request: AdministrationRequest, run_id: uuid.UUID) -> HttpResponse:
    """One run: moving while it is busy, with the result and the proof afterwards."""
    return render(request, "sync/run.html", {"run": _shown(request, run_id)})


@main_page(AdministrationRight.SEE)
def progress(request: AdministrationRequest, run_id: uuid.UUID) -> HttpResponse:
    """The moving part of that page; once the run is finished it asks for no more."""
    return render(request, "sync/run_progress.html", {"run": _shown(request, run_id), "is_part": True})


def _shown(request: AdministrationRequest, run_id: uuid.UUID) -> RunOverview:
    query = request.GET.get("q", "").replace("\0", "").strip()
    return show_run(acting_user=request.user, run=run_of(request, run_id), query=query, page=request.GET.get("page"))


@main_page(SyncRight.RUN, SyncRight.UNDO)
def cancel(request: AdministrationRequest, run_id: uuid.UUID) -> HttpResponse:
    """Stop what has not started yet."""
    return _do(request, run_id, cancel_run, _("What had not started yet is stopped; what is busy is finished first."))


@main_page(SyncRight.RUN, SyncRight.UNDO)
def retry(request: AdministrationRequest, run_id: uuid.UUID) -> HttpResponse:
    """Try the failed and stopped administrations again, or only the one whose button was used."""
    only = [slug.replace("\0", "") for slug in request.POST.getlist("target")]
    typed = request.POST.get("confirmation", "")
    return _do(
        request, run_id, retry_run, _("What failed or was stopped is tried again."), targets=only, confirmation=typed
    )


@main_page(SyncRight.UNDO)
def undo(request: AdministrationRequest, run_id: uuid.UUID) -> HttpResponse:
    """Preview taking a run back in the ticked administrations; nothing is taken back before that is confirmed."""
    run = run_of(request, run_id)
    slug = request.administration.slug
    ticked = [target.replace("\0", "") for target in request.POST.getlist("target")]
    # Of many the page does not list all: everywhere is then an answer of its own.
    is_everywhere = request.POST.get("where") == "all"
    if request.method == "POST" and not ticked and not is_everywhere:
        messages.error(request, _("Tick the administrations where it is taken back. Nothing was changed."))
    elif request.method == "POST":
        try:
            plan = create_undo_plan(acting_user=request.user, run=run, targets=() if is_everywhere else ticked)
            return redirect("sync:plan", slug, plan.pk)
        except SyncError as refused:
            messages.error(request, refused.detail)
    return redirect("sync:run", slug, run.pk)


def _do(
    request: AdministrationRequest, run_id: uuid.UUID, service: Callable[..., Any], said: str, **what: Any
) -> HttpResponse:
    run = run_of(request, run_id)
    if request.method == "POST":
        try:
            service(acting_user=request.user, run=run, **what)
            messages.success(request, said)
        except SyncError as refused:
            messages.error(request, refused.detail)
    return redirect("sync:run", request.administration.slug, run.pk)


def run_of(request: AdministrationRequest, run_id: uuid.UUID) -> SyncRun:
    """The run of this address. Raises Http404."""
    run = find_run(main=request.administration, run_id=run_id)
    if run is None:
        raise Http404
    return run
