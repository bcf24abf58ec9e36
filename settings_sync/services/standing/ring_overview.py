"""The rings of a run as one picture: which there are, how far each is, and what it waits for."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from accounts.acting import staff_behind
from accounts.models import User
from settings_sync.models import RunStage, SyncRun
from settings_sync.planning.stages import Stage
from settings_sync.services.plans.category_rights import may_approve
from settings_sync.services.rollouts.reading import read_rings
from settings_sync.services.runs.run_overview import RunOverview, RunTarget
from settings_sync.wording.ring_wording import stage_in_words, start_in_words, stop_in_words

WIDTH = 120
"""Of a whole bar."""


@dataclass(frozen=True)
class Segment:
    """A part of the bar of a ring; its numbers are texts, for SVG reads them in one language alone."""

    key: str
    x: str
    width: str


@dataclass(frozen=True)
class Ring:
    """One ring, counted over the administrations that the reader may enter."""

    number: int
    who: str
    rule: str
    state: str
    state_label: str
    total: int
    done: int
    wrong: int
    busy: int
    not_begun: int
    opens_at: datetime | None
    asks: bool
    approved_by: str
    reason: str
    started_at: datetime | None
    finished_at: datetime | None
    is_next: bool

    @property
    def segments(self) -> list[Segment]:
        """What its bar is made of, from left to right."""
        found = []
        x = 0.0
        for key, number in (("in_line", self.done), ("conflict", self.wrong), ("changed_locally", self.busy)):
            width = WIDTH * number / max(self.total, 1)
            if number:
                found.append(Segment(key, f"{x:.2f}", f"{width:.2f}"))
            x += width
        return found


@dataclass(frozen=True)
class RingPicture:
    """All rings of a run; `untouched` counts the administrations that are in none, for nothing was to be done there."""

    rings: tuple[Ring, ...]
    stop: str
    is_paused: bool
    is_under_way: bool
    untouched: int
    may_approve: bool

    @property
    def asks(self) -> Ring | None:
        """The ring that waits for somebody's word."""
        return next((ring for ring in self.rings if ring.asks), None)


def show_rings(*, acting_user: User, run: SyncRun, overview: RunOverview) -> RingPicture | None:
    """The rings of a run; None where it has none, or has not begun. `overview` is the same run as it was read."""
    stages = list(run.stages.select_related("approved_by").order_by("number"))
    if not stages:
        return None
    rollout = read_rings(run.rings)
    is_under_way = not overview.is_finished and run.cancelled_at is None
    following = next((row.number for row in stages if row.state in RunStage.UNFINISHED), 0)
    rings = tuple(
        _ring(row, rollout.stages[row.number - 1], overview.targets, is_next=row.number == following) for row in stages
    )
    asks = any(ring.asks for ring in rings) and is_under_way
    return RingPicture(
        rings=rings,
        stop=stop_in_words(rollout),
        is_paused=run.paused_at is not None and is_under_way,
        is_under_way=is_under_way,
        untouched=sum(target.ring is None for target in overview.targets),
        may_approve=asks and may_approve(acting_user, run.plan) and staff_behind(acting_user) is None,
    )


def _ring(row: RunStage, stage: Stage, targets: Iterable[RunTarget], *, is_next: bool) -> Ring:
    mine = [target for target in targets if target.ring == row.number]
    wrong = sum(target.went_wrong for target in mine)
    applied = sum(target.is_applied and not target.went_wrong for target in mine)
    busy = sum(target.state == "running" for target in mine)
    return Ring(
        number=row.number,
        who=stage_in_words(stage),
        rule=start_in_words(stage),
        state=row.state,
        state_label=str(row.get_state_display()),
        total=len(mine),
        done=applied,
        wrong=wrong,
        busy=busy,
        not_begun=len(mine) - applied - wrong - busy,
        opens_at=row.opens_at if row.state == RunStage.State.WAITING else None,
        asks=row.waits_for_approval,
        approved_by=str(row.approved_by or ""),
        reason=row.reason,
        started_at=row.started_at,
        finished_at=row.finished_at,
        is_next=is_next,
    )
