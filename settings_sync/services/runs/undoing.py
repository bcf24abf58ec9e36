"""Taking a run back, for all or some of its administrations: a plan of its own through the same engine."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from accounts.models import User
from audit.models import record
from settings_sync.declaring.kinds import all_kinds
from settings_sync.engine.reading.composed import AdministrationReader, describe_documents
from settings_sync.engine.reading.index import look_at
from settings_sync.exceptions import HeadsDiffer, NothingToUndo, RunNotFinished, UnknownTarget
from settings_sync.models import Change, Document, Finding, Plan, PlanTarget, Receipt, SyncRun, SyncTarget
from settings_sync.permissions import syncable_children
from settings_sync.planning.undoing import History, Page, Step, plan_undo
from settings_sync.planning.values import Deviation, Entry, Key, Need, Rules
from settings_sync.services.plans.category_rights import require_changes
from settings_sync.services.plans.change_rows import does_something
from settings_sync.services.plans.comparing import category_of
from settings_sync.services.plans.dry_run import rehearse
from settings_sync.services.plans.leaving_out import attempt, refuse_when_none, whole_targets
from settings_sync.services.plans.local_values import Examiner
from settings_sync.services.plans.plans import PLAN_LIFETIME, keep_plan, making
from settings_sync.services.plans.rules import decisions_of, policies_of
from tenants.permissions import require
from tenants.rights import SyncRight

from .outdated import check_version
from .runs import check_kept, lock_run


def create_undo_plan(*, acting_user: User, run: SyncRun, targets: Collection[str] = ()) -> Plan:
    """Preview taking a run back in these administrations (slugs), or in all that it changed. Writes only the plan.

    Raises NotAllowed, RunNotFinished, RunPruned, NothingToUndo, CategoryNotAllowed, UnknownTarget for an administration
    where the user may not take it back or that the run did not change, or when it can be taken back nowhere what stands
    in the way first: AdministrationDamaged, HeadsDiffer or DocumentsOutdated.
    """
    require(acting_user, SyncRight.UNDO, run.administration)
    if not run.is_finished:
        raise RunNotFinished
    check_kept(run)
    done = _find_targets(acting_user, run, targets)
    require_changes(acting_user, run.plan, [target.administration for target in done])
    with transaction.atomic():
        locked = lock_run(run.pk)
        # Once more under the lock: somebody may have pruned it, or tried it again, a moment ago.
        check_kept(locked)
        if not locked.is_finished:
            raise RunNotFinished  # it is tried again just now
        plan = Plan.objects.create(
            kind=Plan.Kind.UNDO,
            administration=run.administration,
            requested_by=acting_user,
            undoes=run,
            # Of these only that of what moved meanwhile is heeded; planning leaves out the rest.
            policies=policies_of(run.administration),
            snapshot=run.plan.snapshot,
            expires_at=timezone.now() + PLAN_LIFETIME,
        )
        made = PlanTarget.objects.bulk_create(
            PlanTarget(plan=plan, administration=target.administration, position=number)
            for number, target in enumerate(done)
        )
        record("run.undo_planned", actor=acting_user, administration=run.administration, run=str(run.pk))
    with making(plan):
        for target in whole_targets(made):
            attempt(target, compute_undo)
        refuse_when_none(made)
    return plan


def compute_undo(target: PlanTarget) -> None:
    """Compare what the run left in one administration with what stands there now, and store what comes out.

    Raises HeadsDiffer where it waits for the update that its main has had, or DocumentsOutdated where what would be
    written is of before an update, and cannot be read any more.
    """
    assert target.plan.undoes_id is not None
    if target.administration.migration_head != target.plan.administration.migration_head:
        raise HeadsDiffer
    undone = SyncTarget.objects.get(run=target.plan.undoes_id, administration=target.administration_id)
    local = look_at(target.administration)
    reader = UndoReader(target.administration.schema_name)
    # Without locks: what the main administration wants everywhere has no say in what stood here before.
    rules = Rules(policies=target.plan.policies, decisions=decisions_of(target))
    planned = plan_undo(history_of(undone), local, category_of(), rules, reader)
    keep_plan(target, planned, reader, Examiner(target.plan.administration), standing=len(local.entries))
    check_version(target, target.administration)
    assert target.plan.snapshot is not None
    if target.plan.snapshot.migration_head != target.administration.migration_head:
        # A rule of the database may be younger than what would come back, and only the database knows.
        rehearse(target)


class UndoReader(AdministrationReader):
    """What a run created may be deleted again, whatever its kind."""

    def may_delete(self, kind: str) -> bool:
        return True


def history_of(target: SyncTarget) -> History:
    """What a target did, item by item; what was held after all is left out."""
    changes = {(change.kind, change.uid): change for change in _done_by([target])}
    left = {key: _after(change) for key, change in changes.items()} | _archived_instead(target, changes)
    former = _former_documents(changes.values())
    pages = _pages(target, changes)
    coupled = {_key_before(change) for change in changes.values() if change.couples is not None}
    steps = {
        _key_before(change): Step(
            key=key,
            was=_key_before(change),
            label=change.label,
            before=_entry_before(change, former),
            after=left[key],
            pages={each: pages[each] for each in (key, _key_before(change)) if each in pages},
        )
        for key, change in changes.items()
        # What was uncoupled and forgotten is one step, told by the coupling.
        if change.couples is not None or key not in coupled
    }
    return History(steps, {digest: needs for digest, (_keys, needs) in former.items()})


def _key_before(change: Change) -> Key:
    return (change.kind, change.couples or change.uid)


def _pages(target: SyncTarget, changes: Mapping[Key, Change]) -> dict[Key, Page]:
    kept = _former_deviations(target)
    return {
        key: Page(
            former_base=_digest(change.base_digest),
            kept_before=tuple(kept.get(key, ())),
            kept_after=_kept_after(change, kept.get(key, ())),
            pins=frozenset(change.pins),
        )
        for key, change in changes.items()
    }


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


def _after(change: Change) -> bytes | None:
    if change.action == "delete":
        return None
    return _digest(change.result_digest) or _digest(change.local_digest)


def _archived_instead(target: SyncTarget, changes: Mapping[Key, Change]) -> dict[Key, bytes]:
    """What the items have come to that were to be deleted and were used by then: what they were, but archived."""
    used = set(target.findings.filter(code="archived-instead").values_list("kind", "uid"))
    doomed = {key: bytes(change.local_digest or b"") for key, change in changes.items() if key in used}
    bodies = dict(Document.objects.filter(digest__in=doomed.values()).values_list("digest", "body"))
    bodies = {bytes(digest): body for digest, body in bodies.items()}
    return {
        (kind, uid): _digest_when_archived(kind, uid, bodies[digest])
        for (kind, uid), digest in doomed.items()
        if digest in bodies
    }


def _digest_when_archived(kind: str, uid: uuid.UUID, body: Mapping[str, Any]) -> bytes:
    (described,) = describe_documents(all_kinds()[kind], [(uid, {**body, "is_archived": True})])
    return described.entry.digest


def _former_documents(changes: Iterable[Change]) -> dict[bytes, tuple[dict[str, str], list[Need]]]:
    """The unique values and the needs of what stood there before, by digest, from the documents that were kept."""
    wanted = {_digest(change.local_digest) for change in changes} - {None}
    found = Document.objects.filter(digest__in=list(wanted)).values_list("digest", "keys", "needs")
    return {bytes(digest): (keys, [_need(need) for need in needs]) for digest, keys, needs in found}


def _need(stored: Mapping[str, str]) -> Need:
    return Need((stored["kind"], uuid.UUID(stored["uid"])), stored["path"])


def _entry_before(change: Change, former: Mapping[bytes, tuple[dict[str, str], list[Need]]]) -> Entry | None:
    digest = _digest(change.local_digest)
    if digest is None:
        return None
    keys, _needs = former.get(digest, ({}, []))
    return Entry(change.kind, change.couples or change.uid, digest, change.label, keys)


def _digest(value: bytes | memoryview | None) -> bytes | None:
    return None if value is None else bytes(value)


def _find_targets(user: User, run: SyncRun, slugs: Collection[str]) -> list[SyncTarget]:
    syncable = {child.pk for child in syncable_children(user, run.administration, SyncRight.UNDO)}
    done = run.targets.filter(state=SyncTarget.State.SUCCEEDED, administration__in=syncable)
    found = {target.administration.slug: target for target in done.select_related("administration", "plan_target")}
    for slug in slugs:
        if slug not in found:
            raise UnknownTarget(slug=slug)
    chosen = [target for slug, target in found.items() if not slugs or slug in set(slugs)]
    did_something = set(_done_by(chosen).values_list("plan_target", flat=True).order_by().distinct())
    changed = [target for target in chosen if target.plan_target_id in did_something]
    if not changed:
        raise NothingToUndo
    return changed


def _done_by(targets: Collection[SyncTarget]) -> "QuerySet[Change]":
    """The changes that these targets carried out; what was held after all is left out."""
    held = Finding.objects.filter(
        target__plan_target=OuterRef("plan_target"), kind=OuterRef("kind"), uid=OuterRef("uid")
    ).exclude(code=Finding.ARCHIVED)
    planned = Change.objects.filter(plan_target__in=[target.plan_target_id for target in targets])
    return planned.filter(does_something()).exclude(Exists(held))
