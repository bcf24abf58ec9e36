"""Who may do what, in which administration."""

from django.contrib.auth.models import AnonymousUser

from accounts.models import User

from .models import Administration, Membership
from .rights import Right


class NotAllowed(Exception):
    """You do not have the right to do this here."""

    def __init__(self, right: str) -> None:
        self.right = right
        super().__init__(f"missing right {right}")


def rights_of(user: User | AnonymousUser, administration: Administration) -> frozenset[str] | None:
    """The rights of a user in an administration, or None when they may not even enter it."""
    if not user.is_active:
        return None
    membership = Membership.objects.filter(user=user, administration=administration).select_related("role").first()
    return None if membership is None else frozenset(membership.role.rights)


def may(user: User, right: Right, administration: Administration) -> bool:
    """Whether the user holds this right in this administration."""
    return right in (rights_of(user, administration) or ())


def require(user: User, right: Right, administration: Administration) -> None:
    """Raise NotAllowed unless the user holds this right in this administration."""
    if not may(user, right, administration):
        raise NotAllowed(right)


def may_switch(user: User | AnonymousUser, administration: Administration) -> bool:
    """Whether the user may enter any other administration than this one."""
    found = Administration.objects.reachable_by(user).exclude(state__in=Administration.GONE)
    return found.exclude(pk=administration.pk).exists()


def reachable_administrations(user: User | AnonymousUser) -> list[Administration]:
    """The administrations that the user may enter, mains first, each followed by its subs."""
    found = Administration.objects.reachable_by(user).exclude(state__in=Administration.GONE)
    rows = list(found.select_related("parent"))
    return sorted(rows, key=lambda row: (row.main.name.casefold(), not row.is_main, row.name.casefold()))
