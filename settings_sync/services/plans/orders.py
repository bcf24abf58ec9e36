"""What applying one administration of a plan takes, put together from the rows where it is stored."""

import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.db.models import F, Q

from settings_sync.engine.applying.work import Overtaker, Work, WorkChange
from settings_sync.models import Change, PlanTarget, SyncTarget
from settings_sync.planning.values import Deviation, Key
from settings_sync.planning.verdicts import WRITING


def work_of(target: SyncTarget, token: uuid.UUID, overtaken: Mapping[Key, Overtaker] | None = None) -> Work:
    """Everything that applying a claimed target needs; `overtaken` is what a later run has decided since."""
    moved = frozenset((kind, uuid.UUID(uid)) for kind, uid in target.run.moved)
    work = work_for(target.plan_target, target_id=target.pk, token=token, moved=moved, audit=_audit_of(target))
    return replace(work, overtaken=overtaken or {})


def work_for(
    plan_target: PlanTarget,
    *,
    target_id: uuid.UUID,
    token: uuid.UUID,
    moved: frozenset[Key] = frozenset(),
    audit: dict[str, Any] | None = None,
) -> Work:
    """Everything that carrying out a plan in one administration needs."""
    plan = plan_target.plan
    assert plan.snapshot_id is not None
    return Work(
        target_id=target_id,
        token=token,
        snapshot_id=plan.snapshot_id,
        schema=plan_target.administration.schema_name,
        changes=_changes_of(plan_target),
        counts=dict(plan_target.counts),
        takes_back=plan.is_undo,
        stop_when_stale=plan.policies.get("stale") == "stop",
        moved=moved,
        audit=audit or {},
    )


def does_something() -> Q:
    """The changes that write something: rows, a base, or what stays as it is here."""
    moves = Q(next_base_digest__isnull=True, base_digest__isnull=False)
    moves |= Q(next_base_digest__isnull=False, base_digest__isnull=True)
    moves |= Q(next_base_digest__isnull=False) & ~Q(next_base_digest=F("base_digest"))
    return Q(action__in=WRITING) | moves | ~Q(deviations=[]) | Q(clears_deviations=True)


def _changes_of(plan_target: PlanTarget) -> tuple[WorkChange, ...]:
    return tuple(map(_work_change, plan_target.changes.filter(does_something()).order_by("id")))


def _work_change(change: Change) -> WorkChange:
    return WorkChange(
        kind=change.kind,
        uid=change.uid,
        label=change.label,
        action=change.action,
        verdict=change.verdict,
        base=_digest(change.base_digest),
        local=_digest(change.local_digest),
        result=_digest(change.result_digest),
        next_base=_digest(change.next_base_digest),
        couples=change.couples,
        pairs=tuple((part, old, new) for part, old, new in change.pairs),
        deviations=tuple(Deviation(**kept) for kept in change.deviations),
        clears_deviations=change.clears_deviations,
        pins=frozenset(change.pins),
    )


def _digest(value: Any) -> bytes | None:
    return None if value is None else bytes(value)


def _audit_of(target: SyncTarget) -> dict[str, Any]:
    run = target.run
    return {
        "actor_id": run.requested_by_id,
        "actor_name": str(run.requested_by) if run.requested_by else "",
        "on_behalf_of": run.on_behalf_of,
        "administration_id": target.administration_id,
        "administration_name": target.administration.name,
        "note": run.note,
    }
