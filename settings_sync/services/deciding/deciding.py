"""Deciding what a plan does with an item: every decision makes the plan anew, under the next version."""

import datetime
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from audit.models import record
from settings_sync.declaring.kinds import all_kinds, field_of
from settings_sync.engine.reading.index import look_at
from settings_sync.exceptions import (
    CannotCouple,
    NameMissing,
    NameNotUsable,
    NothingToDecide,
    UnknownDecision,
    UnknownPath,
    UnknownTarget,
)
from settings_sync.models import Change, Document, Plan, PlanTarget, SnapshotItem
from settings_sync.permissions import require_for, right_for, syncable_children
from settings_sync.planning.deciding import ON_PATHS, allowed_on_path, allowed_words
from settings_sync.planning.differences import flatten
from settings_sync.planning.values import DEFAULT_FIELD, Key, Local
from settings_sync.planning.verdicts import Word
from settings_sync.services.plans.leaving_out import refuse_damaged, whole_targets
from settings_sync.services.plans.plans import recompute_targets
from settings_sync.services.runs.runs import check_plan
from settings_sync.services.undos.undoing import compute_undo
from tenants.readable_names import problem_of_name

from .decision_rows import DecisionRows

DEFAULT_PATH = DEFAULT_FIELD
"""The path of a decision about which setting of a kind is the default."""


@dataclass(frozen=True)
class Asked:
    """One decision as it was asked for; without a target it holds for every administration where the item changes,
    without a word it withdraws what was decided before."""

    item: uuid.UUID
    word: Word | None
    target: str = ""
    path: str = ""
    couple_with: uuid.UUID | None = None
    name: str = ""
    reason: str = ""
    review_on: datetime.date | None = None


def decide(*, acting_user: User, plan: Plan, version: int, decisions: Sequence[Asked]) -> Plan:
    """Decide about items of a plan, all of it or nothing, and return the plan under its next version.

    Raises NotAllowed, PlanNotReady, PlanExpired, PlanUsed or PlanChanged; UnknownTarget, NothingToDecide,
    UnknownDecision, UnknownPath, CannotCouple, NameMissing or NameNotUsable for a decision that makes no sense.
    """
    require_for(acting_user, plan)
    with transaction.atomic():
        # Of two who decide at once the second meets another version. Its row alone: the others belong to everybody.
        plan = Plan.objects.select_for_update(of=("self",)).select_related("administration", "snapshot").get(pk=plan.pk)
        check_plan(plan, version)
        desk = _Desk(acting_user, plan, decisions)
        asked_changes = [(change, asked) for asked in decisions for change in desk.changes_of(asked)]
        rows = DecisionRows(change for change, _asked in asked_changes)
        for change, asked in asked_changes:
            desk.check(change, asked)
            rows.put(change, asked.path, asked.word, _values(asked, acting_user))
        rows.store()
        # Each administration once, however many decisions are about it.
        _recompute(plan, {change.plan_target_id: change.plan_target for change, _asked in asked_changes}.values())
        plan.version += 1
        plan.save(update_fields=["version"])
        record(
            "plan.decided",
            actor=acting_user,
            administration=plan.administration,
            plan=str(plan.pk),
            decisions=[_recorded(asked) for asked in decisions],
        )
    return plan


def _recompute(plan: Plan, targets: Iterable[PlanTarget]) -> None:
    if plan.kind == Plan.Kind.UNDO:
        for target in whole_targets(targets):
            compute_undo(target)
    else:
        recompute_targets(plan, targets)


