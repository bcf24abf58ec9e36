"""Making a plan: a snapshot, compared with every chosen administration. Writes nothing but the plan itself."""

import json
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from tenants.models import Administration

from ..exceptions import (
    NoTargets,
    NothingChosen,
    NotTheMain,
    TargetNotReady,
    UnknownCategory,
    UnknownItem,
    UnknownPolicy,
    UnknownTarget,
)
from ..kinds import all_kinds
from ..models import Change, Plan, PlanTarget, SnapshotItem
from ..options import Warned
from ..permissions import NotAllowed, may_run_sync, syncable_children
from ..planning.plans import UNCHANGED, plan_in_line, plan_target, with_own
from ..planning.values import Choice, Key, PlannedChange, Source, TargetPlan
from ..policies import POLICIES
from ..reading.composed import AdministrationReader
from ..reading.index import look_at, read_documents, store_documents, stored_digests
from ..reading.lines import own_items_in_line
from ..reading.snapshots import read_source, take_snapshot
from .local_values import Examiner, stored_warnings
from .rehearsing import rehearse_when_needed
from .rules import policies_of, rules_of
from .usage import Uses, count_uses

PLAN_LIFETIME = timedelta(hours=24)
Warnings = Mapping[Key, Sequence[Warned]]


def create_plan(
    *,
    acting_user: Any,
    main: Administration,
    targets: Collection[str],
    categories: Collection[str] = (),
    items: Collection[uuid.UUID] = (),
    policies: Mapping[str, str] | None = None,
) -> Plan:
    """Preview a sync: `targets` are slugs, `categories` keys, `items` uids. Returns the stored plan, ready.

    Raises NotAllowed, NotTheMain, NoTargets, NothingChosen, UnknownTarget, TargetNotReady, UnknownCategory, UnknownItem
    or UnknownPolicy; then nothing was stored.
    """
    if not main.is_main:
        raise NotTheMain(name=main.name)
    if not may_run_sync(acting_user, main):
        raise NotAllowed("sync.run")
    children = _find_targets(acting_user, main, targets)
    _check_choice(categories, items)
    chosen_policies = {**policies_of(main), **_check_policies(policies or {})}
    snapshot, entries = take_snapshot(main)
    keys = _find_items(entries.keys(), items)
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
    compute_plan(plan, Choice(frozenset(categories), frozenset(keys)))
    return plan


def compute_plan(plan: Plan, choice: Choice) -> None:
    """Compare the plan's snapshot with each of its targets, and store what comes out."""
    source, examiner = _source_of(plan), Examiner(plan.administration)
    assert plan.snapshot is not None
    nothing_to_do = plan_in_line(source, choice, category_of())
    for target in plan.targets.select_related("administration"):
        own = own_items_in_line(plan.snapshot.pk, target.administration)
        if own is None:
            compute_target(target, source, choice, examiner)
        else:
            target.counts = dict(with_own(nothing_to_do, own, choice, category_of()).counts)
            target.save(update_fields=["counts"])
    plan.state = Plan.State.READY
    plan.save(update_fields=["state"])


def recompute_targets(plan: Plan, targets: Iterable[PlanTarget]) -> None:
    """Make a plan anew for some of its administrations, from the same snapshot."""
    source, choice, examiner = _source_of(plan), choice_of(plan), Examiner(plan.administration)
    for target in targets:
        compute_target(target, source, choice, examiner)


def choice_of(plan: Plan) -> Choice:
    """What was chosen when the plan was made."""
    items = [uuid.UUID(uid) for uid in plan.items]
    found = SnapshotItem.objects.filter(snapshot=plan.snapshot_id, uid__in=items).values_list("kind", "uid")
    return Choice(frozenset(plan.categories), frozenset(found))


def category_of() -> dict[str, str]:
    """The category of each kind, in the order in which kinds are written."""
    return {kind.key: kind.category.key for kind in all_kinds()}


def _source_of(plan: Plan) -> Source:
    assert plan.snapshot is not None
    return read_source(plan.snapshot)


def compute_target(target: PlanTarget, source: Source, choice: Choice, examiner: Examiner) -> None:
    """Compare a snapshot with one administration and store what comes out in place of what was there."""
    administration = target.administration
    local = look_at(administration)
    reader = AdministrationReader(administration.schema_name)
    planned = plan_target(source, local, choice, category_of(), rules_of(target), reader)
    keep_plan(target, planned, reader, examiner, standing=len(local.entries))


