"""Deciding about deviations. What is put back or accepted is a plan and a run like any other, of that one setting."""

import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.acting import written_name
from accounts.models import User
from audit.models import record
from settings_sync.exceptions import (
    CannotPromote,
    DateNotUsable,
    DecidedTwice,
    DeviationGone,
    DeviationMoved,
    DeviationSettled,
    NoGroup,
    NothingDecided,
    QuestionMissing,
    UnknownDeviation,
)
from settings_sync.models import InboxDecision, InboxDeviation, InboxEntry, InboxQuestion, Plan
from settings_sync.permissions import NotAllowed
from settings_sync.services.notices.telling import tell_question
from settings_sync.services.runs.runs import start_run
from tenants.exceptions import Refusal
from tenants.models import Administration

from .planned import Planned, plan_decision
from .promoting import offer, record_promotion, take_over
from .visibility import guard, visible_deviations

Word = InboxDecision.Word
State = InboxDeviation.State


@dataclass(frozen=True)
class Asked:
    """One decision as it was asked for, about all administrations in which the deviation waits for one."""

    deviation: uuid.UUID
    word: str
    reason: str = ""
    until: date | None = None


@dataclass(frozen=True)
class Door:
    """By which way it was asked, as a run keeps it."""

    name: str = ""
    token: str = ""


@dataclass(frozen=True)
class Outcome:
    """What came of one decision: the row, or why it was refused; `moved` are the administrations in which the setting
    was changed since the look, and about which nothing was decided."""

    asked: Asked
    entry: InboxEntry
    decision: InboxDecision | None = None
    moved: tuple[str, ...] = ()
    error: Refusal | NotAllowed | None = None


PAGE = Door()


@dataclass(frozen=True)
class Prepared:
    """One decision that was checked, with the plan that carries it out where there is one, or why there cannot be."""

    asked: Asked
    rows: list[InboxDeviation]
    planned: Planned | None = None
    error: Refusal | NotAllowed | None = None


def decide(
    *,
    acting_user: User,
    main: Administration,
    decisions: Sequence[Asked],
    seen_at: datetime | None = None,
    door: Door = PAGE,
) -> list[Outcome]:
    """Decide about deviations, one after the other: `prepare` and `carry_out`, with what both raise."""
    prepared = prepare(acting_user=acting_user, main=main, decisions=decisions, seen_at=seen_at)
    return carry_out(acting_user=acting_user, prepared=prepared, door=door)


def prepare(
    *, acting_user: User, main: Administration, decisions: Sequence[Asked], seen_at: datetime | None = None
) -> list[Prepared]:
    """Check decisions and make their plans; nothing is decided by that. What was found after `seen_at` is left out.

    Raises NotAllowed, NotTheMain, NothingDecided, DecidedTwice, UnknownDeviation, DeviationSettled, DateNotUsable,
    QuestionMissing, NoGroup or CannotPromote.
    """
    guard(acting_user, main)
    desk = [_checked(acting_user, main, asked, seen_at) for asked in _each_once(acting_user, main, decisions)]
    return [_prepared(acting_user, asked, rows) for asked, rows in desk]


def carry_out(*, acting_user: User, prepared: Sequence[Prepared], door: Door = PAGE) -> list[Outcome]:
    """Decide what was prepared. What only this finds out, such as that somebody else was quicker, is told of that one
    decision, and raised where there is no other."""
    outcomes = [_attempt(acting_user, one, door) for one in prepared]
    if len(outcomes) == 1 and outcomes[0].error is not None:
        raise outcomes[0].error
    return outcomes


def follow(decision: InboxDecision, members: Collection[Administration]) -> None:
    """Accept in these administrations what was accepted for a group of theirs, by the right of whoever did."""
    user = decision.decided_by
    assert user is not None
    found = visible_deviations(user, decision.administration).filter(administration__in=members)
    rows = _open(found.filter(entry=decision.entry_id))
    asked = Asked(decision.entry_id, Word.ACCEPT, decision.reason, decision.until)
    if rows:
        _start_planned(user, asked, _plan(user, asked, rows), PAGE, follows=decision)


