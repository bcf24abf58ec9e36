"""Taking a run back, for all or some of its administrations: a plan of its own through the same engine."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from django.db import transaction
from django.utils import timezone

from audit.models import record
from settings_sync.engine.reading.composed import AdministrationReader
from settings_sync.engine.reading.index import look_at
from settings_sync.exceptions import NothingToUndo, RunNotFinished, UnknownTarget
from settings_sync.models import Change, Document, Plan, PlanTarget, Receipt, SyncRun, SyncTarget
from settings_sync.permissions import syncable_children
from settings_sync.planning.undoing import Step, plan_undo
from settings_sync.planning.values import Deviation, Entry, Rules
from settings_sync.services.plans.category_rights import require_changes
from settings_sync.services.plans.comparing import category_of
from settings_sync.services.plans.local_values import Examiner
from settings_sync.services.plans.plans import PLAN_LIFETIME, keep_plan
from settings_sync.services.plans.rules import decisions_of, policies_of
from tenants.permissions import require
from tenants.rights import Right

from .runs import check_kept, lock_run


def create_undo_plan(*, acting_user: Any, run: SyncRun, targets: Collection[str] = ()) -> Plan:
    """Preview taking a run back in these administrations (slugs), or in all that it changed. Writes only the plan.

    Raises NotAllowed, RunNotFinished, RunPruned, NothingToUndo, CategoryNotAllowed, or UnknownTarget for an
    administration where the user may not take it back or that the run did not change.
    """
    require(acting_user, Right.SYNC_UNDO, run.administration)
    if not run.is_finished:
        raise RunNotFinished
    check_kept(run)
    done = _find_targets(acting_user, run, targets)
    require_changes(acting_user, run.plan, [target.administration for target in done])
    with transaction.atomic():
        locked = lock_run(run.pk)
        check_kept(locked)
        if not locked.is_finished:
            raise RunNotFinished  # it is tried again just now
        plan = Plan.objects.create(
            kind=Plan.Kind.UNDO,
            administration=run.administration,
            requested_by=acting_user,
            undoes=run,
            policies=policies_of(run.administration),
            snapshot=run.plan.snapshot,
            expires_at=timezone.now() + PLAN_LIFETIME,
        )
        made = PlanTarget.objects.bulk_create(
            PlanTarget(plan=plan, administration=target.administration, position=number)
            for number, target in enumerate(done)
        )
        record("run.undo_planned", actor=acting_user, administration=run.administration, run=str(run.pk))
    for target in made:
        compute_undo(target)
    plan.state = Plan.State.READY
    plan.save(update_fields=["state"])
    return plan


def compute_undo(target: PlanTarget) -> None:
    """Compare what the run left in one administration with what stands there now, and store what comes out."""
    assert target.plan.undoes_id is not None
    undone = SyncTarget.objects.get(run=target.plan.undoes_id, administration=target.administration_id)
    local = look_at(target.administration)
    reader = UndoReader(target.administration.schema_name)
    rules = Rules(policies=target.plan.policies, decisions=decisions_of(target))
    planned = plan_undo(steps_of(undone), local, category_of(), rules, reader)
    keep_plan(target, planned, reader, Examiner(target.plan.administration), standing=len(local.entries))


class UndoReader(AdministrationReader):
    """What a run created may be deleted again, whatever its kind."""

    def may_delete(self, kind: str) -> bool:
        return True


def steps_of(target: SyncTarget) -> Iterator[Step]:
    """What a target did, item by item; what was held after all is left out."""
    held = {(found.kind, found.uid) for found in target.findings.exclude(code="archived-instead")}
    changes = [change for change in target.plan_target.changes.all() if (change.kind, change.uid) not in held]
    changes = [change for change in changes if _did_something(change)]
    before, kept = _entries(changes), _former_deviations(target)
    forgotten = {(change.kind, change.uid): change for change in changes if change.action == "keep"}
    coupled = {(change.kind, change.couples) for change in changes if change.couples is not None}
    for change in changes:
        was = (change.kind, change.couples or change.uid)
        if change.couples is None and was in coupled:
            continue  # what was uncoupled and forgotten is one step, told by the coupling
        moved = forgotten.get(was, change) if change.couples is not None else change
        yield Step(
            key=(change.kind, change.uid),
            was=was,
            label=change.label,
            before=before.get(was),
            after=_after(change),
            former_base=_digest(moved.base_digest),
            kept_before=tuple(kept.get((change.kind, change.uid), ())),
            kept_after=_kept_after(change, kept.get((change.kind, change.uid), ())),
        )


def _former_deviations(target: SyncTarget) -> dict[tuple[str, uuid.UUID], list[Deviation]]:
    """What was pinned or agreed before, of the items where the target changed that."""
    found: dict[tuple[str, uuid.UUID], list[Deviation]] = defaultdict(list)
    for row in Receipt.objects.filter(target=target).values_list("former_deviations", flat=True):
        for former in row or ():
            key = (former.pop("kind"), uuid.UUID(former.pop("uid")))
            found[key].append(Deviation(**former))
    return dict(found)


def _kept_after(change: Change, before: Iterable[Deviation]) -> tuple[Deviation, ...]:
    kept: dict[str, Deviation] = {} if change.clears_deviations else {former.path: former for former in before}
    return tuple({**kept, **{made["path"]: Deviation(**made) for made in change.deviations}}.values())


def _did_something(change: Change) -> bool:
    moved = _digest(change.base_digest) != _digest(change.next_base_digest)
    moved = moved or change.clears_deviations or bool(change.deviations)
    return moved or change.action in ("create", "update", "couple", "archive", "delete")


def _after(change: Change) -> bytes | None:
    if change.action == "delete":
        return None
    return _digest(change.result_digest) or _digest(change.local_digest)


def _entries(changes: list[Change]) -> dict[tuple[str, uuid.UUID], Entry]:
    """What stood there before, as entries, from the documents that the plan kept."""
    wanted = {_digest(change.local_digest): change for change in changes if change.local_digest is not None}
    kept = Document.objects.filter(digest__in=list(wanted)).values_list("digest", "keys")
    keys = {bytes(digest): found for digest, found in kept}
    return {
        (change.kind, change.couples or change.uid): Entry(
            change.kind,
            change.couples or change.uid,
            bytes(change.local_digest),
            change.label,
            keys.get(bytes(change.local_digest), {}),
        )
        for change in changes
        if change.local_digest is not None
    }


def _digest(value: Any) -> bytes | None:
    return None if value is None else bytes(value)


def _find_targets(user: Any, run: SyncRun, slugs: Collection[str]) -> list[SyncTarget]:
    syncable = {child.pk for child in syncable_children(user, run.administration, Right.SYNC_UNDO)}
    done = run.targets.filter(state=SyncTarget.State.SUCCEEDED, administration__in=syncable)
    found = {target.administration.slug: target for target in done.select_related("administration", "plan_target")}
    for slug in slugs:
        if slug not in found:
            raise UnknownTarget(slug=slug)
    chosen = [target for slug, target in found.items() if not slugs or slug in set(slugs)]
    changed = [target for target in chosen if any(True for _step in steps_of(target))]
    if not changed:
        raise NothingToUndo
    return changed
