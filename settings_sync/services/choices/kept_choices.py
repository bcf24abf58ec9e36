"""A choice in the wizard that was sent after the session had ended, kept until its maker has signed in again.

It is a proposal, as `?to=` and `?item=` in the wizard's address are: it is filled in for whoever opens the address, and
what they may not reach is not among it. So it needs no protection, only a limit to its size, number and time.
"""

import logging
import re
import secrets

from django.core.cache import cache
from django.http import QueryDict
from redis.exceptions import RedisError

from tenants.binding import cache_key, shared_key
from tenants.models import Administration

logger = logging.getLogger(__name__)

NOT_CHOSEN = ("csrfmiddlewaretoken", "do", "pick", "page")
KEPT_SECONDS = 30 * 60
MOST_CHARACTERS = 200_000
MOST_PER_ADDRESS = 60

MARK = re.compile(r"[A-Za-z0-9_-]{22}")
"""What `secrets.token_urlsafe(16)` gives."""


def keep_choice(*, main_slug: str, sent: QueryDict, address: str) -> str:
    """Keep what was ticked; gives the mark to find it by, or "" when it is too much or the cache server is away.

    `address` is the network address that choices are counted for. Who has not signed in does not learn from the mark
    whether there is such an administration.
    """
    choice = {name: sent.getlist(name) for name in sent if name not in NOT_CHOSEN}
    if sum(len(name) + len(value) for name, values in choice.items() for value in values) > MOST_CHARACTERS:
        return ""
    mark = secrets.token_urlsafe(16)
    try:
        if _count(address) > MOST_PER_ADDRESS:
            return ""
        main = Administration.objects.existing().filter(slug=main_slug).first()
        if main is not None:
            cache.set(_key(main, mark), choice, KEPT_SECONDS)
    except (RedisError, OSError) as error:
        logger.info("A choice is not kept: %s", error)
        return ""
    return mark


def find_kept_choice(*, main: Administration, mark: str) -> QueryDict | None:
    """What was ticked for this main administration, as it was sent; None when it is not kept, or not any more."""
    try:
        # Comes from the address, and becomes part of a key.
        choice = cache.get(_key(main, mark)) if MARK.fullmatch(mark) else None
    except (RedisError, OSError):
        choice = None
    if choice is None:
        return None
    found = QueryDict(mutable=True)
    for name, values in choice.items():
        found.setlist(name, values)
    return found


def _count(address: str) -> int:
    key = shared_key("kept-choices", address)
    # Counting keeps the time that this gives, so that it begins anew when that is over.
    cache.add(key, 0, KEPT_SECONDS)
    try:
        return cache.incr(key)
    except ValueError:  # the time was over between the two
        return 1


def _key(main: Administration, mark: str) -> str:
    return cache_key(main.pk, "kept-choice", mark)