def _each_once(user: User, main: Administration, decisions: Sequence[Asked]) -> Sequence[Asked]:
    if not decisions:
        raise NothingDecided
    seen = set()
    for asked in decisions:
        if asked.deviation in seen:
            found = visible_deviations(user, main).filter(entry=asked.deviation).select_related("entry").first()
            raise DecidedTwice(label=found.entry.label if found else asked.deviation)
        seen.add(asked.deviation)
    return decisions


def _checked(
    user: User, main: Administration, asked: Asked, seen_at: datetime | None
) -> tuple[Asked, list[InboxDeviation]]:
    found = visible_deviations(user, main).filter(entry=asked.deviation)
    rows = _open(found.filter(found_at__lte=seen_at) if seen_at else found)
    if not rows:
        _refuse_settled(found.select_related("entry").first())
    if asked.until and (asked.word not in InboxDecision.ACCEPTING or asked.until <= timezone.localdate()):
        raise DateNotUsable
    if asked.word == Word.ASK and not asked.reason.strip():
        raise QuestionMissing
    if asked.word == Word.ACCEPT_GROUP and not _groups(rows):
        raise NoGroup(label=rows[0].entry.label)
    if asked.word == Word.PROMOTE and rows[0].local_digest is None:
        raise CannotPromote(label=rows[0].entry.label, reason=_("It was removed in the sub-administration."))
    return asked, rows


def _open(rows: "QuerySet[InboxDeviation]") -> list[InboxDeviation]:
    found = rows.filter(state=State.OPEN)
    return list(
        found.select_related("entry__administration", "administration__parent").order_by("administration__name")
    )


def _refuse_settled(row: InboxDeviation | None) -> None:
    """Raises UnknownDeviation, or what became of it where that is known."""
    if row is None:
        raise UnknownDeviation
    last = InboxDecision.objects.filter(entry=row.entry_id, undone_at=None).first()
    if last is None:
        raise DeviationGone(label=row.entry.label)
    raise DeviationSettled(label=row.entry.label, word=last.word, by=last.by_name)


def _groups(rows: Iterable[InboxDeviation]) -> list[str]:
    return sorted({group for row in rows for group in row.administration.groups}, key=str.casefold)


def _prepared(user: User, asked: Asked, rows: list[InboxDeviation]) -> Prepared:
    if asked.word in (Word.ASK, Word.PROMOTE):
        return Prepared(asked, rows)
    try:
        return Prepared(asked, rows, _plan(user, asked, rows))
    except (Refusal, NotAllowed) as refused:
        return Prepared(asked, rows, error=refused)


def _plan(user: User, asked: Asked, rows: list[InboxDeviation]) -> Planned:
    accepts = asked.word != Word.PUT_BACK
    return plan_decision(user, rows[0].entry, rows, accepts=accepts, reason=asked.reason, until=asked.until)


def _attempt(user: User, prepared: Prepared, door: Door) -> Outcome:
    entry = prepared.rows[0].entry
    if prepared.error is not None:
        return Outcome(prepared.asked, entry, error=prepared.error)
    try:
        if prepared.planned is not None:
            return _start_planned(user, prepared.asked, prepared.planned, door)
        act = _ask if prepared.asked.word == Word.ASK else _promote
        return act(user, prepared.asked, prepared.rows, door)
    except (Refusal, NotAllowed) as refused:
        return Outcome(prepared.asked, entry, error=refused)


def _start_planned(
    user: User, asked: Asked, planned: Planned, door: Door, follows: InboxDecision | None = None
) -> Outcome:
    entry = planned.rows[0].entry
    with transaction.atomic():
        _lock(planned.rows)
        decision = _keep(user, asked, entry, follows=follows)
        decision.groups = _groups(planned.rows) if asked.word == Word.ACCEPT_GROUP else []
        _start(user, decision, planned.plan, door)
        _settle(planned.rows, decision, State.WAITING)
        _record(user, decision, planned.rows)
    return Outcome(asked, entry, decision, tuple(row.administration.slug for row in planned.moved))


