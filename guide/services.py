"""The tour: whether somebody wants it, and that they do or do not."""

from accounts.acting import refuse_while_acting
from accounts.models import User

from .models import Tour


def wants_tour(user: User) -> bool | None:
    """What somebody said of the tour; None when nothing."""
    return Tour.objects.filter(user=user).values_list("is_open", flat=True).first()


def open_tour(*, acting_user: User) -> None:
    """Show the tour, from its first step."""
    _say(acting_user, True)


def close_tour(*, acting_user: User) -> None:
    """Show the tour no more, until somebody asks for it."""
    _say(acting_user, False)


def _say(user: User, is_open: bool) -> None:
    refuse_while_acting()
    Tour.objects.update_or_create(user=user, defaults={"is_open": is_open})
