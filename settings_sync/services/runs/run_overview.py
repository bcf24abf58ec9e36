"""Runs as people follow them: how far each administration is, how it ended, and the proof."""

import math
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, IntegerField, Q, QuerySet, Sum
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from settings_sync.declaring.kinds import all_kinds
from settings_sync.exceptions import error_in_words
from settings_sync.models import Finding, Plan, SyncRun, SyncTarget
from settings_sync.permissions import right_for, syncable_keys
from settings_sync.planning.verdicts import WRITING
from settings_sync.services.previews.plan_overview import Counted
from tenants.models import Administration
from tenants.permissions import may
from tenants.plain_names import plain
from tenants.rights import Right, SyncRight

from .progress import Progress, read_progress
from .proofs import Proof, proof_of, words_of
from .retrying import RetryQuestion, may_be_retried, question_before_retrying, undo_runs_of

PAGE_SIZE = 30
MANY = 50
ENOUGH = 3
LATELY = 300
"""How many administrations must have ended before the time left is told, and within how many seconds."""
READ = (
    *("run", "ring", "may_begin", "state", "counts", "attempts", "started_at", "finished_at"),
    *("error_code", "error_facts", "error_detail"),
    *("administration__name", "administration__slug", "administration__state"),
    *("receipt__rows", "receipt__business_rows_written", "receipt__snapshot", "receipt__written_at"),
)
"""What is told of an administration of a run: of a thousand of them more would take longer to read than to show."""
STOPPABLE = {SyncTarget.State.QUEUED, SyncTarget.State.WAITING}
ORDER = ("running", "failed", "skipped", "held", "waiting", "queued", "cancelled", "succeeded")


@dataclass(frozen=True)
class Busy:
    """How far a worker is with an administration: the kind it is writing, and how many settings are written."""

    kind_label: str
    done: int
    total: int


@dataclass(frozen=True)
class RunLink:
    """Another run that has to do with this one: the one that it takes back, one that took it back,
    or one that had done the same already."""

    id: uuid.UUID
    created_at: datetime
    requested_by: str


@dataclass(frozen=True)
class RunTarget:
    """One administration of a run."""

    slug: str
    name: str
    state: str
    state_label: str
    counted: Counted
    attempts: int
    error: str
    busy: Busy | None
    proof: Proof | None
    findings: tuple[str, ...]
    finding_codes: tuple[str, ...]
    done_before: RunLink | None
    is_held: bool
    overtaken_by: uuid.UUID | None
    is_gone: bool
    may_retry: bool
    may_undo: bool
    ring: int | None = None

    @property
    def went_wrong(self) -> bool:
        """Whether it counts where the rings of a run stop because too much goes wrong."""
        return self.is_failed or self.is_held or self.state == SyncTarget.State.HELD

    @property
    def is_open(self) -> bool:
        return self.state in SyncTarget.OPEN

    @property
    def is_applied(self) -> bool:
        """Whether the plan was carried out, as far as the administration still stood as the plan saw it."""
        return self.state in SyncTarget.APPLIED

    @property
    def is_failed(self) -> bool:
        return self.state in (SyncTarget.State.FAILED, SyncTarget.State.SKIPPED)


