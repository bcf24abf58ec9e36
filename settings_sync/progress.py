"""How far a worker is with a target, for the run page. Only a courtesy: it is lost without harm."""

import logging
import uuid
from collections.abc import Collection
from dataclasses import dataclass

from django.core.cache import cache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

KEPT_SECONDS = 600


@dataclass(frozen=True)
class Progress:
    """The kind that was written last, and how many of the target's kinds are done."""

    kind: str
    done: int
    total: int


def note_progress(target_id: uuid.UUID, progress: Progress) -> None:
    """Remember how far a target is; without the cache server nothing happens."""
    try:
        cache.set(_key(target_id), (progress.kind, progress.done, progress.total), KEPT_SECONDS)
    except (RedisError, OSError) as error:
        logger.info("Progress is not kept: %s", error)


def read_progress(target_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Progress]:
    """What is known of these targets; empty without the cache server."""
    try:
        found = cache.get_many([_key(target_id) for target_id in target_ids])
    except (RedisError, OSError):
        return {}
    by_key = {_key(target_id): target_id for target_id in target_ids}
    return {by_key[key]: Progress(*value) for key, value in found.items()}


def _key(target_id: uuid.UUID) -> str:
    return f"sync-progress:{target_id}"
