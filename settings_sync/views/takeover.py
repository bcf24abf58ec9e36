"""Taking over an acquired administration: the pages of the sitting."""

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from settings_sync.declaring.kinds import all_kinds
from settings_sync.exceptions import SyncError
from settings_sync.models import Plan
from settings_sync.permissions import syncable_children
from settings_sync.services.takeover.own_settings import (
    OWN,
    OwnRow,
    Proposal,
    Sort,
    decide_own,
    proposed_choices,
    read_proposal,
    solved_needs,
)
from settings_sync.services.takeover.takeover import (
    NEW,
    Takeover,
    TakeoverRow,
    find_open_takeover,
    read_takeover,
    start_takeover,
)
from settings_sync.services.takeover.takeover_pair import read_pair
from tenants.entering import AdministrationRequest, main_page
from tenants.rights import SyncRight

from .plans import plan_of
from .takeover_forms import DEFAULT_PARTS, NEEDS, PROPOSE, PROPOSED, REST, TICKED, TakeoverForm

ROWS_PER_PAGE = 50
STATES = {
    "open": gettext_lazy("to decide"),
    "coupled": gettext_lazy("coupled"),
    OWN: gettext_lazy("stays as it is"),
}
SORTS = {
    Sort.SURE: gettext_lazy("surely the same"),
    Sort.ALIKE: gettext_lazy("perhaps the same"),
    Sort.ALONE: gettext_lazy("probably its own"),
}
FILTERS = ("category", "sort", "state", "q")


@dataclass(frozen=True)
class Choices:
    """What is to be decided: by the own settings, and by those of the main."""

    own: Mapping[uuid.UUID, str]
    of_main: Mapping[uuid.UUID, str]


@dataclass(frozen=True)
class Shown:
    """A row with the value that its select has: what was sent, else what was decided."""

    row: OwnRow
    value: str


@main_page(SyncRight.RUN)
def begin(request: AdministrationRequest, child: str) -> HttpResponse:
    """What a takeover is, and beginning it or going on with it."""
    main = request.administration
    found = next((one for one in syncable_children(request.user, main) if one.slug == child), None)
    if found is None:
        raise Http404
    if request.method == "POST":
        try:
            plan = start_takeover(acting_user=request.user, main=main, slug=child)
            return redirect("sync:takeover", main.slug, plan.pk, child)
        except SyncError as refused:
            messages.error(request, refused.detail)
    going = find_open_takeover(acting_user=request.user, main=main, slug=child)
    return render(request, "sync/takeover_begin.html", {"child": found, "going": going})


@main_page(SyncRight.RUN)
def sitting(request: AdministrationRequest, plan_id: uuid.UUID, child: str) -> HttpResponse:
    """All of the acquired administration's own settings with what is proposed, decided one by one or many at once."""
    plan = plan_of(request, plan_id)
    proposal = read_proposal(_takeover_of(request, plan, child))
    if hasattr(plan, "run"):
        return redirect("sync:plan", request.administration.slug, plan.pk)
    filters = {name: request.GET.get(name, "").replace("\0", "").strip() for name in FILTERS}
    listed = _listed(proposal, filters)
    form = TakeoverForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and _decided(request, proposal, form, _choices(proposal, filters, listed, form)):
        return redirect(_same_place(request, form))
    page = Paginator(listed, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "sync/takeover.html", _context(request, proposal, listed, page, filters, form))


@main_page(SyncRight.RUN)
def pair(request: AdministrationRequest, plan_id: uuid.UUID, child: str, own: uuid.UUID) -> HttpResponse:
    """One own setting beside those of the main administration: chosen by hand from a list that can be searched."""
    plan = plan_of(request, plan_id)
    proposal = read_proposal(_takeover_of(request, plan, child))
    row = next((row for row in proposal.rows if row.uid == own), None)
    back = redirect(_back_to_list(request, plan, child))
    if row is None or hasattr(plan, "run"):
        return back
    form = TakeoverForm(request.POST or None)
    if request.method == "POST" and _decided(request, proposal, form, Choices(form.choices(), {})):
        return back
    found = read_pair(proposal.takeover, row, _uid(request.GET.get("with", "")))
    context = {
        "stored": plan,
        "takeover": proposal.takeover,
        "pair": found,
        "form": form,
        "back": _back_to_list(request, plan, child),
    }
    return render(request, "sync/takeover_pair.html", context)


def _takeover_of(request: AdministrationRequest, plan: Plan, child: str) -> Takeover:
    """The sitting about one administration of a plan. Raises Http404."""
    allowed = syncable_children(request.user, plan.administration)
    target = plan.targets.select_related("administration", "plan").filter(administration__slug=child).first()
    if target is None or plan.is_undo or target.administration not in allowed:
        raise Http404
    return read_takeover(target)