def _ask(user: User, asked: Asked, rows: list[InboxDeviation], _door: Door) -> Outcome:
    entry = rows[0].entry
    with transaction.atomic():
        _lock(rows)
        decision = _keep(user, asked, entry)
        _settle(rows, decision, State.ASKED)
        InboxQuestion.objects.bulk_create(InboxQuestion(deviation=row, decision=decision) for row in rows)
        _record(user, decision, rows)
        for row in rows:
            tell_question(row.administration, decision)
    return Outcome(asked, entry, decision)


def _promote(user: User, asked: Asked, rows: list[InboxDeviation], door: Door) -> Outcome:
    entry = rows[0].entry
    # Asked before, because what is written in the main administration is committed by itself; of two who do this at
    # once the second finds that it was edited.
    with transaction.atomic():
        _lock(rows)
    taken = take_over(user, entry, rows[0])
    # From here on the main administration has it: what follows only tells of that, and goes on where it can.
    with transaction.atomic():
        _lock(rows)
        decision = _keep(user, asked, entry)
        decision.former_digest = taken.former
        decision.result_digest = taken.result
        decision.save(update_fields=["former_digest", "result_digest"])
        record_promotion(user, decision, taken)
        # Until it is carried out there nobody is asked about what was decided just now.
        _settle(rows, decision, State.WAITING)
        _record(user, decision, rows)
    offered = offer(user, entry, rows)
    if offered.equal is not None:
        with transaction.atomic():
            _start(user, decision, offered.equal, door)
    else:
        _settle(rows, decision, State.SETTLED)
    decision.offered = offered.others
    decision.save(update_fields=["offered", "run"])
    return Outcome(asked, entry, decision)


def _start(user: User, decision: InboxDecision, plan: Plan, door: Door) -> None:
    decision.run = start_run(
        acting_user=user, plan=plan, version=plan.version, note=decision.reason, door=door.name, token=door.token
    )
    decision.save(update_fields=["run", "groups"])


def _keep(user: User, asked: Asked, entry: InboxEntry, follows: InboxDecision | None = None) -> InboxDecision:
    return InboxDecision.objects.create(
        administration=entry.administration,
        entry=entry,
        word=asked.word,
        reason=asked.reason.strip(),
        until=asked.until,
        decided_by=user,
        by_name=written_name(user),
        follows=follows,
    )


def _lock(rows: Sequence[InboxDeviation]) -> None:
    """Raises DeviationSettled or DeviationMoved when somebody else, or another look, was quicker with one of them."""
    keys = [row.pk for row in rows]
    locked = InboxDeviation.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk")
    now = {row.pk: row for row in locked.select_related("entry")}
    for row in rows:
        standing = now.get(row.pk)
        if standing is None or standing.state != State.OPEN:
            _refuse_settled(standing)
        elif standing.entry_id != row.entry_id or standing.local_digest != row.local_digest:
            raise DeviationMoved(label=row.entry.label)


def _settle(rows: Iterable[InboxDeviation], decision: InboxDecision, state: str) -> None:
    keys = [row.pk for row in rows]
    InboxDeviation.objects.filter(pk__in=keys).update(
        state=state, decision=decision, until=decision.until, came_back=""
    )


def _record(user: User, decision: InboxDecision, rows: Iterable[InboxDeviation]) -> None:
    entry = decision.entry
    record(
        "deviation.decided",
        actor=user,
        administration=decision.administration,
        note=decision.reason,
        deviation=str(entry.pk),
        decision=decision.word,
        kind=entry.kind,
        uid=str(entry.uid),
        label=entry.label,
        targets=[row.administration.slug for row in rows],
        **({"until": decision.until.isoformat()} if decision.until else {}),
        **({"groups": decision.groups} if decision.groups else {}),
    )