@dataclass(frozen=True)
class RunOverview:
    """A run with its administrations. `hidden` counts those that this user may not enter."""

    id: uuid.UUID
    plan_id: uuid.UUID
    state: str
    state_label: str
    kind_label: str
    note: str
    requested_by: str
    on_behalf_of: str
    token: str
    created_at: datetime
    finished_at: datetime | None
    seconds: float | None
    targets: tuple[RunTarget, ...]
    hidden: int
    may_cancel: bool
    seconds_left: float | None
    undoes: RunLink | None
    promotes: bool
    undone_by: tuple[RunLink, ...]
    retry_question: RetryQuestion | None
    query: str = ""
    page_number: str | int | None = 1

    @property
    def is_finished(self) -> bool:
        return self.finished_at is not None

    @cached_property
    def total(self) -> Counted:
        """What arrived in the administrations that are done, and what was held back there."""
        done = (target.counted for target in self.targets if target.is_applied)
        return Counted.sum_of(vars(counted) for counted in done)

    @property
    def succeeded(self) -> int:
        return sum(target.state == SyncTarget.State.SUCCEEDED for target in self.targets)

    @property
    def failed(self) -> int:
        return sum(target.is_failed for target in self.targets)

    @property
    def held(self) -> int:
        """In how many administrations everything was held back."""
        return sum(target.state == SyncTarget.State.HELD for target in self.targets)

    @property
    def is_held(self) -> bool:
        """Whether something was held back somewhere when the plan was carried out."""
        return any(target.is_held for target in self.targets)

    @property
    def done_before(self) -> RunLink | None:
        """The run that had done everything already that this one came to do; None when something was left to do."""
        links = [target.done_before for target in self.targets if target.done_before]
        is_all = self.state == SyncRun.State.SUCCEEDED and not self.total.changes
        return max(links, key=lambda link: link.created_at) if links and is_all else None

    @property
    def retryable(self) -> int:
        """How many administrations failed, or were stopped, where the user may try it again."""
        return sum(target.may_retry for target in self.targets)

    @cached_property
    def undoable(self) -> tuple[RunTarget, ...]:
        """The administrations where the user may take the run back."""
        return tuple(target for target in self.targets if target.may_undo) if self.is_finished else ()

    @property
    def changed(self) -> int:
        """How many administrations got a change."""
        return sum(target.state == SyncTarget.State.SUCCEEDED and target.counted.changes > 0 for target in self.targets)

    @property
    def only_changed(self) -> str:
        """The name of the one administration that got a change; empty where several did, or none."""
        names = [target.name for target in self.targets if target.is_applied and target.counted.changes]
        return names[0] if len(names) == 1 else ""

    @property
    def is_paged(self) -> bool:
        """Whether there are more administrations than one page shows."""
        return len(self.targets) > MANY

    @cached_property
    def page(self) -> Page[RunTarget]:
        """The lines of the page: of many first what is busy or failed, narrowed by name, and only the first of them
        while the run moves."""
        lines = list(self.targets)
        if self.is_paged:
            sought = plain(self.query)
            lines = [line for line in lines if not sought or sought in plain(line.name) or sought in line.slug]
            lines.sort(key=lambda line: ORDER.index(line.state))
        return Paginator(lines, MANY).get_page(self.page_number if self.is_finished else 1)

    @property
    def left_out(self) -> int:
        """How many administrations stand on no page while the run moves."""
        return 0 if self.is_finished else len(self.targets) - len(self.page.object_list)

    @property
    def undoable_here(self) -> tuple[RunTarget, ...]:
        """Those administrations of this page where the user may take the run back."""
        return tuple(line for line in self.page.object_list if line.may_undo) if self.is_finished else ()

    @property
    def poll_seconds(self) -> int:
        if self.state == SyncRun.State.WAITING:
            return 10
        # Each time all lines are sent anew.
        return 1 if len(self.targets) <= MANY else 3

    @property
    def ended(self) -> int:
        return sum(not target.is_open for target in self.targets)

    @property
    def time_left(self) -> str:
        """How long it takes yet, in words; empty while that cannot be told."""
        if self.seconds_left is None:
            return ""
        minutes = math.ceil(self.seconds_left / 60)
        if self.seconds_left < 60:
            return _("less than a minute left")
        return ngettext("about %d minute left", "about %d minutes left", minutes) % minutes

    @property
    def business_rows_written(self) -> int:
        return sum(target.proof.business_rows_written for target in self.targets if target.proof)

    @property
    def rows_written(self) -> int:
        return sum(target.proof.total for target in self.targets if target.proof)


@dataclass(frozen=True)
class RunLine:
    """One run in the history."""

    id: uuid.UUID
    state: str
    state_label: str
    kind_label: str
    note: str
    requested_by: str
    on_behalf_of: str
    token: str
    created_at: datetime
    administrations: int
    failed: int
    counted: Counted
    undoes: RunLink | None
    promotes: bool
    undone_by: tuple[RunLink, ...]


@dataclass(frozen=True)
class _Facts:
    """What was read for all administrations of a run together."""

    progress: Mapping[uuid.UUID, Progress]
    findings: Mapping[uuid.UUID, Collection[Finding]]
    reached: Collection[uuid.UUID]
    undoable: Collection[uuid.UUID]
    labels: Mapping[str, str]


def find_run(*, main: Administration, run_id: uuid.UUID) -> SyncRun | None:
    """A run of this main administration."""
    found = SyncRun.objects.filter(pk=run_id, administration=main)
    return found.select_related("plan__undoes__requested_by", "requested_by", "administration").first()


