"""When a message is tried again, with a clock and a chance of the test's own."""

import itertools
import random
from datetime import UTC, datetime, timedelta

from webhooks.schedule import TRIED_FOR, next_attempt, pause_after

START = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def attempts_until_given_up(chance):
    """The moments of all attempts at a message that never arrives."""
    now, moments = START, []
    while True:
        moments.append(now)
        again = next_attempt(attempts=len(moments), now=now, give_up_at=START + TRIED_FOR, chance=chance)
        if again is None:
            return moments
        assert again > now
        now = again


def test_it_is_tried_for_three_days_ever_more_slowly():
    moments = attempts_until_given_up(lambda low, high: 1.0)
    waits = [later - earlier for earlier, later in itertools.pairwise(moments)]
    assert waits[:4] == [timedelta(seconds=seconds) for seconds in (5, 15, 45, 135)]
    assert max(waits) == timedelta(hours=12)
    assert waits[:-1] == sorted(waits[:-1])
    assert moments[-1] - START == timedelta(days=3)
    assert len(moments) == 15


def test_the_waits_differ_by_a_fifth_at_most():
    chance = random.Random(7).uniform
    for _ in range(50):
        moments = attempts_until_given_up(chance)
        assert 4 <= (moments[1] - moments[0]).total_seconds() <= 6
        assert moments[-1] - START == timedelta(days=3)
    firsts = {attempts_until_given_up(chance)[1] for _ in range(10)}
    assert len(firsts) == 10


def test_an_endpoint_is_left_alone_only_after_some_failures():
    assert [pause_after(failures).total_seconds() for failures in (0, 1, 2, 3, 4, 5, 40)] == [0, 0, 0, 5, 10, 20, 300]
