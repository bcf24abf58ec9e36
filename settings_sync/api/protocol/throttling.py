"""How often a token may call: counted atomically, and told with every answer.

The headers are of draft-ietf-httpapi-ratelimit-headers: `RateLimit-Policy: "token";q=3000;w=60` says how many calls
a window of so many seconds takes, `RateLimit: "token";r=2999;t=34` how many are left and when the next window begins.
"""

import logging
import time
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from tenants.binding import cache_key

from .authentication import token_of

logger = logging.getLogger(__name__)

WINDOW_SECONDS = 60


@dataclass(frozen=True)
class Allowance:
    """What is left of a window of calls; `left` is below zero for a call that is one too many."""

    most: int
    left: int
    seconds: int

    def headers(self) -> dict[str, str]:
        """The headers that tell it."""
        return {
            "RateLimit-Policy": f'"token";q={self.most};w={WINDOW_SECONDS}',
            "RateLimit": f'"token";r={max(self.left, 0)};t={self.seconds}',
        }


class TokenThrottle(BaseThrottle):
    """Refuses the calls of a token above the limit of a minute; without the cache server nothing is counted."""

    allowance: Allowance | None = None

    def allow_request(self, request: Request, view: Any) -> bool:
        if request.auth is None:
            return True
        self.allowance = view.allowance = count_call(request)
        return self.allowance is None or self.allowance.left >= 0

    def wait(self) -> float | None:
        return None if self.allowance is None else self.allowance.seconds


def count_call(request: Request) -> Allowance | None:
    """Count a call before anything is done for it, so that calls at one instant cannot pass the limit together."""
    token = token_of(request)
    most = settings.API_CALLS_PER_MINUTE
    now = clock()
    window, passed = divmod(int(now), WINDOW_SECONDS)
    key = cache_key(token.administration_id, "api-calls", token.pk, window)
    try:
        cache.add(key, 0, 2 * WINDOW_SECONDS)
        made = cache.incr(key)
    except (RedisError, OSError, ValueError) as error:
        logger.warning("Calls of the API are not counted: %s", error)
        return None
    return Allowance(most=most, left=most - made, seconds=WINDOW_SECONDS - passed)


def clock() -> float:
    """Seconds since 1970, as every web server counts them."""
    return time.time()
