"""The groups of a saved choice: whom they held when it was saved, and whom they hold today."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from settings_sync.models import SavedChoice
from tenants.models import Administration


class Members(models.TextChoices):
    """Whom the groups of a saved choice mean."""

    SAVED = "saved", _("as it was saved")
    TODAY = "today", _("the members of today")


@dataclass(frozen=True)
class MovedGroup:
    """A group whose members are others by now, by name."""

    name: str
    joined: tuple[str, ...]
    left: tuple[str, ...]


def whole_groups(main: Administration, targets: Collection[Any]) -> list[dict[str, Any]]:
    """Return the groups of which every member is among these targets, as a saved choice keeps them.

    Which button ticked a target is not known any more when a preview is saved; who chose every member of a group means
    the group, or is asked once more than needed.
    """
    chosen = {str(key) for key in targets}
    members = _members(main.children.existing())
    return [{"name": name, "ids": sorted(ids)} for name, ids in sorted(members.items()) if ids <= chosen]


def moved_groups(choice: SavedChoice, reachable: Iterable[Administration]) -> list[MovedGroup]:
    """Return the groups of a choice that have other members today, as far as the user may sync to them."""
    names = {str(row.pk): row.name for row in reachable}
    today = _members(choice.administration.children.existing())
    saved = {target["id"] for target in choice.targets}
    moved = []
    for group in choice.groups:
        now = today.get(group["name"], set())
        then = set(group["ids"])
        joined = sorted(names[key] for key in now - then - saved if key in names)
        left = sorted(names[key] for key in then - now if key in names)
        if joined or left:
            moved.append(MovedGroup(group["name"], tuple(joined), tuple(left)))
    return moved


def targets_of(choice: SavedChoice, members: Members | None) -> list[dict[str, str]]:
    """Return the targets of a choice, each with its id and name; with those of today in the place of its groups."""
    if members != Members.TODAY:
        return list(choice.targets)
    children = list(choice.administration.children.existing())
    by_group = _members(children)
    then = {key for group in choice.groups for key in group["ids"]}
    now = {key for group in choice.groups for key in by_group.get(group["name"], ())}
    kept = [target for target in choice.targets if target["id"] not in then - now]
    known = {target["id"] for target in kept}
    return [*kept, *({"id": str(row.pk), "name": row.name} for row in children if str(row.pk) in now - known)]


def _members(children: Iterable[Administration]) -> dict[str, set[str]]:
    members: dict[str, set[str]] = {}
    for child in children:
        for group in child.groups:
            members.setdefault(group, set()).add(str(child.pk))
    return members
