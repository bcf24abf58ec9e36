"""Making a plan: a snapshot, compared with every chosen administration. Writes nothing but the plan itself."""

import logging
import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import User
from settings_sync.declaring.kinds import all_kinds
from settings_sync.engine.applying.errors import explain
from settings_sync.engine.reading.composed import AdministrationReader
from settings_sync.engine.reading.index import look_at
from settings_sync.engine.reading.snapshots import needs_in, read_source, take_snapshot
from settings_sync.exceptions import (
    Interrupted,
    LeaseLost,
    NoTargets,
    NothingChosen,
    NotTheMain,
    PlanFailed,
    SyncError,
    TargetNotReady,
    Unexpected,
    UnknownCategory,
    UnknownItem,
    UnknownPolicy,
    UnknownTarget,
)
from settings_sync.models import Change, Plan, PlanTarget, SnapshotItem
from settings_sync.permissions import NotAllowed, may_run_sync, syncable_children
from settings_sync.planning.plans import plan_target
from settings_sync.planning.policies import POLICIES
from settings_sync.planning.values import Choice, Key, PlannedChange, Source, TargetPlan
from settings_sync.services.assignments.assigned import Assignments
from tenants import leases
from tenants.models import Administration

from .category_rights import require_choice
from .change_rows import row_of, save_rows
from .comparing import Compared, Comparison, category_of, compared, keep_documents
from .dry_run import needs_rehearsal, rehearse
from .leaving_out import attempt, refuse_when_none, whole_targets
from .local_values import Examiner
from .rules import policies_of, rules_of

logger = logging.getLogger(__name__)

PLAN_LIFETIME = timedelta(hours=24)
MAKING_AT_MOST = timedelta(minutes=15)
"""Longer than any request or worker is given: a plan that is older and not ready is made by nobody any more."""
STORED_AT_ONCE = 50
"""Administrations of which the plans are stored together."""


def create_plan(
    *,
    acting_user: User,
    main: Administration,
    targets: Collection[str],
    categories: Collection[str] = (),
    items: Collection[uuid.UUID] = (),
    policies: Mapping[str, str] | None = None,
) -> Plan:
    """Preview a sync: `targets` are slugs, `categories` keys, `items` uids. Returns the stored plan, ready.

    An administration that cannot be read is left out, with the reason. Raises NotAllowed, NotTheMain, NoTargets,
    NothingChosen, UnknownTarget, TargetNotReady, UnknownCategory, UnknownItem, CategoryNotAllowed or UnknownPolicy, and
    then nothing was stored; AdministrationDamaged when none of them can be read.
    """
    _require_right(acting_user, main)
    children = _find_targets(acting_user, main, targets)
    _check_choice(categories, items)
    # All of them, not only what was asked: a preview keeps the policies that it was made with.
    chosen_policies = {**policies_of(main), **_check_policies(policies or {})}
    snapshot, entries = take_snapshot(main)
    choice = Choice(frozenset(categories), frozenset(_find_items(entries.keys(), items)))
    source = Source(entries, needs_in(snapshot))
    # After the snapshot: what a choice brings along is known only from what its settings point at.
    require_choice(acting_user, [main, *children], source, choice)
    with transaction.atomic():
        plan = Plan.objects.create(
            administration=main,
            requested_by=acting_user,
            categories=sorted(set(categories)),
            items=sorted(str(uid) for uid in set(items)),
            policies=chosen_policies,
            snapshot=snapshot,
            expires_at=timezone.now() + PLAN_LIFETIME,
        )
        PlanTarget.objects.bulk_create(
            PlanTarget(plan=plan, administration=child, position=number) for number, child in enumerate(children)
        )
    # Committed by now: a maker that is killed leaves a row, which is given up and says so.
    with making(plan):
        compute_plan(plan, source, choice)
    return plan


def _require_right(acting_user: User, main: Administration) -> None:
    if not main.is_main:
        raise NotTheMain(name=main.name)
    if not may_run_sync(acting_user, main):
        raise NotAllowed("sync.run")


