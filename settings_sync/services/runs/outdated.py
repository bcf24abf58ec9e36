"""Whether what was planned before a migration can still be carried out after it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from settings_sync.declaring.kinds import all_kinds
from settings_sync.engine.reading.composed import find_outdated
from settings_sync.exceptions import DocumentsOutdated, HeadsDiffer, RehearsalFailed, RuleBroken
from settings_sync.models import Plan, PlanTarget, SyncTarget
from settings_sync.services.plans.change_rows import does_something
from tenants.models import Administration

NAMED = 5


def check_version(planned: PlanTarget, administration: Administration) -> None:
    """Let what was planned be applied in an administration that has the version of its snapshot, or that of its main by
    now; both as they are in the database.

    Most migrations touch no setting, and a run is kept for longer than a version lasts: what counts then is whether the
    documents that it writes still mean what they meant. Raises HeadsDiffer or DocumentsOutdated.
    """
    main = administration.parent
    check_heads(planned, administration.migration_head, main.migration_head if main else None)


def check_heads(planned: PlanTarget, head: str, head_of_main: str | None) -> None:
    """`check_version`, where the versions of an administration and of its main are known already."""
    snapshot = planned.plan.snapshot
    if snapshot is None or head == snapshot.migration_head:
        return
    if head != head_of_main:
        raise HeadsDiffer
    check_documents(planned)


def check_documents(planned: PlanTarget) -> None:
    """Raises DocumentsOutdated when what a plan writes in an administration cannot be read as it was written."""
    outdated = sorted(_outdated_labels(planned))
    if outdated:
        raise DocumentsOutdated(items=", ".join(outdated[:NAMED]))


def refuse_outdated(plan: Plan) -> None:
    """Raises what stands in the way of a plan of before an update: HeadsDiffer while none of its administrations has
    had the update, or DocumentsOutdated when what it writes in one of them cannot be read any more."""
    waiting = 0
    planned = list(plan.targets.filter(left_out={}).select_related("administration__parent", "plan__snapshot"))
    for target in planned:
        try:
            check_version(target, target.administration)
        except HeadsDiffer:
            # The others go on; its turn ends with the same words if it is not there by then.
            waiting += 1
    if planned and waiting == len(planned):
        raise HeadsDiffer


def refuse_what_no_rule_allows(plan: Plan) -> None:
    """Raises RehearsalFailed when taking a run back was tried out, and everywhere met a rule of the database that is
    younger than what would come back."""
    rehearsals = [target.rehearsal for target in plan.targets.filter(left_out={})] if plan.is_undo else []
    if rehearsals and all(told.get("code") == RuleBroken.code for told in rehearsals):
        raise RehearsalFailed(**{**rehearsals[0]["facts"], "why": RuleBroken.code})


def without_outdated(targets: Iterable[SyncTarget]) -> list[SyncTarget]:
    """Those targets that can be carried out at today's version; raises what stands in the way when there is none."""
    able = []
    refusals = []
    for target in targets:
        try:
            check_version(target.plan_target, target.administration)
            able.append(target)
        except (HeadsDiffer, DocumentsOutdated) as refusal:
            refusals.append(refusal)
    if refusals and not able:
        raise refusals[0]
    return able


def _outdated_labels(planned: PlanTarget) -> Iterable[str]:
    written: dict[str, dict[bytes, str]] = defaultdict(dict)
    for change in planned.changes.filter(does_something(), result_digest__isnull=False):
        written[change.kind][bytes(change.result_digest or b"")] = change.label
    for kind, labels in written.items():
        yield from _outdated_among(kind, labels)


def _outdated_among(kind: str, labels: Mapping[bytes, str]) -> list[str]:
    # What is not declared any more cannot be read at all.
    if kind not in all_kinds().by_key:
        return list(labels.values())
    return [labels[digest] for digest in find_outdated(all_kinds()[kind], labels.keys())]
