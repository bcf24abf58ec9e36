"""Whether broker and workers answer; also for load balancers, which ask every few seconds."""

import logging

from celery import current_app
from django.core.cache import cache
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

WORKER_SEEN = "health:worker-seen"
WORKER_SEEN_SECONDS = 10
WORKER_ANSWERS_WITHIN_SECONDS = 0.7


def broker_answers() -> bool:
    """Whether the queue's server answers."""
    try:
        cache.get(WORKER_SEEN)
    except (RedisError, OSError) as error:
        logger.warning("The broker does not answer: %s", error)
        return False
    return True


def worker_answers() -> bool:
    """Whether a worker answered just now, or a few seconds ago."""
    try:
        if cache.get(WORKER_SEEN):
            return True
        if not current_app.control.broadcast("ping", reply=True, limit=1, timeout=WORKER_ANSWERS_WITHIN_SECONDS):
            return False
        cache.set(WORKER_SEEN, True, WORKER_SEEN_SECONDS)
    except (OperationalError, RedisError, OSError) as error:
        logger.warning("The workers cannot be asked: %s", error)
        return False
    return True
