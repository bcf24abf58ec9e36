"""Applying the targets of a run: claim one, apply it, say how it ended."""

import logging
import uuid
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone
from psycopg import errors
from structlog.contextvars import bound_contextvars

from settings_sync.engine.applying.closing import Ending, close_target
from settings_sync.engine.applying.errors import explain
from settings_sync.engine.applying.targets import apply_target
from settings_sync.engine.reading.index import mark_touched
from settings_sync.exceptions import (
    HeadsDiffer,
    LeaseLost,
    Overtaken,
    RightLost,
    TargetIsStale,
    TargetNotReady,
    Unexpected,
    WorkerLost,
)
from settings_sync.models import Receipt, SyncRun, SyncTarget
from settings_sync.services.administrations.alignment import fold_children
from settings_sync.services.plans.category_rights import may_still_apply
from settings_sync.services.plans.leaving_out import refuse_damaged
from settings_sync.services.plans.orders import work_of
from settings_sync.services.runs.announcing import announce_failed_target
from settings_sync.services.runs.outdated import check_heads
from settings_sync.services.runs.progress import Progress, note_progress
from settings_sync.services.runs.runs import finish_run_when_done, has_open_targets, lock_run
from settings_sync.services.runs.waking import APPLY_TARGET, places, wake_targets
from settings_sync.services.standing.advancing import look_after
from settings_sync.services.standing.windows import waits_for_its_window
from tenants import leases
from tenants.failpoints import reach
from tenants.models import Administration
from tenants.waking import send_messages

from .done_before import find_done_before
from .facts import Facts, read_facts
from .overtaking import find_overtaken, waits_for_a_newer_run

logger = logging.getLogger(__name__)

# One statement that asks and takes: of two workers only one finds the row free.
TAKE = (
    "UPDATE public.settings_sync_synctarget SET state = 'running', lease_token = %(token)s,"
    " leased_until = statement_timestamp() + %(lease)s, attempts = attempts + 1, not_before = NULL,"
    " started_at = statement_timestamp() WHERE id = %(id)s AND attempts < %(attempts)s"
    " AND (state = 'queued' AND may_begin AND coalesce(not_before, '-infinity') <= statement_timestamp()"
    " OR state = 'running' AND leased_until < statement_timestamp())"
)


@dataclass(frozen=True)
class Claim:
    """The right to apply one target, until the lease ends."""

    target: SyncTarget
    token: uuid.UUID


@dataclass
class Ended:
    """The targets of one run that have ended, and those of them that were applied: what `settle` has to see to."""

    targets: list[SyncTarget] = field(default_factory=list)
    applied: list[SyncTarget] = field(default_factory=list)


def execute_target(target_id: uuid.UUID) -> bool:
    """Claim a target and apply it; safe to call any number of times. Returns whether it was applied here and now.

    A process that is told to stop meanwhile (SystemExit) gives it back for another one, and ends.
    """
    ended = Ended()
    with leases.ending_when_stopped():
        carry_out(target_id, ended)
        settle(ended)
    return bool(ended.applied)


def carry_out(target_id: uuid.UUID, ended: Ended, known: SyncTarget | None = None) -> None:
    """Claim a target, apply it and say how it ended, in its row and in `ended`; `settle` does the rest.

    `known` is the target as it was read a moment ago, with its run, so that it need not be read again.
    """
    # Made before the claim: who is told to stop right after it gives back by this token.
    token = uuid.uuid4()
    with leases.given_back_when_stopped(
        SyncTarget,
        target_id,
        token,
        wake=lambda: wake_again(target_id),
        state=SyncTarget.State.QUEUED,
        woken_at=None,
    ):
        claim = claim_target(target_id, token, known)
        if claim is None:
            return
        with bound_contextvars(run=str(claim.target.run_id), administration=claim.target.administration.slug):
            _execute(claim, ended)