def _listed(proposal: Proposal, filters: Mapping[str, str]) -> list[OwnRow]:
    return proposal.narrowed(
        category=filters["category"], sort=filters["sort"], state=filters["state"], query=filters["q"]
    )


def _rest(proposal: Proposal, filters: Mapping[str, str]) -> list[TakeoverRow]:
    """What the main has and the other has nothing like, of the category that is looked at."""
    return [row for row in proposal.rest if not filters["category"] or row.category == filters["category"]]


def _choices(proposal: Proposal, filters: Mapping[str, str], listed: Sequence[OwnRow], form: TakeoverForm) -> Choices:
    """What is to be decided, from what was chosen on the page and what is done with many rows at once."""
    if not form.is_valid():
        return Choices({}, {})
    own = form.choices()
    of_main = form.needs()
    do = form.cleaned_data["do"]
    if do == PROPOSE:
        own |= proposed_choices(row for row in listed if row.sort in form.parts())
        if REST in form.parts():
            of_main |= {row.uid: NEW for row in _rest(proposal, filters) if not row.choice}
    elif do == NEEDS:
        of_main |= solved_needs(proposal.blockers)
    elif do in TICKED:
        own |= _with_ticked(do, [row for row in listed if str(row.uid) in form.picked()])
    return Choices(own, of_main)


def _with_ticked(do: str, rows: Sequence[OwnRow]) -> dict[uuid.UUID, str]:
    if do == PROPOSED:
        return proposed_choices(row for row in rows if row.proposal)
    return {row.uid: OWN if do == OWN else "" for row in rows}


def _decided(request: AdministrationRequest, proposal: Proposal, form: TakeoverForm, choices: Choices) -> bool:
    """Store what was sent; False when it was refused, with the reason on the page and what was chosen kept."""
    if not form.is_valid():
        messages.error(request, _("Nothing was decided: choose again."))
        return False
    try:
        decide_own(
            acting_user=request.user,
            proposal=proposal,
            version=form.cleaned_data["version"],
            choices=choices.own,
            of_main=choices.of_main,
            defaults=form.defaults(),
        )
    except SyncError as refused:
        messages.error(request, refused.detail)
        return False
    return True


def _list_address(query: QueryDict, path: str) -> str:
    """The list with the same filters and page."""
    kept = [(name, query.get(name, "")) for name in (*FILTERS, "page") if query.get(name)]
    return f"{path}?{urlencode(kept)}" if kept else path


def _same_place(request: AdministrationRequest, form: TakeoverForm) -> str:
    """The list as it was: its filters and page, and what was ticked."""
    kept = [(name, request.GET[name]) for name in (*FILTERS, "page") if request.GET.get(name)]
    ticks = [("pick", one) for one in form.picked()[:ROWS_PER_PAGE]] + [("take", one) for one in form.parts()]
    # A proposal may ask something first, which stands above the rows.
    where = "takeover" if form.cleaned_data["do"] == PROPOSE else "takeover-rows"
    return f"{request.path}?{urlencode([*kept, *ticks, ('kept', 'yes')])}#{where}"


def _back_to_list(request: AdministrationRequest, plan: Plan, child: str) -> str:
    """The list that the page of a pair was opened from."""
    path = reverse("sync:takeover", args=[request.administration.slug, plan.pk, child])
    # From the address: only what the list knows is taken over from it.
    return _list_address(QueryDict(request.GET.get("list", "")), path)


def _context(
    request: AdministrationRequest,
    proposal: Proposal,
    listed: Sequence[OwnRow],
    page: "Page[OwnRow]",
    filters: Mapping[str, str],
    form: TakeoverForm,
) -> dict[str, Any]:
    rest = _rest(proposal, filters)
    shown = form.choices() if form.is_bound else {}
    undecided = Counter(row.sort for row in listed if not row.choice)
    return {
        "stored": proposal.takeover.plan,
        "takeover": proposal.takeover,
        "proposal": proposal,
        "rows": [Shown(row, shown.get(row.uid, row.choice)) for row in page.object_list],
        "page": page,
        "filters": filters,
        "is_narrowed": any(filters.values()),
        "here": _list_address(request.GET, request.path),
        "list_query": _list_address(request.GET, "").removeprefix("?"),
        "picked": form.picked() if form.is_bound else request.GET.getlist("pick"),
        "taken": _parts(request, form),
        "undecided": {sort.value: undecided[sort] for sort in Sort},
        "rest_open": sum(not row.choice for row in rest),
        "sorts": SORTS,
        "states": STATES,
        "ticked": TICKED,
        "categories": all_kinds().categories,
    }


def _parts(request: AdministrationRequest, form: TakeoverForm) -> Sequence[str]:
    """Which parts of the proposal are ticked: as they were left, or those that need no look."""
    if form.is_bound:
        return form.parts()
    return request.GET.getlist("take") if "kept" in request.GET else DEFAULT_PARTS


def _uid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
