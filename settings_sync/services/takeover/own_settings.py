"""The proposal of a takeover: each setting of the acquired administration's own, and what becomes of it.

A sitting is stored by the settings of the main administration, because those are what a plan changes. People think from
the other side: they know the forms of their own that they took along, and ask of each of them what it becomes.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from settings_sync.exceptions import CannotCouple
from settings_sync.models import Document, Plan, PlanTarget
from settings_sync.planning.likeness import Likeness, Portrait, most_alike, rank
from settings_sync.planning.verdicts import Verdict
from settings_sync.services.runs.runs import check_plan

from .takeover import NEW, OTHER, SUGGESTED, Own, Portraits, Takeover, TakeoverRow, decide_takeover, read_portraits

OWN = "own"
"""What stands for a setting that stays the administration's own."""


LEAST_BY_NAME = 75
"""The score from which a name alone is enough to propose a setting; below it one is offered to choose, and no more."""


class Sort(StrEnum):
    """How sure the proposal is: equal in key and name, alike, or nothing of the main is like it enough."""

    SURE = "sure"
    ALIKE = "alike"
    ALONE = "alone"


@dataclass(frozen=True)
class Counterpart:
    """A setting of the main administration that may be the same, and how much speaks for it."""

    row: TakeoverRow
    likeness: Likeness


@dataclass(frozen=True)
class OwnRow:
    """A setting of the administration's own.

    `choice` is what was decided: "" for nothing yet, `own`, or the uid of the main's setting that it becomes.
    `proposal` is what it is most like of what nobody else is more like; `others` may be chosen instead.
    """

    own: Own
    choice: str
    coupled: TakeoverRow | None
    proposal: Counterpart | None
    others: tuple[Counterpart, ...]

    @property
    def uid(self) -> uuid.UUID:
        return self.own.uid

    @property
    def sort(self) -> Sort:
        if self.proposal is None:
            return Sort.ALONE
        return Sort.SURE if self.proposal.likeness.is_exact else Sort.ALIKE

    @property
    def is_held(self) -> bool:
        return self.coupled is not None and self.coupled.is_held

    @property
    def open_counterparts(self) -> tuple[Counterpart, ...]:
        """What it is not coupled with and may be, what is proposed first."""
        proposed = (self.proposal,) if self.proposal and self.proposal.row is not self.coupled else ()
        return (*proposed, *self.others)

    @property
    def state(self) -> str:
        if not self.choice:
            return "open"
        return OWN if self.choice == OWN else "coupled"


@dataclass(frozen=True)
class Blocker:
    """A setting of the main administration that others need and about which nobody has decided.

    `proposal` is the administration's own setting that is most like it, which it may be coupled with.
    """

    row: TakeoverRow
    needed_by: tuple[str, ...]
    proposal: OwnRow | None


@dataclass(frozen=True)
class Proposal:
    """The whole sitting, as the acquired administration reads it.

    `rest` are the main's settings that nothing of its own becomes or is proposed for: they can be added as they are.
    `held` are those of them that were added and cannot come yet for another reason than a need.
    """

    takeover: Takeover
    rows: tuple[OwnRow, ...]
    blockers: tuple[Blocker, ...]
    rest: tuple[TakeoverRow, ...]
    held: tuple[TakeoverRow, ...]

    @property
    def decided(self) -> int:
        return sum(1 for row in self.rows if row.choice)

    @property
    def coupled(self) -> int:
        return sum(1 for row in self.rows if row.state == "coupled")

    @property
    def stays(self) -> int:
        return sum(1 for row in self.rows if row.state == OWN)

    @property
    def is_done(self) -> bool:
        return self.decided == len(self.rows) and not self.blockers

    @property
    def rest_open(self) -> int:
        return sum(1 for row in self.rest if not row.choice)

    @property
    def rest_added(self) -> int:
        return len(self.rest) - self.rest_open

    def narrowed(self, *, category: str = "", sort: str = "", state: str = "", query: str = "") -> list[OwnRow]:
        """The rows of a category and sort, in a state (open, coupled, own), whose name has these words in it."""
        words = query.casefold().split()
        return [
            row
            for row in self.rows
            if (not category or row.own.category == category)
            and (not sort or row.sort == sort)
            and (not state or row.state == state)
            and all(word in row.own.label.casefold() for word in words)
        ]


