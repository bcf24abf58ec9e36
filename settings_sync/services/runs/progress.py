"""How far a worker is with a target, for the run page. Only a courtesy: it is lost without harm."""

import logging
import uuid
from collections.abc import Collection
from dataclasses import dataclass

from django.core.cache import cache
from redis.exceptions import RedisError

from settings_sync.models import SyncTarget
from tenants.binding import cache_key

logger = logging.getLogger(__name__)

KEPT_SECONDS = 600
FEW = 10
"""With so many settings or fewer a target is done before anybody could look, and nothing is noted of it."""


@dataclass(frozen=True)
class Progress:
    """The kind that is being written, and how many of the target's settings are written."""

    kind: str
    done: int
    total: int


def note_progress(target: SyncTarget, progress: Progress) -> None:
    """Remember how far a target is, where it takes a while; without the cache server nothing happens."""
    if progress.total <= FEW:
        return
    try:
        cache.set(_key(target), (progress.kind, progress.done, progress.total), KEPT_SECONDS)
    except (RedisError, OSError) as error:
        logger.info("Progress is not kept: %s", error)


def read_progress(targets: Collection[SyncTarget]) -> dict[uuid.UUID, Progress]:
    """What is known of these targets; empty without the cache server."""
    try:
        found = cache.get_many([_key(target) for target in targets])
    except (RedisError, OSError):
        return {}
    by_key = {_key(target): target.pk for target in targets}
    return {by_key[key]: Progress(*value) for key, value in found.items()}


def _key(target: SyncTarget) -> str:
    return cache_key(target.administration_id, "sync-progress", target.pk)
