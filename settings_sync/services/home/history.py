"""The history of syncs, day by day: which administrations and which settings, and what was taken back since."""

import uuid
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from accounts.models import User
from settings_sync.models import Change, Plan, SyncRun, SyncTarget
from settings_sync.planning.verdicts import WRITING
from settings_sync.services.plans.category_rights import among_readable
from settings_sync.services.runs.run_overview import PAGE_SIZE, RunLine, entered_targets, lines_of, visible_runs
from tenants.models import Administration

NAMED = 3
"""Of more administrations or settings than these only how many there are, or that there are more."""
LOOKED_IN = 5
"""In how many administrations of a run is looked which settings changed: most runs bring the same everywhere."""

State = SyncRun.State
SHOWN: dict[str, Q] = {
    "failed": Q(state__in=(State.FAILED, State.PARTLY_FAILED)),
    "held": Q(state=State.PARTLY_HELD),
    "open": Q(finished_at=None),
    "undo": Q(plan__kind=Plan.Kind.UNDO),
}
TAKEN_BACK = "taken_back"
PERIODS = (7, 30, 365)


@dataclass(frozen=True)
class Asked:
    """What the history is narrowed by: an administration's slug, words of a name or a note, how a run ended or what it
    was, who started it, and how many days back."""

    administration: str = ""
    query: str = ""
    show: str = ""
    by: str = ""
    days: str = ""

    @property
    def is_narrowed(self) -> bool:
        return any(vars(self).values())


@dataclass(frozen=True)
class HistoryLine:
    """One run with the first of its administrations and of the settings that it changed."""

    run: RunLine
    administrations: tuple[str, ...]
    settings: tuple[str, ...]
    has_more_settings: bool

    @property
    def id(self) -> uuid.UUID:
        return self.run.id

    @property
    def created_at(self) -> datetime:
        return self.run.created_at

    @property
    def more_administrations(self) -> int:
        """How many there are beside those that are named."""
        return max(self.run.administrations - len(self.administrations), 0)


def list_history(
    *, acting_user: User, main: Administration, asked: Asked, page: str | int | None = 1
) -> Page[HistoryLine]:
    """One page of the history, latest first; a fixed number of queries, however many administrations there are."""
    runs = _narrowed(acting_user, visible_runs(acting_user, main), asked)
    # By id as well: runs of one moment must not change places between two pages.
    found: Page[Any] = Paginator(runs.order_by("-created_at", "-id"), PAGE_SIZE).get_page(page)
    shown = list(found.object_list)
    names = _names(acting_user, shown)
    settings = _settings(acting_user, main, shown)
    found.object_list = [
        HistoryLine(line, tuple(names[line.id]), tuple(settings[line.id][:NAMED]), len(settings[line.id]) > NAMED)
        for line in lines_of(acting_user, shown)
    ]
    return found


def list_starters(*, acting_user: User, main: Administration) -> list[tuple[str, str]]:
    """(key, name) of everybody who started a run, by name."""
    found = visible_runs(acting_user, main).order_by().values_list("requested_by")
    people = User.objects.filter(pk__in=found.distinct())
    return sorted(((str(person.uuid), str(person)) for person in people[:100]), key=lambda row: row[1].lower())


def _narrowed(user: User, runs: "QuerySet[SyncRun]", asked: Asked) -> "QuerySet[SyncRun]":
    targets = entered_targets(user)
    if asked.administration:
        runs = runs.filter(pk__in=targets.filter(administration__slug=asked.administration).values("run"))
    if asked.query:
        named = targets.filter(administration__name__icontains=asked.query).values("run")
        runs = runs.filter(Q(note__icontains=asked.query) | Q(pk__in=named))
    if asked.show == TAKEN_BACK:
        undone = SyncRun.objects.filter(plan__undoes=OuterRef("pk"))
        runs = runs.filter(Exists(undone.exclude(state__in=(State.FAILED, State.CANCELLED))))
    elif asked.show:
        runs = runs.filter(SHOWN.get(asked.show, Q()))
    if asked.by:
        runs = runs.filter(requested_by__uuid__in=_uuids(asked.by))
    if asked.days in map(str, PERIODS):
        runs = runs.filter(created_at__gte=timezone.now() - timedelta(days=int(asked.days)))
    return runs


def _uuids(text: str) -> list[uuid.UUID]:
    try:
        return [uuid.UUID(text)]
    except ValueError:
        return []


def _first(rows: "QuerySet[Any]", per: str, order: Collection[str], number: int) -> "QuerySet[Any]":
    """The first rows of each, by this column."""
    place = Window(RowNumber(), partition_by=[F(per)], order_by=[F(name) for name in order])
    first: QuerySet[Any] = rows.order_by().annotate(place=place).filter(place__lte=number)
    return first


def _names(user: User, runs: Collection[SyncRun]) -> dict[uuid.UUID, list[str]]:
    """By run the first of its administrations that the user may enter."""
    found = defaultdict(list)
    rows = _first(entered_targets(user).filter(run__in=runs), "run", ("plan_target__position",), NAMED)
    for run, name, _place in rows.values_list("run", "administration__name", "place").order_by("run", "place"):
        found[run].append(name)
    return found


def _settings(user: User, main: Administration, runs: Collection[SyncRun]) -> dict[uuid.UUID, list[str]]:
    """By run the first settings that it changed in the first administrations where it changed any."""
    changed = Q()
    for word in WRITING:
        changed |= Q(**{f"counts__{word}__gt": 0})
    targets = entered_targets(user).filter(changed, run__in=runs, state__in=SyncTarget.APPLIED)
    looked = _first(targets, "run", ("plan_target__position",), LOOKED_IN)
    run_of = dict(looked.values_list("plan_target", "run"))
    changes = among_readable(user, main, Change.objects.filter(plan_target__in=run_of, action__in=WRITING))
    rows = _first(changes, "plan_target", ("category", "label", "id"), NAMED + 1)
    found: dict[uuid.UUID, dict[uuid.UUID, str]] = defaultdict(dict)
    for target, uid, label in rows.values_list("plan_target", "uid", "label").order_by("category", "label", "id"):
        found[run_of[target]].setdefault(uid, label)
    return defaultdict(list, {run: list(labels.values()) for run, labels in found.items()})
