"""When a message that did not arrive is tried again. Pure: the clock and the chance are handed in."""

from collections.abc import Callable
from datetime import datetime, timedelta

FIRST_WAIT = timedelta(seconds=5)
FACTOR = 3
LONGEST_WAIT = timedelta(hours=12)
JITTER = 0.2
TRIED_FOR = timedelta(days=3)

PAUSE_AFTER = 3
LONGEST_PAUSE = timedelta(minutes=5)

Chance = Callable[[float, float], float]


def next_attempt(*, attempts: int, now: datetime, give_up_at: datetime, chance: Chance) -> datetime | None:
    """When to try again after this many failed attempts; None when it was the last.

    Waits grow threefold from five seconds to twelve hours, each a fifth shorter or longer by chance so that what failed
    together does not come back together. The last attempt is at `give_up_at`.
    """
    if now >= give_up_at:
        return None
    wait = _grown(FIRST_WAIT, FACTOR, attempts - 1, LONGEST_WAIT)
    return min(now + wait * chance(1 - JITTER, 1 + JITTER), give_up_at)


def pause_after(failures: int) -> timedelta:
    """How long an endpoint that failed so often in a row is left alone, so that it holds up no others."""
    if failures < PAUSE_AFTER:
        return timedelta(0)
    return _grown(FIRST_WAIT, 2, failures - PAUSE_AFTER, LONGEST_PAUSE)


def _grown(first: timedelta, factor: int, times: int, most: timedelta) -> timedelta:
    return min(first * int(factor ** min(times, 30)), most)