def read_proposal(takeover: Takeover) -> Proposal:
    """A proposal for every own setting; what was decided stands, and the rest is given to what it is most like.

    A fixed number of queries and a query per kind, however many settings there are.
    """
    own = [one for one in takeover.own if not one.is_archived or one.coupled_with]
    alike = _all_alike(own, takeover.rows, read_portraits(takeover, takeover.rows))
    given = _given(takeover, own, alike)
    stays = set(takeover.target.stays_own)
    coupled = {row.coupled.uid: row for row in takeover.rows if row.coupled}
    rows = sorted(
        (_own_row(one, alike[one.uid], given.get(one.uid), coupled.get(one.uid), stays) for one in own), key=_order
    )
    spoken_for = {row.proposal.row.uid for row in rows if row.proposal and row.state == "open"}
    rest = [row for row in takeover.rows if row.coupled is None and row.uid not in spoken_for]
    return Proposal(
        takeover,
        tuple(rows),
        tuple(_blockers(takeover, rows)),
        tuple(rest),
        tuple(row for row in rest if row.is_held and row.verdict != Verdict.NEEDS_HELD),
    )


def rank_counterparts(takeover: Takeover, own: Own) -> list[Counterpart]:
    """Every setting of the main administration of the same kind, the most alike first."""
    rows = {str(row.uid): row for row in takeover.rows if row.kind == own.kind}
    portraits = read_portraits(takeover, list(rows.values()))
    one = portraits.own.get(str(own.uid))
    # Somebody may have deleted it since the look.
    if one is None:
        return []
    ranked = rank(one, [portraits.source[row.uid] for row in rows.values()])
    return [Counterpart(rows[likeness.uid], likeness) for likeness in ranked]


def proposed_choices(rows: Iterable[OwnRow]) -> dict[uuid.UUID, str]:
    """To follow the proposal for every row that is not decided yet: coupled with it, or else left alone."""
    return {row.uid: str(row.proposal.row.uid) if row.proposal else OWN for row in rows if not row.choice}


def solved_needs(blockers: Iterable[Blocker]) -> dict[uuid.UUID, str]:
    """To bring what others need: coupled with the own setting that is proposed for it, or else added as new."""
    return {one.row.uid: str(one.proposal.uid) if one.proposal else NEW for one in blockers}


def decide_own(
    *,
    acting_user: User,
    proposal: Proposal,
    version: int,
    choices: Mapping[uuid.UUID, str],
    of_main: Mapping[uuid.UUID, str] | None = None,
    defaults: Mapping[uuid.UUID, bool] | None = None,
) -> Plan:
    """Store choices by the uid of the own setting: "" for not yet, `own`, or the uid of the main's setting.

    `of_main` and `defaults` are by the uid of the main's setting, as `decide_takeover` has them. All or nothing.
    Raises CannotCouple when two are to become the same, and what `decide` and `check_plan` raise.
    """
    known = {row.uid: row for row in proposal.rows}
    changed = {uid: choice for uid, choice in choices.items() if uid in known and known[uid].choice != choice}
    wanted = {**_as_of_main(changed, known), **(of_main or {})}
    with transaction.atomic():
        plan = Plan.objects.select_for_update(of=("self",)).get(pk=proposal.takeover.plan.pk)
        check_plan(plan, version)
        _remember_own(proposal.takeover.target, changed)
        takeover = proposal.takeover
        made = decide_takeover(
            acting_user=acting_user, takeover=takeover, version=version, choices=wanted, defaults=defaults
        )
        if made.version != version or not changed:
            return made
        # Nothing of the plan itself changed, and yet who looks at an older page of the sitting has to look again.
        plan.version += 1
        plan.save(update_fields=["version"])
        return plan


def _as_of_main(changed: Mapping[uuid.UUID, str], known: Mapping[uuid.UUID, OwnRow]) -> dict[uuid.UUID, str]:
    """The same choices by the uid of the main's setting; what an own setting leaves is open again."""
    wanted: dict[uuid.UUID, str] = {}
    for uid in changed:
        if (former := known[uid].coupled) is not None:
            wanted[former.uid] = ""
    given: set[uuid.UUID] = set()
    for uid, choice in changed.items():
        if choice in ("", OWN):
            continue
        becomes = uuid.UUID(choice)
        if becomes in given:
            raise CannotCouple(label=known[uid].own.label, reason=_("another one becomes that setting already."))
        given.add(becomes)
        wanted[becomes] = str(uid)
    return wanted


def _remember_own(target: PlanTarget, changed: Mapping[uuid.UUID, str]) -> None:
    """What stays the administration's own changes nothing in the plan, so it is kept beside it."""
    if not changed:
        return
    target = PlanTarget.objects.select_for_update().get(pk=target.pk)
    stays = set(target.stays_own) - {str(uid) for uid in changed}
    target.stays_own = sorted(stays | {str(uid) for uid, choice in changed.items() if choice == OWN})
    target.save(update_fields=["stays_own"])


