"""Following a run, its result, and the history of runs."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from settings_sync.exceptions import SyncError
from settings_sync.models import Approval, StandingOrder, SyncRun
from settings_sync.services.home.history import PERIODS, Asked, list_history, list_starters
from settings_sync.services.news.news import is_kept
from settings_sync.services.reports.done import find_done, list_done
from settings_sync.services.reports.letterhead import logo_of
from settings_sync.services.runs.run_overview import find_run, show_run
from settings_sync.services.runs.runs import cancel_run, retry_run
from settings_sync.services.standing.ring_overview import show_rings
from settings_sync.services.standing.steering import approve_ring, pause_rings, resume_rings
from settings_sync.services.undos.undoing import create_undo_plan
from tenants.entering import AdministrationRequest, main_page
from tenants.models import Administration
from tenants.rights import AdministrationRight, SyncRight

ASKED = {"administration": "administration", "query": "q", "show": "show", "by": "by", "days": "days"}
"""What the history is narrowed by, with its name in the address."""

SHOWN_WORDS = {
    "taken_back": gettext_lazy("taken back"),
    "undo": gettext_lazy("takes something back"),
    "failed": gettext_lazy("failed somewhere"),
    "held": gettext_lazy("held something back"),
    "open": gettext_lazy("not ended yet"),
}


@main_page(AdministrationRight.SEE)
def history(request: AdministrationRequest) -> HttpResponse:
    """The runs of this main administration, latest first, narrowed by what somebody looks for."""
    sent = {name: request.GET.get(key, "").replace("\0", "").strip() for name, key in ASKED.items()}
    asked = Asked(**sent)
    main = request.administration
    found = Administration.objects.reachable_by(request.user).filter(slug=asked.administration)
    context = {
        "page": list_history(acting_user=request.user, main=main, asked=asked, page=request.GET.get("page")),
        "asked": asked,
        "starters": list_starters(acting_user=request.user, main=main),
        "shown": SHOWN_WORDS,
        "periods": PERIODS,
        "target": found.values_list("name", flat=True).first() if asked.administration else "",
    }
    return render(request, "sync/runs.html", context)


@main_page(AdministrationRight.SEE)
def show(request: AdministrationRequest, run_id: uuid.UUID) -> HttpResponse:
    """One run: moving while it is busy, with the result and the proof afterwards."""
    context = _context(request, run_id)
    context["approval"] = Approval.objects.filter(run=run_id).select_related("decided_by").first()
    context["order"] = StandingOrder.objects.filter(runs=run_id).first()
    context["has_logo"] = logo_of(request.administration) is not None
    return render(request, "sync/run.html", context)


@main_page(AdministrationRight.SEE)
def progress(request: AdministrationRequest, run_id: uuid.UUID) -> HttpResponse:
    """The moving part of that page; once the run is finished it asks for no more."""
    return render(request, "sync/run_progress.html", {**_context(request, run_id), "is_part": True})


def _context(request: AdministrationRequest, run_id: uuid.UUID) -> dict[str, Any]:
    """A run, and once it has ended what it changed."""
    run = run_of(request, run_id)
    query = request.GET.get("q", "").replace("\0", "").strip()
    overview = show_run(acting_user=request.user, run=run, query=query, page=request.GET.get("page"))
    target = request.GET.get("administration", "").replace("\0", "")
    done = None
    if overview.is_finished:
        page = request.GET.get("changes")
        done = list_done(acting_user=request.user, run=run, overview=overview, target=target, page=page)
    named = next((line for line in overview.targets if line.slug == target), None)
    rings = show_rings(acting_user=request.user, run=run, overview=overview)
    return {"run": overview, "done": done, "done_in": named, "rings": rings}


@main_page(AdministrationRight.SEE)
def show_change(request: AdministrationRequest, run_id: uuid.UUID, change_id: int) -> HttpResponse:
    """What a run changed in one setting, field by field: inside its page when the browser asks for the part."""
    run = run_of(request, run_id)
    overview = show_run(acting_user=request.user, run=run)
    details = find_done(acting_user=request.user, run=run, overview=overview, change_id=change_id)
    if details is None:
        raise Http404
    context = {"run": overview, "details": details, "stored": run.plan, "is_past": True, "is_kept": is_kept(details)}
    response = render(request, "sync/run_change_part.html" if request.htmx else "sync/run_change.html", context)
    response["Vary"] = "HX-Request"
    return response


@main_page(AdministrationRight.SEE)
def logo(request: AdministrationRequest, run_id: uuid.UUID) -> HttpResponse:
    """The logo of the main administration, for its proof on the screen."""
    run_of(request, run_id)
    picture = logo_of(request.administration)
    if picture is None:
        raise Http404
    return HttpResponse(picture.content, content_type=picture.media_type)


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


@require_POST
@main_page(SyncRight.RUN)
def pause(request: AdministrationRequest, run_id: uuid.UUID) -> HttpResponse:
    """Let nothing more of its rings begin, until they go on."""
    return _do(request, run_id, pause_rings, _("The rings are paused: nothing more begins. What is busy is finished."))


@require_POST
@main_page(SyncRight.RUN)
def resume(request: AdministrationRequest, run_id: uuid.UUID) -> HttpResponse:
    """Let its rings go on."""
    return _do(request, run_id, resume_rings, _("The rings go on."))


@require_POST
@main_page(SyncRight.APPROVE)
def approve(request: AdministrationRequest, run_id: uuid.UUID, number: int) -> HttpResponse:
    """Let a ring begin that waits for somebody's word."""
    said = _("Ring %(number)d is approved.") % {"number": number}
    word = request.POST.get("reason", "").replace("\0", "")
    return _do(request, run_id, approve_ring, said, number=number, reason=word)


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
