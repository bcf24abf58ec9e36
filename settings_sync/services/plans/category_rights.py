"""What a user may sync: only the categories that they may read in the main administration and in every target.

A preview shows the settings of both, so the right to sync is not enough where a role leaves a category out. The right
is called after the category: `forms.read`.
"""

import uuid
from collections.abc import Collection, Iterable, Mapping

from django.db.models import QuerySet

from accounts.models import User
from accounts.support_rights import SupportRight, may_support
from settings_sync.declaring.kinds import all_kinds
from settings_sync.exceptions import CategoryNotAllowed
from settings_sync.models import Change, Plan
from settings_sync.permissions import right_for, syncable_keys
from settings_sync.planning.choosing import chosen_items, needed_items
from settings_sync.planning.values import Choice, Source
from tenants.models import Administration, Membership
from tenants.permissions import may
from tenants.rights import SyncRight

from .comparing import category_of

Hidden = dict[str, Administration]
"""Categories by key, each with the first administration where it may not be read."""


def hidden_categories(user: User, administrations: Iterable[Administration]) -> Hidden:
    """The categories that the user may not read in one of these administrations; empty for most users."""
    asked = list(administrations)
    return _hidden(_rights_in(user, asked), asked)


def _rights_in(user: User, administrations: Collection[Administration]) -> Mapping[uuid.UUID, list[str]]:
    found = Membership.objects.filter(user=user, administration__in=administrations)
    return dict(found.values_list("administration_id", "role__rights"))


def _hidden(rights: Mapping[uuid.UUID, list[str]], administrations: Iterable[Administration]) -> Hidden:
    hidden: Hidden = {}
    every = [category.key for category in all_kinds().categories]
    for administration in administrations:
        readable = readable_categories(rights.get(administration.pk, ()))
        for key in [key for key in every if key not in readable]:
            hidden.setdefault(key, administration)
    return hidden


def readable_categories(rights: Collection[str]) -> list[str]:
    """The categories of which somebody with these rights may see the settings."""
    return [category.key for category in all_kinds().categories if f"{category.key}.read" in rights]


def require_choice(user: User, administrations: Iterable[Administration], source: Source, choice: Choice) -> None:
    """Raise CategoryNotAllowed when a choice, or what comes along with it, holds what the user may not read there."""
    hidden = hidden_categories(user, administrations)
    if hidden:
        # Most users may read everything, and for them the choice need not be followed to what it brings along.
        _refuse(hidden, _categories_in(source, choice))


def require_changes(user: User, plan: Plan, targets: Collection[Administration]) -> None:
    """Raise CategoryNotAllowed when a plan changes what the user may not read, in its main or one of these targets."""
    hidden = hidden_categories(user, [plan.administration, *targets])
    if hidden:
        _refuse(hidden, _changed_among(hidden, plan, targets))


def among_readable(user: User, main: Administration, changes: "QuerySet[Change]") -> "QuerySet[Change]":
    """Changes, without those of categories that the user may not read in the main administration."""
    return changes.exclude(category__in=hidden_categories(user, [main]))


def may_read_changes(user: User, plan: Plan, targets: Collection[Administration]) -> bool:
    """Whether the user may read all that a plan shows."""
    try:
        require_changes(user, plan, targets)
    except CategoryNotAllowed:
        return False
    return True


def may_approve(user: User, plan: Plan) -> bool:
    """Whether the user may approve what somebody else asked: who may do it themselves, everywhere where it is done, and
    has the right to approve."""
    main = plan.administration
    if not (may(user, SyncRight.APPROVE, main) and may(user, right_for(plan), main)):
        return False
    targets = [target.administration for target in plan.targets.select_related("administration")]
    reached = syncable_keys(user, main, right_for(plan))
    return reached.issuperset(target.pk for target in targets) and may_read_changes(user, plan, targets)


def approvers_of(plan: Plan, *, but: Collection[int | None]) -> list[User]:
    """Everybody who may approve a plan, without these."""
    rights = [SyncRight.APPROVE, right_for(plan)]
    members = User.objects.filter(
        is_active=True, memberships__administration=plan.administration, memberships__role__rights__contains=rights
    )
    return [user for user in members.order_by("pk") if user.pk not in but and may_approve(user, plan)]


def may_still_apply(user: User, plan: Plan, target: Administration, rights: Mapping[uuid.UUID, list[str]]) -> bool:
    """Whether the user holds now, in the main and in this target, all that applying the plan there takes; for support
    the right to help will do. `rights` is what their roles give them now, by administration; no query, as a rule.
    """
    both = [plan.administration, target]
    # An account that was closed since keeps its memberships.
    held = rights if user.is_active else {}
    if not all(right_for(plan) in held.get(administration.pk, ()) for administration in both):
        return may_support(user, SupportRight.HELP)
    hidden = _hidden(held, both)
    return not hidden or not _changed_among(hidden, plan, [target]) or may_support(user, SupportRight.HELP)


def _changed_among(categories: Collection[str], plan: Plan, targets: Collection[Administration]) -> list[str]:
    changes = Change.objects.filter(plan_target__plan=plan, plan_target__administration__in=targets)
    # Without an order, or DISTINCT would be of its columns as well and give a row for every change.
    return list(changes.filter(category__in=categories).order_by().values_list("category", flat=True).distinct())


def _categories_in(source: Source, choice: Choice) -> set[str]:
    chosen = chosen_items(source, choice, category_of())
    along = needed_items(source, chosen).keys()
    return {*choice.categories, *(category_of()[kind] for kind, _uid in chosen | along)}


def _refuse(hidden: Hidden, wanted: Iterable[str]) -> None:
    labels = {category.key: str(category.label) for category in all_kinds().categories}
    # In a fixed order, so that the same choice is refused with the same words.
    for key in sorted(wanted):
        if key in hidden:
            raise CategoryNotAllowed(category=labels[key], name=hidden[key].name)