def _all_alike(
    own: Sequence[Own], rows: Sequence[TakeoverRow], portraits: Portraits
) -> dict[uuid.UUID, list[Counterpart]]:
    """For each own setting the main's settings that are worth suggesting, the most alike first."""
    by_kind: dict[str, list[Portrait]] = defaultdict(list)
    by_uid = {str(row.uid): row for row in rows}
    for row in rows:
        by_kind[row.kind].append(portraits.source[row.uid])
    found: dict[uuid.UUID, list[Counterpart]] = {}
    for one in own:
        portrait = portraits.own.get(str(one.uid))
        alike = most_alike(portrait, by_kind[one.kind], limit=2 * SUGGESTED) if portrait and by_kind[one.kind] else []
        found[one.uid] = [Counterpart(by_uid[likeness.uid], likeness) for likeness in alike]
    return found


def _given(
    takeover: Takeover, own: Sequence[Own], alike: Mapping[uuid.UUID, Sequence[Counterpart]]
) -> dict[uuid.UUID, Counterpart]:
    """To each own setting at most one of the main's, and each of those once: the most alike pairs go first."""
    # What is decided is nobody else's; an own setting that is coupled keeps what it is coupled with.
    taken = {row.uid for row in takeover.rows if row.coupled or row.choice == OTHER}
    coupled = {row.coupled.uid: row.uid for row in takeover.rows if row.coupled}
    pairs = [(one, counterpart) for one in own for counterpart in alike[one.uid]]
    pairs.sort(key=lambda pair: (not pair[1].likeness.is_exact, -pair[1].likeness.score, -pair[1].likeness.name))
    given: dict[uuid.UUID, Counterpart] = {}
    for one, counterpart in pairs:
        if counterpart.likeness.content is None and counterpart.likeness.score < LEAST_BY_NAME:
            continue
        is_free = counterpart.row.uid not in taken or coupled.get(one.uid) == counterpart.row.uid
        if one.uid in given or not is_free or (one.uid in coupled and coupled[one.uid] != counterpart.row.uid):
            continue
        given[one.uid] = counterpart
        taken.add(counterpart.row.uid)
    return given


def _own_row(
    own: Own,
    alike: Sequence[Counterpart],
    proposal: Counterpart | None,
    coupled: TakeoverRow | None,
    stays: set[str],
) -> OwnRow:
    choice = str(coupled.uid) if coupled else OWN if str(own.uid) in stays else ""
    others = [one for one in alike if one is not proposal and one.row.coupled is None]
    return OwnRow(own, choice, coupled, proposal, tuple(others[:SUGGESTED]))


def _order(row: OwnRow) -> tuple[int, int, str, str]:
    """What is sure first, then what is alike; within those as settings are listed everywhere."""
    return list(Sort).index(row.sort), row.own.order, row.own.kind, row.own.label.casefold()


def _blockers(takeover: Takeover, rows: Sequence[OwnRow]) -> list[Blocker]:
    """What is needed, directly or further on, by something that is held for that, and is not decided itself."""
    held = [row for row in takeover.rows if row.is_held and row.verdict == Verdict.NEEDS_HELD]
    if not held:
        return []
    needs = _needs_of(takeover.rows)
    undecided = {row.uid: row for row in takeover.rows if not row.choice}
    needed_by: dict[uuid.UUID, list[str]] = {}
    waiting = list(held)
    for row in waiting:
        for need in needs[row.uid] & undecided.keys():
            # What others need as well is looked into once.
            if need not in needed_by:
                waiting.append(undecided[need])
            needed_by.setdefault(need, []).append(row.label)
    proposed = {row.proposal.row.uid: row for row in rows if row.proposal and row.state == "open"}
    return [
        Blocker(row, tuple(needed_by[row.uid]), proposed.get(row.uid)) for row in takeover.rows if row.uid in needed_by
    ]


def _needs_of(rows: Sequence[TakeoverRow]) -> dict[uuid.UUID, set[uuid.UUID]]:
    """The uids of what each of the main's settings points at."""
    stored = Document.objects.filter(pk__in={row.digest for row in rows}).values_list("pk", "needs")
    by_digest = {bytes(digest): {uuid.UUID(need["uid"]) for need in needs} for digest, needs in stored}
    return {row.uid: by_digest.get(row.digest, set()) for row in rows}