def show_run(*, acting_user: User, run: SyncRun, query: str = "", page: str | int | None = 1) -> RunOverview:
    """A run with each administration that the user may enter; a fixed number of queries. `query` and `page` say which
    lines of a long one are shown."""
    targets = list(
        run.targets.select_related("administration", "receipt").only(*READ).order_by("plan_target__position")
    )
    seen = _visible(acting_user, targets)
    right = right_for(run.plan)
    facts = _Facts(
        progress=read_progress([target for target in seen if target.state == SyncTarget.State.RUNNING]),
        findings=_findings(run),
        reached=_reached(acting_user, run, right),
        undoable=_reached(acting_user, run, SyncRight.UNDO),
        # Once, because each asks for a translation.
        labels={state.value: str(state.label) for state in SyncTarget.State},
    )
    may_run = may(acting_user, right, run.administration)
    states = {target.state for target in targets}
    return RunOverview(
        **_about(run, _undone_by([run])),
        plan_id=run.plan_id,
        finished_at=run.finished_at,
        seconds=_seconds(run),
        targets=tuple(_target(target, facts) for target in seen),
        hidden=len(targets) - len(seen),
        seconds_left=None if run.is_finished else seconds_left(targets, now=timezone.now()),
        # What a worker is busy with finishes in any case, so something must wait yet.
        may_cancel=may_run and not run.is_finished and bool(states & STOPPABLE),
        retry_question=_question(acting_user, run, facts.reached, targets),
        query=query,
        page_number=page,
    )


def _question(
    user: User, run: SyncRun, reached: Collection[uuid.UUID], targets: Iterable[SyncTarget]
) -> RetryQuestion | None:
    again = [target for target in targets if target.administration_id in reached and may_be_retried(target)]
    return question_before_retrying(user, run, again)


def _reached(user: User, run: SyncRun, right: Right) -> set[uuid.UUID]:
    """Where the user may do this, as far as they may do it in the main administration."""
    if not may(user, right, run.administration):
        return set()
    return syncable_keys(user, run.administration, right)


def visible_runs(user: User, main: Administration) -> "QuerySet[SyncRun]":
    """The runs of a main administration that concern an administration which the user may enter, or nobody can."""
    concerning = entered_targets(user).filter(run__administration=main)
    # Not joined, which would give a run once for each of its administrations.
    runs = SyncRun.objects.filter(pk__in=concerning.values("run"))
    return runs.select_related("administration", "plan__undoes__requested_by", "requested_by")


def list_runs(
    *, acting_user: User, main: Administration, target: str = "", page: str | int | None = 1
) -> Page[RunLine]:
    """One page of the history, latest first; `target` narrows it to the runs of one administration's slug."""
    runs = visible_runs(acting_user, main)
    if target:
        runs = runs.filter(pk__in=entered_targets(acting_user).filter(administration__slug=target).values("run"))
    # By id as well: runs of one moment must not change places between two pages.
    found: Page[Any] = Paginator(runs.order_by("-created_at", "-id"), PAGE_SIZE).get_page(page)
    found.object_list = lines_of(acting_user, list(found.object_list))
    return found


def lines_of(user: User, runs: list[SyncRun]) -> list[RunLine]:
    """What the history tells of these runs, counted over the administrations that the user may enter."""
    counted = _count_targets(user, runs)
    undone = _undone_by(runs)
    return [_line(run, counted.get(run.pk, {}), undone) for run in runs]


def entered_targets(user: User) -> "QuerySet[SyncTarget]":
    """The targets in administrations that the user may enter, or that nobody can enter any more."""
    reachable = Administration.objects.reachable_by(user)
    gone = Q(administration__state__in=Administration.GONE)
    return SyncTarget.objects.filter(Q(administration__in=reachable.values("pk")) | gone)


def _undone_by(runs: Iterable[SyncRun]) -> dict[Any, list[RunLink]]:
    """The runs that took these back, or are at it, by the run that was taken back; not those that wrote nothing."""
    undone: dict[Any, list[RunLink]] = defaultdict(list)
    for undo in undo_runs_of(list(runs)):
        undone[undo.plan.undoes_id].append(_link(undo))
    return undone


def _link(run: SyncRun) -> RunLink:
    return RunLink(run.pk, run.created_at, str(run.requested_by or ""))


def _about(run: SyncRun, undone: Mapping[Any, list[RunLink]]) -> dict[str, Any]:
    return {
        "id": run.pk,
        "state": run.state,
        "state_label": str(run.get_state_display()),
        "kind_label": str(run.plan.get_kind_display()),
        "note": run.note,
        "requested_by": str(run.requested_by or ""),
        "on_behalf_of": run.on_behalf_of,
        "token": run.token,
        "created_at": run.created_at,
        "undoes": _link(run.plan.undoes) if run.plan.undoes else None,
        "promotes": run.plan.kind == Plan.Kind.PROMOTE,
        "undone_by": tuple(undone.get(run.pk, ())),
    }


