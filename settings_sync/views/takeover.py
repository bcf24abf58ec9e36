"""Taking over an acquired administration: the pages of the sitting."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from settings_sync.declaring.kinds import all_kinds
from settings_sync.exceptions import SyncError
from settings_sync.models import Plan
from settings_sync.permissions import syncable_children
from settings_sync.services.takeover.takeover import (
    NEW,
    Takeover,
    TakeoverRow,
    best_choices,
    decide_takeover,
    exact_choices,
    find_open_takeover,
    read_takeover,
    start_takeover,
    with_suggestions,
)
from settings_sync.services.takeover.takeover_pair import read_pair
from tenants.entering import AdministrationRequest, main_page
from tenants.rights import SyncRight

from .plans import plan_of
from .takeover_forms import BULK, BULKS, EXACT, SCOPES, TakeoverForm

ROWS_PER_PAGE = 50
STATES = {
    "open": gettext_lazy("to decide"),
    "coupled": gettext_lazy("coupled"),
    NEW: gettext_lazy("added as new"),
    "held": gettext_lazy("held back"),
}
ASKED = ("category", "state", "q")


@dataclass(frozen=True)
class Shown:
    """A row with the value that its select has: what was sent, else what was decided, else the exact match."""

    row: TakeoverRow
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
    """All unmatched settings of the main administration beside the other's own, decided one by one or many at once."""
    plan = plan_of(request, plan_id)
    takeover = _takeover_of(request, plan, child)
    if hasattr(plan, "run"):
        return redirect("sync:plan", request.administration.slug, plan.pk)
    asked = {name: request.GET.get(name, "").replace("\0", "").strip() for name in ASKED}
    listed = takeover.narrowed(category=asked["category"], state=asked["state"], query=asked["q"])
    form = TakeoverForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and _decided(request, takeover, listed, form):
        return redirect(request.get_full_path())
    page = Paginator(listed, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    rows = _shown(with_suggestions(takeover, list(page.object_list)), form.choices() if form.is_bound else {})
    return render(request, "sync/takeover.html", _context(takeover, rows, page, asked, form))


@main_page(SyncRight.RUN)
def pair(request: AdministrationRequest, plan_id: uuid.UUID, child: str, change_id: int) -> HttpResponse:
    """One setting beside the other's own ones: chosen by hand from a list that can be searched."""
    plan = plan_of(request, plan_id)
    takeover = _takeover_of(request, plan, child)
    row = next((row for row in takeover.rows if row.id == change_id), None)
    if row is None or hasattr(plan, "run"):
        return redirect("sync:takeover", request.administration.slug, plan.pk, child)
    form = TakeoverForm(request.POST or None)
    if request.method == "POST" and _decided(request, takeover, [row], form):
        return redirect("sync:takeover", request.administration.slug, plan.pk, child)
    found = read_pair(takeover, row, _uid(request.GET.get("with", "")))
    context = {"stored": plan, "takeover": takeover, "pair": found, "form": form}
    return render(request, "sync/takeover_pair.html", context)


def _takeover_of(request: AdministrationRequest, plan: Plan, child: str) -> Takeover:
    """The sitting about one administration of a plan. Raises Http404."""
    allowed = syncable_children(request.user, plan.administration)
    target = plan.targets.select_related("administration", "plan").filter(administration__slug=child).first()
    if target is None or plan.is_undo or target.administration not in allowed:
        raise Http404
    return read_takeover(target)


def _decided(
    request: AdministrationRequest, takeover: Takeover, listed: Sequence[TakeoverRow], form: TakeoverForm
) -> bool:
    """Store what was sent; False when it was refused, with the reason on the page and what was chosen kept."""
    if not form.is_valid():
        messages.error(request, _("Nothing was decided: choose again."))
        return False
    choices = {**form.choices(), **_bulk(takeover, listed, form)}
    version = form.cleaned_data["version"]
    try:
        plan = decide_takeover(acting_user=request.user, takeover=takeover, version=version, choices=choices)
    except SyncError as refused:
        messages.error(request, refused.detail)
        return False
    if plan.version != takeover.plan.version:
        messages.success(request, _("Decided; nothing has started."))
    return True


def _bulk(takeover: Takeover, listed: Sequence[TakeoverRow], form: TakeoverForm) -> Mapping[uuid.UUID, str]:
    """What is done with many rows at once."""
    do = form.cleaned_data["do"]
    what = form.cleaned_data["bulk"]
    if do == EXACT:
        return exact_choices(with_suggestions(takeover, takeover.narrowed(state="open")))
    if do != BULK:
        return {}
    picked = form.picked()
    rows = list(listed) if form.cleaned_data["scope"] == "listed" else [r for r in listed if str(r.uid) in picked]
    if what == "suggested":
        return best_choices(with_suggestions(takeover, rows))
    return {row.uid: NEW if what == NEW else "" for row in rows}


def _shown(rows: Sequence[TakeoverRow], sent: Mapping[uuid.UUID, str]) -> list[Shown]:
    return [Shown(row, sent.get(row.uid, row.choice or _preselected(row))) for row in rows]


def _preselected(row: TakeoverRow) -> str:
    """Only what is equal in key and name to the letter is proposed."""
    return str(row.preselected.own.uid) if row.preselected else ""


def _context(
    takeover: Takeover, rows: list[Shown], page: "Page[TakeoverRow]", asked: Mapping[str, str], form: TakeoverForm
) -> dict[str, Any]:
    return {
        "stored": takeover.plan,
        "takeover": takeover,
        "counts": takeover.counts,
        "rows": rows,
        "page": page,
        "asked": asked,
        "is_narrowed": any(asked.values()),
        "form": form,
        "states": STATES,
        "bulks": BULKS,
        "scopes": SCOPES,
        "categories": all_kinds().categories,
        "left": [own for own in takeover.own if not own.coupled_with],
    }


def _uid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