@contextmanager
def making(plan: Plan) -> Iterator[None]:
    """Make a stored plan ready, or failed with the reason when that goes wrong: it must not stay “computing”.

    Raises PlanFailed for what nobody foresaw; what is refused in words goes on as it is.
    """
    try:
        with failing(plan):
            yield
    # A process that is told to stop ends with this, and nobody goes on with a half-made preview.
    except SystemExit:
        _fail(plan, Interrupted())
        raise
    set_ready(plan)


@contextmanager
def failing(plan: Plan) -> Iterator[None]:
    """Note that a plan has failed when what is done for it goes wrong, and raise as `making` does.

    What another worker has by now, or what may go well in the next attempt of one, is left as it is.
    """
    try:
        yield
    except LeaseLost:
        raise
    except SyncError as error:
        _fail(plan, error)
        raise
    except Exception as error:
        explained = explain(error)
        if leases.was_told_to_stop(error) or (plan.is_for_worker and explained.may_pass):
            raise
        logger.exception("Preview %s could not be made", plan.pk)
        # What it says of the database is in the log.
        _fail(plan, Unexpected() if explained.error.facts else explained.error)
        raise PlanFailed(reason=plan.went_wrong) from error


def set_ready(plan: Plan) -> None:
    """Let a plan be looked at and confirmed, unless another worker has it by now."""
    _end(plan, state=Plan.State.READY)


def _fail(plan: Plan, error: SyncError) -> None:
    # What went wrong may be the connection that this is to be stored with.
    connection.close_if_unusable_or_obsolete()
    # The code and what fills in its sentence, so that each reader gets it in a language of their own.
    facts = {name: str(fact) for name, fact in error.facts.items()}
    _end(plan, state=Plan.State.FAILED, state_detail=error.code, state_facts=facts)


def _end(plan: Plan, **fields: Any) -> None:
    mine = Plan.objects.filter(pk=plan.pk, lease_token=plan.lease_token, state=Plan.State.COMPUTING)
    if mine.update(**fields):
        for name, value in fields.items():
            setattr(plan, name, value)


def fail_forgotten_plans() -> int:
    """Give up the plans whose maker was killed and that nobody works on any more: made in a request too long ago, or
    tried too often by workers. Returns how many."""
    # By the database's clock: whoever made it may have stood on a machine with another.
    late = Q(is_for_worker=False, created_at__lt=Now() - MAKING_AT_MOST)
    late |= Q(leases.has_run_out(), is_for_worker=True, attempts__gte=settings.SYNC_MAX_ATTEMPTS)
    forgotten = Plan.objects.filter(late, state=Plan.State.COMPUTING)
    return forgotten.update(state=Plan.State.FAILED, state_detail=Interrupted.code)


def count_made(plan: Plan) -> int:
    """For how many administrations a plan is made already."""
    return plan.targets.exclude(counts={}, left_out={}).count()


def compute_plan(plan: Plan, source: Source, choice: Choice) -> None:
    """Compare the plan's snapshot, which is `source`, with each of its targets, and store what comes out."""
    comparison = Comparison(plan, source, choice)
    targets = list(plan.targets.select_related("administration"))
    whole = whole_targets(targets)
    for start in range(0, len(whole), STORED_AT_ONCE):
        found = (attempt(target, comparison.of) for target in whole[start : start + STORED_AT_ONCE])
        keep_plans([one for one in found if one is not None])
    refuse_when_none(targets)


def recompute_targets(plan: Plan, targets: Iterable[PlanTarget]) -> None:
    """Make a plan anew for some of its administrations, from the same snapshot."""
    # Not from a new one: what is confirmed in the end is what was looked at.
    source = _source_of(plan)
    choice = choice_of(plan)
    examiner = Examiner(plan.administration)
    for target in whole_targets(targets):
        compute_target(target, source, choice, examiner)


def choice_of(plan: Plan) -> Choice:
    """What was chosen when the plan was made."""
    items = [uuid.UUID(uid) for uid in plan.items]
    found = SnapshotItem.objects.filter(snapshot=plan.snapshot_id, uid__in=items).values_list("kind", "uid")
    return Choice(frozenset(plan.categories), frozenset(found))


