"""Groups of sub-administrations: free words by which a main administration finds several of them at once."""

from collections.abc import Callable, Collection

from django.db import transaction

from accounts.models import User
from audit.models import record

from .exceptions import GroupNameNotUsable, NoAdministrationsChosen, TooManyGroups
from .models import Administration
from .permissions import require
from .readable_names import is_visible
from .rights import AdministrationRight

LONGEST = 60
MOST = 20


def groups_of(administrations: Collection[Administration]) -> dict[str, int]:
    """Every group that one of these is in, with how many of them are in it, by name."""
    counted: dict[str, int] = {}
    for row in administrations:
        for group in row.groups:
            counted[group] = counted.get(group, 0) + 1
    return dict(sorted(counted.items(), key=lambda found: found[0].casefold()))


def add_to_group(*, acting_user: User, main: Administration, slugs: Collection[str], group: str) -> int:
    """Put these sub-administrations in a group, which comes to be by that; returns how many were not in it yet.

    A group whose name differs only in capitals is the same one. Raises NotAllowed, NoAdministrationsChosen,
    GroupNameNotUsable or TooManyGroups.
    """
    name = name_of_group(main, group)

    def added(groups: list[str]) -> list[str]:
        return groups if name in groups else sorted([*groups, name], key=str.casefold)

    return _regroup(acting_user, main, slugs, added)


def name_of_group(main: Administration, group: str) -> str:
    """A group as it is called already, or as somebody wants to call a new one. Raises GroupNameNotUsable."""
    name = " ".join(group.split())
    if not is_visible(name) or not name.isprintable() or len(name) > LONGEST:
        raise GroupNameNotUsable(most=LONGEST)
    known = groups_of(list(main.children.existing()))
    return next((other for other in known if other.casefold() == name.casefold()), name)


def remove_from_group(*, acting_user: User, main: Administration, slugs: Collection[str], group: str) -> int:
    """Take these sub-administrations out of a group; returns how many were in it.

    Raises NotAllowed or NoAdministrationsChosen.
    """
    return _regroup(acting_user, main, slugs, lambda groups: [other for other in groups if other != group])


def find_reachable(user: User, main: Administration, slugs: Collection[str]) -> list[Administration]:
    """Those of the sub-administrations with these addresses that the user may enter, by name."""
    found = main.children.existing().reachable_by(user).filter(slug__in=slugs)
    return list(found.order_by("name"))


def _regroup(user: User, main: Administration, slugs: Collection[str], change: Callable[[list[str]], list[str]]) -> int:
    require(user, AdministrationRight.UPDATE, main)
    with transaction.atomic():
        keys = [row.pk for row in find_reachable(user, main, slugs)]
        rows = list(Administration.objects.select_for_update().filter(pk__in=keys).order_by("pk"))
        if not rows:
            raise NoAdministrationsChosen
        changed = [row for row in rows if change(row.groups) != row.groups]
        for row in changed:
            row.groups = change(row.groups)
            if len(row.groups) > MOST:
                raise TooManyGroups(name=row.name, most=MOST)
            record("administration.grouped", actor=user, administration=row, groups=row.groups)
        Administration.objects.bulk_update(changed, ["groups"])
    return len(changed)
