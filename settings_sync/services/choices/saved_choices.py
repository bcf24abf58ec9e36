"""Choices that are kept under a name: saved from a preview, previewed again, renamed and deleted."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from accounts.models import User
from audit.models import record
from settings_sync.declaring.kinds import all_kinds
from settings_sync.engine.reading.index import look_at
from settings_sync.exceptions import (
    ChoiceGone,
    ChoiceNameNotUsable,
    ChoiceNameTaken,
    MembersMoved,
    NotAChoice,
    TooManyChoices,
)
from settings_sync.models import Plan, SavedChoice, SnapshotItem
from settings_sync.permissions import NotAllowed, may_run_sync, syncable_children
from settings_sync.planning.policies import POLICIES
from settings_sync.services.plans.plans import create_plan
from tenants.models import Administration
from tenants.readable_names import is_visible

from .group_members import Members, MovedGroup, moved_groups, targets_of, whole_groups

LONGEST = 100
MOST = 100


@dataclass(frozen=True)
class ShownChoice:
    """A saved choice in a list: its administrations by name, its categories in words, and how many single settings."""

    id: uuid.UUID
    name: str
    targets: tuple[str, ...]
    categories: tuple[str, ...]
    items: tuple[str, ...]
    created_by: str


@dataclass(frozen=True)
class OpenedChoice:
    """The preview of a saved choice, and the names of what was left out because it is gone or out of reach."""

    plan: Plan
    left_out: tuple[str, ...]


def list_choices(*, acting_user: User, main: Administration) -> list[ShownChoice]:
    """The saved choices of a main administration, by name; none for who may not sync. One query."""
    if not may_run_sync(acting_user, main):
        return []
    labels = {category.key: str(category.label) for category in all_kinds().categories}
    return [
        ShownChoice(
            id=row.pk,
            name=row.name,
            targets=tuple(target["name"] for target in row.targets),
            categories=tuple(labels.get(key, key) for key in row.categories),
            items=tuple(item["label"] for item in row.items),
            created_by=str(row.created_by or ""),
        )
        for row in SavedChoice.objects.filter(administration=main).select_related("created_by")
    ]


def find_choice(*, acting_user: User, main: Administration, choice_id: uuid.UUID) -> SavedChoice | None:
    """A saved choice of this main administration, for who may sync; else None."""
    if not may_run_sync(acting_user, main):
        return None
    return SavedChoice.objects.filter(pk=choice_id, administration=main).first()


def save_choice(*, acting_user: User, plan: Plan, name: str) -> SavedChoice:
    """Keep what a preview was made of under a name.

    Raises NotAllowed, NotAChoice for a preview that takes a sync back, ChoiceNameNotUsable, ChoiceNameTaken or
    TooManyChoices.
    """
    _require(acting_user, plan.administration)
    if plan.kind != Plan.Kind.SYNC:
        raise NotAChoice
    if SavedChoice.objects.filter(administration=plan.administration).count() >= MOST:
        raise TooManyChoices(most=MOST)
    targets = [target.administration for target in plan.targets.select_related("administration")]
    labels = SnapshotItem.objects.filter(snapshot=plan.snapshot_id, uid__in=plan.items).values_list("uid", "label")
    choice = SavedChoice(
        administration=plan.administration,
        # By name as well: who opens it later is told what is gone, and then nobody knows the name.
        targets=[{"id": str(target.pk), "name": target.name} for target in targets],
        groups=whole_groups(plan.administration, [target.pk for target in targets]),
        items=[{"uid": str(uid), "label": label} for uid, label in labels],
        categories=plan.categories,
        policies=plan.policies,
        created_by=acting_user,
    )
    _keep(acting_user, choice, name, "choice.saved")
    return choice


def members_moved(*, acting_user: User, choice: SavedChoice) -> list[MovedGroup]:
    """The groups of a saved choice that have other members today, among those that the user may sync to.

    Raises NotAllowed.
    """
    _require(acting_user, choice.administration)
    return moved_groups(choice, syncable_children(acting_user, choice.administration))


def rename_choice(*, acting_user: User, choice: SavedChoice, name: str) -> None:
    """Give a saved choice another name. Raises NotAllowed, ChoiceNameNotUsable or ChoiceNameTaken."""
    _require(acting_user, choice.administration)
    _keep(acting_user, choice, name, "choice.renamed")


def delete_choice(*, acting_user: User, choice: SavedChoice) -> None:
    """Forget a saved choice. Raises NotAllowed."""
    _require(acting_user, choice.administration)
    with transaction.atomic():
        record("choice.deleted", actor=acting_user, administration=choice.administration, name=choice.name)
        choice.delete()


def open_choice(*, acting_user: User, choice: SavedChoice, members: Members | None = None) -> OpenedChoice:
    """Make a new preview of a saved choice, without what is gone or may not be synced to now.

    `members` says whom its groups mean. Raises NotAllowed, MembersMoved when that is not said and they differ,
    ChoiceGone when nothing of it is left, or what `create_plan` raises.
    """
    main = choice.administration
    _require(acting_user, main)
    active = [row for row in syncable_children(acting_user, main) if row.state == Administration.State.ACTIVE]
    by_id = {str(row.pk): row.slug for row in active}
    moved = moved_groups(choice, active) if members is None else []
    if moved:
        raise MembersMoved(name=choice.name, groups=", ".join(group.name for group in moved))
    meant = targets_of(choice, members)
    items = {str(uid) for _kind, uid in look_at(main).entries}
    known = {category.key for category in all_kinds().categories}
    targets = [by_id[row["id"]] for row in meant if row["id"] in by_id]
    uids = [uuid.UUID(row["uid"]) for row in choice.items if row["uid"] in items]
    categories = [key for key in choice.categories if key in known]
    if not targets or not (uids or categories):
        raise ChoiceGone(name=choice.name)
    plan = create_plan(
        acting_user=acting_user, main=main, targets=targets, categories=categories, items=uids, policies=_known(choice)
    )
    gone = [row["name"] for row in meant if row["id"] not in by_id]
    gone += [row["label"] for row in choice.items if row["uid"] not in items]
    return OpenedChoice(plan, (*gone, *(key for key in choice.categories if key not in known)))


def _known(choice: SavedChoice) -> Mapping[str, str]:
    # A release may have taken a policy away, for which nobody should lose the choice.
    return {policy: value for policy, value in choice.policies.items() if value in POLICIES.get(policy, ())}


def _require(user: User, main: Administration) -> None:
    if not may_run_sync(user, main):
        raise NotAllowed("sync.run")


def _keep(user: User, choice: SavedChoice, name: str, action: str) -> None:
    choice.name = " ".join(name.split())
    if not is_visible(choice.name) or not choice.name.isprintable() or len(choice.name) > LONGEST:
        raise ChoiceNameNotUsable(most=LONGEST)
    try:
        with transaction.atomic():
            choice.save()
            record(action, actor=user, administration=choice.administration, name=choice.name)
    # Asked of the database: two may save one name in the same moment.
    except IntegrityError:
        raise ChoiceNameTaken(name=choice.name) from None
