"""Rows as the API and the terminal show them, a page at a time: a fixed number of queries, however long the page."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Max

from accounts.models import User
from settings_sync.declaring.usage import counted
from settings_sync.exceptions import PlanFailed, error_in_words
from settings_sync.models import Approval, Change, Plan, PlanTarget, Receipt, SyncRun, SyncTarget
from settings_sync.services.administrations.alignment import alignment_of
from settings_sync.services.plans.local_values import warnings_in_words
from settings_sync.services.plans.plans import count_made
from settings_sync.services.previews.happened import why
from settings_sync.services.previews.plan_overview import Counted
from settings_sync.services.previews.previewing import differences_of
from settings_sync.services.runs.run_overview import RunLine, lines_of
from tenants.models import Administration

from .administrations import AdministrationShape
from .plans import ChangeShape, PlanShape
from .rings import shape_rings
from .runs import HappenedShape, RunShape, TargetShape


def shape_administrations(rows: list[Administration], *, with_syncs: bool) -> list[dict[str, Any]]:
    """Administrations; `with_syncs` with their last sync and how far they are in line, for who may see that."""
    told = rows if with_syncs else []
    done = SyncTarget.objects.filter(administration__in=told, state=SyncTarget.State.SUCCEEDED).order_by()
    last = dict(done.values("administration").annotate(at=Max("finished_at")).values_list("administration", "at"))
    alignment = alignment_of(told)
    shown = [
        {
            "slug": row.slug,
            "name": row.name,
            "kind": row.kind,
            "parent_slug": row.parent.slug if row.parent else None,
            "state": row.state,
            "state_detail": row.went_wrong,
            "groups": row.groups,
            "last_synced_at": last.get(row.pk),
            "alignment": {} if row.is_main else alignment.get(row.pk, {}),
        }
        for row in rows
    ]
    return list(AdministrationShape(shown, many=True).data)


def shape_plan(plan: Plan, targets: Iterable[Any]) -> dict[str, Any]:
    """A plan with those of its targets that may be seen."""
    run = SyncRun.objects.filter(plan=plan).values_list("pk", flat=True).first()
    shown = {name: getattr(plan, name) for name in ("id", "kind", "version", "state", "created_at", "expires_at")}
    rows = [
        {"administration": row.administration, "counts": _all_counts(row.counts), "error": _why_left_out(row)}
        for row in targets
    ]
    failed = plan.state == Plan.State.FAILED
    error = {"code": PlanFailed.code, "detail": plan.went_wrong} if failed else None
    is_computing = plan.state == Plan.State.COMPUTING
    progress = {"done": count_made(plan), "total": plan.targets.count()} if is_computing else None
    return dict(PlanShape({**shown, "run": run, "targets": rows, "error": error, "progress": progress}).data)


def _why_left_out(target: PlanTarget) -> dict[str, str] | None:
    return {"code": target.left_out["code"], "detail": target.why_left_out} if target.left_out else None


def shape_changes(changes: list[Change]) -> list[dict[str, Any]]:
    """Changes with the fields that differ, the reason in words, and the daily data that uses the item."""
    return list(ChangeShape(_changes(changes), many=True).data)


def shape_what_happened(changes: list[Change]) -> list[dict[str, Any]]:
    """The changes of a run (`with_what_happened`) as they came about, each with what was planned."""
    shown = [
        {**row, "planned": change.action, "finding": change.finding, "overtaken_by": change.overtaken_by}
        for row, change in zip(_changes(changes), changes, strict=True)
    ]
    return list(HappenedShape(shown, many=True).data)


def _changes(changes: list[Change]) -> list[dict[str, Any]]:
    found = differences_of(changes)
    return [
        {
            "target": change.plan_target.administration.slug,
            "category": change.category,
            "kind": change.kind,
            "item": change.uid,
            "label": change.label,
            "action": change.outcome,
            "verdict": change.verdict,
            "reason": why(change, undoes=change.plan_target.plan.is_undo),
            "needed_by": change.needed_by,
            "fields": found[change.pk],
            "used_by": {name: change.used_by.get(name, 0) for name in counted},
            "users": change.facts.get("users", []),
            "conflicts": [{"path": path, "side": side} for path, side in change.conflicts],
            "couples": change.couples,
            "pair": change.facts.get("pair"),
            "warnings": _warnings(change),
        }
        for change in changes
    ]


def _warnings(change: Change) -> list[dict[str, Any]]:
    words = warnings_in_words(change.kind, change.warnings)
    return [{**warned, "detail": detail} for warned, detail in zip(change.warnings, words, strict=True)]


def shape_runs(runs: list[SyncRun], user: User) -> list[dict[str, Any]]:
    """Runs with what arrived, added up over the administrations that are done and that the user may enter."""
    approvals = dict(Approval.objects.filter(run__in=runs).values_list("run", "pk"))
    rings = shape_rings(runs, user)
    shown = [
        {**_run(run, line), "approval": approvals.get(run.pk), "rings": rings.get(run.pk, [])}
        for run, line in zip(runs, lines_of(user, runs), strict=True)
    ]
    return list(RunShape(shown, many=True).data)


def _run(run: SyncRun, line: RunLine) -> dict[str, Any]:
    names = ("id", "state", "note", "on_behalf_of", "token", "created_at", "started_at", "finished_at")
    return {
        **{name: getattr(run, name) for name in names},
        "kind": run.plan.kind,
        "plan": run.plan_id,
        "paused_at": None if run.is_finished else run.paused_at,
        "counts": vars(line.counted),
        "requested_by": run.requested_by.email if run.requested_by else None,
        # Parts of a run may be taken back one after the other: the contract has room for the last of these runs.
        "undone_by": line.undone_by[-1].id if line.undone_by else None,
    }


def shape_targets(targets: list[SyncTarget]) -> list[dict[str, Any]]:
    """Targets with their receipts and findings."""
    receipts = {receipt.pk: receipt for receipt in Receipt.objects.filter(target__in=targets)}
    return list(TargetShape([_target(target, receipts) for target in targets], many=True).data)


def _target(target: SyncTarget, receipts: Mapping[Any, Receipt]) -> dict[str, Any]:
    detail = error_in_words(target.error_code, target.error_facts, target.error_detail)
    error = {"code": target.error_code, "detail": detail} if target.error_code else None
    return {
        "administration": target.administration,
        "state": target.state,
        "attempts": target.attempts,
        "counts": _all_counts(target.outcome_counts),
        "error": error,
        "overtaken_by": target.overtaken_by,
        "receipt": receipts.get(target.pk),
        "findings": target.findings.all(),
        "started_at": target.started_at,
        "finished_at": target.finished_at,
    }


def _all_counts(counts: Mapping[str, int]) -> dict[str, int]:
    return vars(Counted.sum_of([dict(counts)]))