def _execute(claim: Claim, ended: Ended) -> None:
    # Claimed in the moment in which the run was stopped, and nothing was done yet.
    if claim.target.run.cancelled_at is not None:
        _close(claim, Ending(SyncTarget.State.CANCELLED))
        ended.targets.append(claim.target)
        return
    try:
        with leases.kept(claim.target, claim.token):
            _apply(claim)
    except LeaseLost:  # another worker has it now, and tells how it ends
        return
    except Exception as error:
        if leases.was_told_to_stop(error):
            raise
        _end(claim, error)
    else:
        logger.info("Target applied")
        ended.applied.append(claim.target)
    ended.targets.append(claim.target)
    # At once, and not when the turn is over: what comes after it in the turn may have to be stopped.
    look_after(claim.target)


def wake_again(target_id: uuid.UUID) -> None:
    """Wake another worker for a target that this one leaves."""
    send_messages(APPLY_TARGET, [target_id])


def settle(ended: Ended) -> None:
    """See to what is left once targets of one run have ended: the end of the run, who waited for the same
    administrations, and how far these are in line."""
    if not ended.targets:
        return
    if ended.applied:
        reach("target.before-finishing-run")
    _finish_run(ended.targets)
    if ended.applied:
        fold_children(ended.applied[0].run.administration, [target.administration for target in ended.applied])


def claim_target(target_id: uuid.UUID, token: uuid.UUID | None = None, known: SyncTarget | None = None) -> Claim | None:
    """Take a queued target, or one whose lease has ended; None when it is taken, finished, or its child is busy.

    Times come from the database's clock. A target that was tried too often ends as failed.
    """
    token = token or uuid.uuid4()
    # Only what is tried again may have to wait, and nobody tries again what has not ended yet.
    if (known is None or known.retried_at is not None) and waits_for_a_newer_run(target_id):
        return None  # whoever finishes that one wakes this one
    if waits_for_its_window(target_id, known):
        return None
    try:
        taken = _take(target_id, token)
    except IntegrityError:
        return None  # another run is busy with this child; the reaper comes back to it
    if not taken:
        return None
    reach("claim.after-commit")
    target = known or with_all_it_takes(SyncTarget.objects.filter(pk=target_id))[0]
    if known is not None:
        known.attempts += 1
    _start_run(target.run)
    return Claim(target, token)


def with_all_it_takes(targets: "QuerySet[SyncTarget]") -> list[SyncTarget]:
    """Read targets of one run with all that carrying them out asks of their run, plan and administrations."""
    found = list(targets.select_related("administration", "plan_target"))
    if not found:
        return found
    run = SyncRun.objects.select_related(
        "plan__snapshot", "plan__administration", "administration", "requested_by", "by_right_of"
    ).get(pk=found[0].run_id)
    for target in found:
        # One object of each for all of them: what one has read of it the next need not read again.
        target.run = run
        target.plan_target.plan = run.plan
        target.plan_target.administration = target.administration
    return found


def _start_run(run: SyncRun) -> None:
    """Only the first of its targets starts a run."""
    if run.state == SyncRun.State.QUEUED:
        SyncRun.objects.filter(pk=run.pk, state=SyncRun.State.QUEUED).update(
            state=SyncRun.State.RUNNING, started_at=Now()
        )
        run.state = SyncRun.State.RUNNING


def _take(target_id: uuid.UUID, token: uuid.UUID) -> bool:
    attempts = settings.SYNC_MAX_ATTEMPTS
    asked: dict[str, Any] = {"id": target_id, "token": token, "lease": leases.lease(), "attempts": attempts}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(TAKE, asked)
        taken = bool(cursor.rowcount)
        reach("claim.before-commit")
    return taken