def _line(run: SyncRun, counted: Mapping[str, int], undone: Mapping[Any, list[RunLink]]) -> RunLine:
    return RunLine(
        **_about(run, undone),
        administrations=counted.get("administrations", 0),
        failed=counted.get("failed", 0),
        counted=Counted.sum_of([dict(counted)]),
    )


def _count_targets(user: User, runs: Iterable[SyncRun]) -> dict[uuid.UUID, dict[str, int]]:
    """By run how many administrations it has and in how many it failed, and the counts of those that are done."""
    done = Q(state__in=SyncTarget.APPLIED)
    # The database adds up: a page of the history may be about thirty thousand targets.
    sums = {
        f"sum_of_{word}": Sum(Cast(KT(f"counts__{word}"), IntegerField()), filter=done)
        for word in Counted.__dataclass_fields__
    }
    failed = Count("pk", filter=Q(state__in=(SyncTarget.State.FAILED, SyncTarget.State.SKIPPED)))
    counted = {"administrations": Count("pk"), "failed": failed, **sums}
    rows: Any = entered_targets(user).filter(run__in=list(runs)).order_by().values("run").annotate(**counted)
    return {row["run"]: {name.removeprefix("sum_of_"): row[name] or 0 for name in counted} for row in rows}


def seconds_left(targets: Collection[SyncTarget], *, now: datetime) -> float | None:
    """How long the open targets will take at the pace of those that ended lately; None while too few have.

    Only what ended in the last minutes counts, so that a run that was tried again the next day tells nothing strange.
    """
    if not all(target.may_begin for target in targets):
        return None  # when the next ring begins is nobody's pace
    waiting = sum(target.state in SyncTarget.OPEN for target in targets)
    ended = [target for target in targets if target.finished_at and (now - target.finished_at).total_seconds() < LATELY]
    begun = [target.started_at for target in ended if target.started_at]
    if not waiting or len(begun) < ENOUGH:
        return None
    return waiting * (now - min(begun)).total_seconds() / len(begun)


def _visible(user: User, targets: list[SyncTarget]) -> list[SyncTarget]:
    """The targets that the user may enter, and those that nobody can enter any more."""
    reachable = set(Administration.objects.reachable_by(user).values_list("pk", flat=True))
    # What was deleted nobody can enter, and its part of the history would be hidden from everybody.
    return [row for row in targets if row.administration_id in reachable or row.administration.is_gone]


def _seconds(run: SyncRun) -> float | None:
    if run.finished_at is None:
        return None
    # A run that was stopped before any worker came has never started.
    return (run.finished_at - (run.started_at or run.created_at)).total_seconds()


def _findings(run: SyncRun) -> dict[uuid.UUID, list[Finding]]:
    """What went otherwise than planned, by target: in one query, for most of a thousand targets have none."""
    found: dict[uuid.UUID, list[Finding]] = defaultdict(list)
    rows = Finding.objects.filter(target__run=run).select_related("overtaken_by__requested_by")
    for row in rows.order_by("pk"):
        found[row.target_id].append(row)
    return found


def _target(target: SyncTarget, facts: _Facts) -> RunTarget:
    findings = facts.findings.get(target.pk, ())
    return RunTarget(
        slug=target.administration.slug,
        name=target.administration.name,
        state=target.state,
        state_label=facts.labels[target.state],
        counted=Counted.sum_of([target.outcome_counts]),
        attempts=target.attempts,
        error=error_in_words(target.error_code, target.error_facts, target.error_detail),
        busy=_busy(facts.progress.get(target.pk)),
        proof=proof_of(target),
        findings=tuple(words_of(row) for row in findings),
        finding_codes=tuple(row.code for row in findings),
        done_before=_done_before(findings),
        is_held=any(row.is_held for row in findings),
        overtaken_by=target.overtaken_by,
        is_gone=target.administration.is_gone,
        may_retry=target.administration_id in facts.reached and may_be_retried(target),
        may_undo=target.administration_id in facts.undoable
        and target.state == SyncTarget.State.SUCCEEDED
        and any(target.counts.get(word) for word in WRITING),
        ring=target.ring,
    )


def _done_before(findings: Iterable[Finding]) -> RunLink | None:
    """The latest run that had done here already what this one came to do."""
    codes = (row for row in findings if row.code == Finding.DONE_BEFORE)
    runs = [row.overtaken_by for row in codes if row.overtaken_by is not None]
    return _link(max(runs, key=lambda run: run.created_at)) if runs else None


def _busy(progress: Progress | None) -> Busy | None:
    if progress is None:
        return None
    kind = all_kinds().by_key.get(progress.kind)
    return Busy(str(kind.label_plural) if kind else progress.kind, progress.done, progress.total)
