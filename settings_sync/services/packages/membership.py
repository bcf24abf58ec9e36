"""What being in a group, or no longer, would change of what administrations are to have."""

from collections.abc import Collection
from dataclasses import dataclass

from accounts.models import User
from settings_sync.planning.assigning import Assigned
from settings_sync.planning.values import Key
from settings_sync.services.administrations.alignment import count_again
from settings_sync.services.assignments.assigned import Expectations
from tenants.groups import add_to_group, find_reachable, name_of_group, remove_from_group
from tenants.models import Administration


@dataclass(frozen=True)
class Moved:
    """For one administration: how many settings it would be to have besides, how many no longer, and how many would
    not be to come there any more. Without packages everything of the main counts."""

    administration: Administration
    added: int
    dropped: int
    not_here: int

    @property
    def is_anything(self) -> bool:
        return bool(self.added or self.dropped or self.not_here)


def what_would_change(
    *, acting_user: User, main: Administration, slugs: Collection[str], group: str, joins: bool
) -> list[Moved]:
    """What putting these in a group, or taking them out, would change; only those for which it changes anything.

    Nothing of it is written or removed by itself: it is what the next sync would be judged by. Raises
    GroupNameNotUsable.
    """
    expectations = Expectations(main)
    if expectations.assignments.is_empty:
        return []
    name = name_of_group(main, group) if joins else group
    found = [_moved(expectations, row, name, joins) for row in find_reachable(acting_user, main, slugs)]
    return [moved for moved in found if moved.is_anything]


def regroup(*, acting_user: User, main: Administration, slugs: Collection[str], group: str, joins: bool) -> int:
    """Put these in a group or take them out, and have them judged by what they are to have now; returns how many moved.

    Raises NotAllowed, NoAdministrationsChosen, GroupNameNotUsable or TooManyGroups.
    """
    move = add_to_group if joins else remove_from_group
    number = move(acting_user=acting_user, main=main, slugs=slugs, group=group)
    count_again(find_reachable(acting_user, main, slugs))
    return number


def _moved(expectations: Expectations, administration: Administration, group: str, joins: bool) -> Moved:
    groups = {*administration.groups, group} if joins else set(administration.groups) - {group}
    before = expectations.assignments.of(administration)
    after = expectations.assignments.as_if(administration, groups)
    wanted_before, not_before = _parts(expectations, before)
    wanted_after, not_after = _parts(expectations, after)
    return Moved(
        administration,
        len(wanted_after - wanted_before),
        len(wanted_before - wanted_after - not_after),
        len(not_after - not_before),
    )


def _parts(expectations: Expectations, assigned: Assigned) -> tuple[frozenset[Key], frozenset[Key]]:
    expected = expectations.by(assigned)
    if expected is None:
        # Under no package at all it is to have everything, as it always was.
        return expectations.everything, frozenset()
    return expected.wanted, expected.not_here