def keep_plan(
    target: PlanTarget, planned: TargetPlan, reader: AdministrationReader, examiner: Examiner, *, standing: int
) -> None:
    """Store what planning came to for one administration, with every document that it shows or writes."""
    _store_local_documents(target.administration, planned)
    reader.store({digest for change in planned.changes for digest in (change.result, change.next_base) if digest})
    uses = count_uses(target.administration.schema_name, planned.changes)
    warnings = examiner.warnings_of(target.administration, planned.changes)
    with transaction.atomic():
        target.counts, target.standing, target.rehearsal = dict(planned.counts), standing, {}
        target.affected = uses.affected
        target.save(update_fields=["counts", "standing", "rehearsal", "affected"])
        store_changes(target, planned, warnings, uses)
    # The rehearsal is on a connection of its own, which sees what was stored only once that is committed.
    transaction.on_commit(partial(rehearse_when_needed, target))


CHANGE_COLUMNS = {
    "kind": "text",
    "category": "text",
    "uid": "uuid",
    "label": "text",
    "action": "text",
    "verdict": "text",
    "facts": "jsonb",
    "needed_by": "jsonb",
    "base_digest": "bytea",
    "source_digest": "bytea",
    "local_digest": "bytea",
    "result_digest": "bytea",
    "next_base_digest": "bytea",
    "couples": "uuid",
    "conflicts": "jsonb",
    "deviations": "jsonb",
    "clears_deviations": "boolean",
    "warnings": "jsonb",
    "used_by": "jsonb",
    "pins": "jsonb",
}


def store_changes(
    target: PlanTarget, planned: TargetPlan, warnings: Warnings | None = None, uses: Uses | None = None
) -> None:
    """Store the changes of a plan for one administration: one statement, with all rows as one JSON value.

    A change that was there keeps its key, so that links to it go on working when something is decided.
    """
    names = ", ".join(CHANGE_COLUMNS)
    columns = ", ".join(f"{name} {db_type}" for name, db_type in CHANGE_COLUMNS.items())
    renewed = ", ".join(f"{name} = excluded.{name}" for name in CHANGE_COLUMNS)
    uids = [change.key[1] for change in planned.changes]
    uses, warnings = uses or Uses(), warnings or {}
    rows = [_row_of(change, warnings.get(change.key, ()), uses.of(change)) for change in planned.changes]
    Change.objects.filter(plan_target=target).exclude(uid__in=uids).delete()
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO public.settings_sync_change (plan_target_id, {names}) SELECT %s, {names}"
            f" FROM json_to_recordset(%s) AS change({columns})"
            f" ON CONFLICT (plan_target_id, kind, uid) DO UPDATE SET {renewed}",
            [target.pk, json.dumps(rows)],
        )


def _row_of(change: PlannedChange, warnings: Sequence[Warned], used_by: Mapping[str, int]) -> dict[str, Any]:
    return {
        "kind": change.key[0],
        "category": all_kinds()[change.key[0]].category.key,
        "uid": str(change.key[1]),
        "label": change.label,
        "action": change.action,
        "verdict": change.verdict,
        "facts": dict(change.facts),
        "needed_by": [asdict(needed) for needed in change.needed_by],
        "base_digest": _hex(change.base),
        "source_digest": _hex(change.source),
        "local_digest": _hex(change.local),
        "result_digest": _hex(change.result),
        "next_base_digest": _hex(change.next_base),
        "couples": str(change.couples) if change.couples else None,
        "conflicts": change.conflicts,
        "deviations": [asdict(kept) for kept in change.deviations],
        "clears_deviations": change.clears_deviations,
        "warnings": stored_warnings(warnings),
        "used_by": used_by,
        "pins": change.pins,
    }


def _hex(digest: bytes | None) -> str | None:
    return None if digest is None else "\\x" + digest.hex()


def _store_local_documents(administration: Administration, planned: TargetPlan) -> None:
    """Keep what the plan saw in the administration wherever that differs, so that the preview can show it.

    What was synced before is kept already, and not read again.
    """
    seen = [change for change in planned.changes if change.local is not None and change.verdict not in UNCHANGED]
    kept = stored_digests({change.local for change in seen if change.local}) if seen else set()
    keys = {(change.key[0], change.couples or change.key[1]) for change in seen if change.local not in kept}
    if keys:
        documents = read_documents(administration.schema_name, keys)
        store_documents(list(documents.values()))


def _find_targets(user: Any, main: Administration, slugs: Collection[str]) -> list[Administration]:
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
