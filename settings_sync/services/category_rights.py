"""What a user may sync: only the categories that they may read in the main administration and in every target.

A preview shows the settings of both, so the right to sync is not enough where a role leaves a category out. The right
is called after the category: `forms.read`.
"""

import uuid
from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import QuerySet

from tenants.models import Administration, Membership

from ..exceptions import CategoryNotAllowed
from ..kinds import all_kinds
from ..models import Change, Plan
from ..planning.choosing import chosen_items, needed_items
from ..planning.values import Choice, Source
from .comparing import category_of

Hidden = dict[str, Administration]
"""Categories by key, each with the first administration where it may not be read."""


def hidden_categories(user: Any, administrations: Iterable[Administration]) -> Hidden:
    """The categories that the user may not read in one of these administrations; empty for most users."""
    asked = list(administrations)
    found = Membership.objects.filter(user=user, administration__in=asked)
    rights: dict[uuid.UUID, list[str]] = dict(found.values_list("administration_id", "role__rights"))
    hidden: Hidden = {}
    for administration in asked:
        for category in all_kinds().categories:
            if f"{category.key}.read" not in rights.get(administration.pk, ()):
                hidden.setdefault(category.key, administration)
    return hidden


def require_choice(user: Any, administrations: Iterable[Administration], source: Source, choice: Choice) -> None:
    """Raise CategoryNotAllowed when a choice, or what comes along with it, holds what the user may not read there."""
    hidden = hidden_categories(user, administrations)
    if hidden:
        _refuse(hidden, _categories_in(source, choice))


def require_changes(user: Any, plan: Plan, targets: Collection[Administration]) -> None:
    """Raise CategoryNotAllowed when a plan changes what the user may not read, in its main or one of these targets."""
    hidden = hidden_categories(user, [plan.administration, *targets])
    if hidden:
        changes = Change.objects.filter(plan_target__plan=plan, plan_target__administration__in=targets)
        _refuse(hidden, changes.filter(category__in=hidden).order_by().values_list("category", flat=True).distinct())


def among_readable(user: Any, main: Administration, changes: "QuerySet[Change]") -> "QuerySet[Change]":
    """Changes, without those of categories that the user may not read in the main administration."""
    return changes.exclude(category__in=hidden_categories(user, [main]))


def may_read_changes(user: Any, plan: Plan, targets: Collection[Administration]) -> bool:
    """Whether the user may read all that a plan shows."""
    try:
        require_changes(user, plan, targets)
    except CategoryNotAllowed:
        return False
    return True


def _categories_in(source: Source, choice: Choice) -> set[str]:
    chosen = chosen_items(source, choice, category_of())
    along = needed_items(source, chosen).keys()
    return {*choice.categories, *(category_of()[kind] for kind, _uid in chosen | along)}


def _refuse(hidden: Hidden, wanted: Iterable[str]) -> None:
    labels = {category.key: str(category.label) for category in all_kinds().categories}
    for key in sorted(wanted):
        if key in hidden:
            raise CategoryNotAllowed(category=labels[key], name=hidden[key].name)