def _apply(claim: Claim) -> None:
    target = claim.target
    facts = read_facts(target)
    # Nearly always no other run was carried out there, and then nothing more is asked of them.
    overtaken = find_overtaken(target) if facts.has_later else {}
    done_before = find_done_before(target) if facts.has_earlier else {}
    work = work_of(target, claim.token, overtaken, done_before)
    _check_ready(target, facts)
    if not work.changes:
        _finish_unchanged(claim)
        return
    try:
        apply_target(work, progress=lambda kind, done, total: note_progress(target, Progress(kind, done, total)))
    except (errors.UndefinedTable, errors.UndefinedColumn, errors.InvalidSchemaName):
        _check_ready(target, read_facts(target))  # it was deleted while this waited for its turn
        refuse_damaged(target.administration)
        raise
    except TargetIsStale:
        # Were it the index that is wrong, the next preview would be as stale. Which item it was went with the rollback.
        mark_touched(
            target.administration, {item for change in work.changes for item in (change.key, change.stands_as)}
        )
        raise


def _check_ready(target: SyncTarget, facts: Facts) -> None:
    """The child must still be there, at a version for which the plan was or still is right, and whoever asked still
    have the right to sync to it."""
    if facts.state != Administration.State.ACTIVE:
        raise TargetNotReady(name=target.administration.name, state=facts.state)
    check_heads(target.plan_target, facts.migration_head, facts.head_of_main)
    if target.run.by_right_of_id is not None:
        _check_right(target, facts)


def _check_right(target: SyncTarget, facts: Facts) -> None:
    user = target.run.by_right_of
    if user is None or not may_still_apply(user, target.run.plan, target.administration, facts.rights):
        raise RightLost(name=target.administration.name)


def _finish_unchanged(claim: Claim) -> None:
    """Nothing to write: the child's schema is not even visited."""
    snapshot = claim.target.run.plan.snapshot
    assert snapshot is not None
    with transaction.atomic():
        if not _close_claimed(claim, Ending(SyncTarget.State.SUCCEEDED)):
            raise LeaseLost
        Receipt.objects.create(
            target=claim.target, snapshot=snapshot, rows={}, business_rows_written=0, written_at=timezone.now()
        )


def _end(claim: Claim, error: Exception) -> None:
    """Give the target its final state, or queue it again when waiting may help.

    When the database is away this raises: the lease then ends by itself, and somebody else takes the target up.
    """
    told = explain(error)
    if isinstance(told.error, Unexpected):
        logger.error("Target %s ended unexpectedly", claim.target.pk, exc_info=error)
    logger.warning("Target %s: %s (%s)", claim.target.pk, told.error, told.error.code)
    connection.close_if_unusable_or_obsolete()
    with transaction.atomic():
        # With the run locked: it is either stopped before this looks, or finds this one queued again.
        state = _state_after(claim, error, told.may_pass, lock_run(claim.target.run_id))
        pause = leases.pause_after(claim.target.attempts) if state == SyncTarget.State.QUEUED else None
        _close(claim, Ending.because_of(state, told.error, pause))


def _state_after(claim: Claim, error: Exception, may_pass: bool, run: SyncRun) -> SyncTarget.State:
    if isinstance(error, (HeadsDiffer, Overtaken, TargetNotReady)):
        return SyncTarget.State.SKIPPED
    if not may_pass or claim.target.attempts >= settings.SYNC_MAX_ATTEMPTS:
        return SyncTarget.State.FAILED
    return SyncTarget.State.QUEUED if run.cancelled_at is None else SyncTarget.State.CANCELLED


def _close(claim: Claim, ending: Ending) -> None:
    """Give a claimed target back in this state, unless somebody else has it by now."""
    with transaction.atomic():
        # Told in the transaction that ends it, or not at all: somebody else may have it by now.
        if _close_claimed(claim, ending):
            _tell_when_failed(claim.target, ending.state)


def _close_claimed(claim: Claim, ending: Ending) -> bool:
    with connection.cursor() as cursor:
        return close_target(cursor, claim.target.pk, claim.token, ending)


def _tell_when_failed(target: SyncTarget, state: str) -> None:
    if state in (SyncTarget.State.FAILED, SyncTarget.State.SKIPPED):
        announce_failed_target(target)