class _Desk:
    """What a round of decisions looks at, read once however many there are."""

    def __init__(self, user: User, plan: Plan, decisions: Sequence[Asked]) -> None:
        self._syncable = {child.pk for child in syncable_children(user, plan.administration, right_for(plan))}
        self._targets = {row.administration.slug: row for row in plan.targets.select_related("administration")}
        self._changes: dict[uuid.UUID, list[Change]] = defaultdict(list)
        self._locals: dict[int, Local] = {}
        self._paths: dict[int, set[str]] = {}
        self._plan = plan
        self._in_main: set[Key] | None = None
        found = Change.objects.filter(plan_target__plan=plan, uid__in={asked.item for asked in decisions})
        for change in found.select_related("plan_target__administration", "plan_target__plan").order_by("id"):
            # Where the user may not sync, nobody hears whether it changes there.
            if change.plan_target.administration_id in self._syncable:
                self._changes[change.uid].append(change)

    def changes_of(self, asked: Asked) -> list[Change]:
        """The changes that a decision is about: of its target, or of every administration that the user may sync to."""
        found = self._changes[asked.item]
        if asked.target:
            target = self._targets.get(asked.target)
            if target is None or target.administration_id not in self._syncable:
                raise UnknownTarget(slug=asked.target)
            found = [change for change in found if change.plan_target_id == target.pk]
        if not found:
            raise NothingToDecide(item=asked.item)
        return found

    def check(self, change: Change, asked: Asked) -> None:
        """Raises UnknownDecision, UnknownPath, CannotCouple, NameMissing or NameNotUsable for what makes no sense."""
        # What was decided can be withdrawn also where it would not be allowed any more.
        if asked.word is None:
            return
        if asked.path:
            self._check_path(change, asked.path)
        allowed = _allowed(change, asked)
        if asked.word not in allowed:
            raise UnknownDecision(label=change.label, allowed=", ".join(sorted(allowed)))
        if asked.word == Word.CREATE_AS:
            _check_name(change, asked.name)
        if asked.word == Word.COUPLE:
            _check_coupling(change, asked.couple_with, self._local_of(change.plan_target), self._followed())

    def _check_path(self, change: Change, path: str) -> None:
        if change.pk not in self._paths:
            digests = [digest for digest in (change.source_digest, change.local_digest) if digest is not None]
            bodies = Document.objects.filter(digest__in=digests).values_list("body", flat=True)
            # A conflict may be about one entry of a list, which is no path of a document.
            asked = {path for path, _side in change.conflicts}
            self._paths[change.pk] = asked | {path for body in bodies for path in flatten(body)}
        # A document names its default only where it is one, and it can be decided where it is not.
        if path not in self._paths[change.pk] and path != DEFAULT_FIELD:
            raise UnknownPath(label=change.label, path=path)

    def _followed(self) -> set[Key]:
        """What the main administration has: only what it removed can be replaced by what it made anew."""
        if self._in_main is None:
            found = SnapshotItem.objects.filter(snapshot=self._plan.snapshot_id)
            self._in_main = set(found.values_list("kind", "uid"))
        return self._in_main

    def _local_of(self, target: PlanTarget) -> Local:
        if target.pk not in self._locals:
            refuse_damaged(target.administration)
            self._locals[target.pk] = look_at(target.administration)
        return self._locals[target.pk]


def _allowed(change: Change, asked: Asked) -> frozenset[Word]:
    base, source, local = (
        None if digest is None else bytes(digest)
        for digest in (change.base_digest, change.source_digest, change.local_digest)
    )
    coupled = change.couples is not None
    if asked.path in {path for path, _side in change.conflicts}:
        return ON_PATHS
    if asked.path:
        return allowed_on_path(asked.path, source=source, local=None if coupled else local)
    return allowed_words(base=base, source=source, local=local, couples=coupled)


def _check_name(change: Change, name: str) -> None:
    if not name.strip():
        raise NameMissing(label=change.label)
    if problem := problem_of_other_name(change.kind, name):
        raise NameNotUsable(label=change.label, problem=problem)


def problem_of_other_name(kind_key: str, name: str) -> str:
    """Why a setting of this kind cannot have this name, as a sentence; empty when it can."""
    kind = all_kinds()[kind_key]
    length = field_of(kind.root.model, kind.natural_key).max_length
    if length and len(name) > length:
        return _("At most %(length)d characters.") % {"length": length}
    return problem_of_name(name)


def _check_coupling(change: Change, uid: uuid.UUID | None, local: Local, in_main: Collection[Key]) -> None:
    if uid is None or (change.kind, uid) not in local.entries:
        raise CannotCouple(label=change.label, reason=_("there is no such setting of this kind here."))
    if (change.kind, uid) in local.bases and (change.kind, uid) in in_main:
        raise CannotCouple(label=change.label, reason=_("it follows another setting of the main administration."))


def _values(asked: Asked, user: User) -> dict[str, Any]:
    return {
        # What a form sends along with another word is not decided.
        "couple_with": asked.couple_with if asked.word == Word.COUPLE else None,
        "name": asked.name if asked.word == Word.CREATE_AS else "",
        "reason": asked.reason,
        "review_on": asked.review_on,
        "decided_by": user,
    }


def _recorded(asked: Asked) -> Mapping[str, str]:
    stated = {
        "item": str(asked.item),
        "decision": asked.word.value if asked.word else "",
        "target": asked.target,
        "path": asked.path,
        "with": str(asked.couple_with or ""),
        "name": asked.name,
        "reason": asked.reason,
        "review_on": asked.review_on.isoformat() if asked.review_on else "",
    }
    return {name: value for name, value in stated.items() if value}