def _source_of(plan: Plan) -> Source:
    assert plan.snapshot is not None
    return read_source(plan.snapshot)


def compute_target(target: PlanTarget, source: Source, choice: Choice, examiner: Examiner) -> None:
    """Compare a snapshot with one administration and store what comes out in place of what was there."""
    administration = target.administration
    local = look_at(administration)
    reader = AdministrationReader(administration.schema_name)
    assigned = Assignments(administration.main).of(administration)
    planned = plan_target(source, local, choice, category_of(), rules_of(target), reader, assigned)
    keep_plan(target, planned, reader, examiner, standing=len(local.entries))


def keep_plan(
    target: PlanTarget, planned: TargetPlan, reader: AdministrationReader, examiner: Examiner, *, standing: int
) -> None:
    """Store what planning came to for one administration, with every document that it shows or writes, in place of
    what was there."""
    keep_documents(target.administration, planned, reader)
    uids = [change.key[1] for change in planned.changes]
    with transaction.atomic():
        Change.objects.filter(plan_target=target).exclude(uid__in=uids).delete()
        keep_plans([compared(target, planned, examiner, standing=standing)])


def keep_plans(found: Sequence[Compared]) -> None:
    """Store what planning came to for some administrations."""
    counted = [_counted(one) for one in found]
    rows = [_row(one, change) for one in found for change in one.planned.changes]
    with transaction.atomic():
        # They are there already: for fifty rows `bulk_update` takes three times as long to put its statement together.
        PlanTarget.objects.bulk_create(
            counted,
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=["counts", "standing", "affected", "rehearsal"],
        )
        save_rows(rows)
    # The rehearsal is on a connection of its own, which sees what was stored only once that is committed.
    for one in found:
        if needs_rehearsal(one.planned):
            transaction.on_commit(partial(rehearse, one.target))


def _counted(one: Compared) -> PlanTarget:
    target = one.target
    target.counts = dict(one.planned.counts)
    target.standing = one.standing
    target.affected = dict(one.uses.affected)
    target.rehearsal = {}
    return target


def _row(one: Compared, change: PlannedChange) -> Change:
    return row_of(change, one.target, used_by=one.uses.of(change), warnings=one.warnings.get(change.key, ()))


def _find_targets(user: User, main: Administration, slugs: Collection[str]) -> list[Administration]:
    if not slugs:
        raise NoTargets
    syncable = {child.slug: child for child in syncable_children(user, main)}
    for slug in slugs:
        if slug not in syncable:
            raise UnknownTarget(slug=slug)
        if syncable[slug].state != Administration.State.ACTIVE:
            raise TargetNotReady(name=syncable[slug].name, state=syncable[slug].state)
    return [child for slug, child in syncable.items() if slug in set(slugs)]


def _check_choice(categories: Collection[str], items: Collection[uuid.UUID]) -> None:
    if not categories and not items:
        raise NothingChosen
    known = {category.key for category in all_kinds().categories}
    for key in categories:
        if key not in known:
            raise UnknownCategory(key=key)


def _check_policies(given: Mapping[str, str]) -> dict[str, str]:
    for policy, value in given.items():
        if value not in POLICIES.get(policy, ()):
            raise UnknownPolicy(policy=policy, value=value)
    return dict(given)


def _find_items(keys: Collection[Key], uids: Collection[uuid.UUID]) -> list[Key]:
    by_uid = {uid: (kind, uid) for kind, uid in keys}
    for uid in uids:
        if uid not in by_uid:
            raise UnknownItem(uid=uid)
    return [by_uid[uid] for uid in uids]


def snapshot_labels(plan: Plan) -> dict[str, str]:
    """The names of the snapshot's items by uid, to show references as people know them."""
    found = SnapshotItem.objects.filter(snapshot=plan.snapshot_id).values_list("uid", "label")
    return {str(uid): label for uid, label in found}