def _finish_run(targets: Collection[SyncTarget]) -> None:
    """Close the run of these targets when they were its last, and wake whoever waited for their administrations."""
    (run_id,) = {target.run_id for target in targets}
    administrations = [target.administration_id for target in targets]
    waiting = SyncTarget.objects.filter(
        administration__in=administrations, state=SyncTarget.State.QUEUED, may_begin=True
    )
    # One each will do: an administration is written by one run at a time.
    first = (
        waiting.filter(leases.is_due()).order_by("administration_id", "plan_target_id").distinct("administration_id")
    )
    # Without the run's lock, for which a thousand targets would wait in turn. Of two that end at once one asks after
    # the other has ended: what they ended is committed before they ask.
    are_last = not has_open_targets(run_id)
    with transaction.atomic():
        if are_last:
            finish_run_when_done(lock_run(run_id))
        wake_targets(list(first.values_list("pk", flat=True)))


def give_up_poisoned_targets() -> int:
    """End the targets that were tried as often as allowed and whose last worker is gone. Returns how many."""
    open_targets = SyncTarget.objects.filter(state__in=SyncTarget.OPEN)
    poisoned = open_targets.filter(leases.has_run_out(), attempts__gte=settings.SYNC_MAX_ATTEMPTS)
    ended = 0
    for target in poisoned:
        ended += _give_up(target)
        _finish_run([target])
    return ended


@transaction.atomic
def _give_up(target: SyncTarget) -> int:
    ending = Ending.because_of(SyncTarget.State.FAILED, WorkerLost())
    if target.error_code:  # why its last attempt went wrong says more than that its worker is gone
        ending = Ending(ending.state, target.error_code, target.error_facts, target.error_detail)
    with connection.cursor() as cursor:
        ended = close_target(cursor, target.pk, target.lease_token, ending)
    if ended:
        announce_failed_target(target)
    return int(ended)


def take_targets_to_wake() -> list[uuid.UUID]:
    """The targets for which to wake a worker now, because nobody was woken for them lately; notes that it is done.

    Of those that wait in one run only some: whoever is woken for one goes on with those after it.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            # SKIP LOCKED: what is locked is being ended, or woken for by another reaper.
            "UPDATE settings_sync_synctarget SET woken_at = now() WHERE id IN (SELECT id FROM settings_sync_synctarget"
            " WHERE (state = 'queued' AND may_begin AND coalesce(not_before, '-infinity') <= now()"
            " OR state = 'running' AND leased_until < now())"
            " AND (woken_at IS NULL OR woken_at < now() - make_interval(secs => %s))"
            " ORDER BY plan_target_id LIMIT 1000 FOR UPDATE SKIP LOCKED) RETURNING plan_target_id, id, run_id, state",
            [settings.SYNC_WAKE_AGAIN_SECONDS],
        )
        found = sorted(cursor.fetchall())
    waiting: dict[uuid.UUID, list[uuid.UUID]] = defaultdict(list)
    left_behind = []
    for _order, target_id, run_id, state in found:
        if state == SyncTarget.State.QUEUED:
            waiting[run_id].append(target_id)
        else:
            left_behind.append(target_id)
    return left_behind + [target_id for ids in waiting.values() for target_id in places(ids)]


def targets_nobody_takes() -> list[uuid.UUID]:
    """What could be taken, when no worker has taken anything for so long that there seems to be none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.id FROM settings_sync_synctarget t JOIN settings_sync_syncrun r ON r.id = t.run_id"
            " WHERE (t.state = 'queued' AND t.may_begin AND coalesce(t.not_before, '-infinity') <= now()"
            " OR t.state = 'running' AND t.leased_until < now())"
            " AND greatest(r.created_at, t.started_at) < now() - make_interval(secs => %(after)s)"
            " AND NOT EXISTS (SELECT FROM settings_sync_synctarget"
            " WHERE started_at > now() - make_interval(secs => %(after)s))"
            " ORDER BY r.created_at, t.id LIMIT 1000",
            {"after": settings.REAPER_WORKS_AFTER_SECONDS},
        )
        return [row[0] for row in cursor.fetchall()]
