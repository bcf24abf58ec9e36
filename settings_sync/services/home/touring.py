"""Who sees the tour of a first sync."""

from accounts.models import User
from guide.services import wants_tour
from settings_sync.models import SyncRun


def shows_tour(user: User) -> bool:
    """Whether somebody wants the tour; who said nothing of it sees it until they begin a second sync.

    Not only until the first: its last step is the result of that one.
    """
    wanted = wants_tour(user)
    if wanted is not None:
        return wanted
    return SyncRun.objects.filter(requested_by=user)[:2].count() <= 1
