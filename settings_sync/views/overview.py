"""The first page of an administration, and the shortest way from it to a preview."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from settings_sync.exceptions import SyncError
from settings_sync.services.administrations.alignment import reviews_due, totals_of
from settings_sync.services.home.bringing import bring_in_line, bring_setting, open_decisions
from settings_sync.services.home.opened import Opened, open_category
from settings_sync.services.home.picture import Picture, show_picture
from settings_sync.services.inbox.entries import count_waiting
from settings_sync.services.previews.plan_overview import list_questions
from settings_sync.services.settings.deviations import list_deviations
from tenants.entering import AdministrationRequest, administration_page, main_page
from tenants.models import Administration
from tenants.rights import AdministrationRight, SyncRight
from tenants.sections import Group, links_to, section_address, sections_of

KEPT = 8


@require_GET
@administration_page()
def administration_home(request: AdministrationRequest) -> HttpResponse:
    """The picture of a main administration, or what a sub has to know.

    `?section=` of the switcher goes on to the same section when it may be opened here.
    """
    administration = request.administration
    section = request.GET.get("section", "").strip("/")
    address = section_address(administration, request.rights, section) if section else None
    if address:
        return redirect(address)
    if administration.is_main and AdministrationRight.SEE in request.rights:
        return render(request, "home/main.html", _main_context(request))
    return render(request, "home/sub.html", _sub_context(request))


def _main_context(request: AdministrationRequest) -> dict[str, Any]:
    query = request.GET.get("q", "").replace("\0", "").strip()
    group = request.GET.get("group", "").replace("\0", "")
    picture = show_picture(acting_user=request.user, main=request.administration, query=query, group=group)
    key = request.GET.get("open", "")
    opened = _opened(request.administration, picture, key) if key in {row.key for row in picture.rows} else None
    may_decide = SyncRight.RUN in request.rights
    waiting = count_waiting(request.user, request.administration) if may_decide else 0
    return {
        "waiting": waiting,
        "picture": picture,
        "opened": opened,
        "query": query,
        "group": group,
        "daily_work": _daily_work(request),
    }


def _opened(main: Administration, picture: Picture, category: str) -> Opened:
    members = {
        column: [sub.id for sub in subs if sub.is_active]
        for column, subs in picture.members.items()
        if any(sub.is_active for sub in subs)
    }
    ids = {key for keys in members.values() for key in keys}
    found = Administration.objects.in_bulk(list(ids))
    columns = {column: [found[key] for key in keys] for column, keys in members.items()}
    apart = [column for column, subs in picture.members.items() if not column.is_group and subs[0].is_apart]
    return open_category(main, category, columns, apart)


def _sub_context(request: AdministrationRequest) -> dict[str, Any]:
    administration = request.administration
    may_see = not administration.is_main and AdministrationRight.SEE in request.rights
    total = totals_of([administration]).get(administration.pk) if may_see else None
    counts = total.counts if total else {}
    kept = list_deviations(acting_user=request.user, administration=administration) if may_see else []
    return {
        "daily_work": _daily_work(request),
        "settings_links": links_to(sections_of(Group.SHARED_SETTINGS), administration, request.rights),
        "may_see": may_see,
        "conflicts": counts.get("conflict", 0),
        "names_taken": counts.get("names_taken", 0),
        "review_on": reviews_due(administration),
        "kept": kept[:KEPT],
        "kept_number": len(kept),
    }


def _daily_work(request: AdministrationRequest) -> Any:
    return links_to(sections_of(Group.DAILY_WORK), request.administration, request.rights)


@main_page(SyncRight.RUN)
def bring(request: AdministrationRequest, child: str) -> HttpResponse:
    """A ready preview of everything that differs in one administration."""
    if request.method != "POST":
        return redirect("administration-home", request.administration.slug)
    try:
        plan = bring_in_line(acting_user=request.user, main=request.administration, child=child)
    except SyncError as refused:
        messages.info(request, refused.detail)
        return redirect("administration-home", request.administration.slug)
    return redirect("sync:plan", request.administration.slug, plan.pk)


@main_page(SyncRight.RUN)
def bring_one(request: AdministrationRequest, kind: str, uid: uuid.UUID) -> HttpResponse:
    """A ready preview that brings one setting to every administration that is behind with it."""
    if request.method != "POST":
        return redirect("administration-home", request.administration.slug)
    try:
        plan = bring_setting(acting_user=request.user, main=request.administration, kind=kind, uid=uid)
    except SyncError as refused:
        messages.info(request, refused.detail)
        return redirect("administration-home", request.administration.slug)
    return redirect("sync:plan", request.administration.slug, plan.pk)


@main_page(SyncRight.RUN)
def decide(request: AdministrationRequest, child: str) -> HttpResponse:
    """The decisions that one administration waits for; a single one at once."""
    if request.method != "POST":
        return redirect("administration-home", request.administration.slug)
    try:
        plan = open_decisions(acting_user=request.user, main=request.administration, child=child)
    except SyncError as refused:
        messages.info(request, refused.detail)
        return redirect("administration-home", request.administration.slug)
    questions = list_questions(plan)
    if len(questions.object_list) == 1:
        return redirect("sync:change", request.administration.slug, plan.pk, questions.object_list[0].id)
    return redirect(f"{redirect('sync:plan', request.administration.slug, plan.pk).url}#questions")
