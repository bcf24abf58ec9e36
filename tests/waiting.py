"""Waiting for something to be so, instead of for a time that is long enough on a machine that is not busy."""

import time
from collections.abc import Callable
from typing import TypeVar

from django.db import connection

T = TypeVar("T")

PATIENCE_SECONDS = 120.0
"""Only a test that fails waits this long."""

# The view tells of every database of the server; tests beside this one wait for locks in theirs.
WAITING = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0
"""


def until(found: Callable[[], T], what: str = "what was waited for") -> T:
    """Return what `found` gives once that is true; AssertionError when it takes too long."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (answer := found()):
        assert time.monotonic() < deadline, f"{what} did not come in {PATIENCE_SECONDS:.0f} seconds"
        time.sleep(0.01)
    return answer


def until_somebody_waits() -> None:
    """Return when a connection to this test's database waits for a lock that another one holds."""
    with connection.cursor() as cursor:

        def count() -> int:
            # Within a transaction the view stays as it was when first looked at.
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(WAITING)
            return int(cursor.fetchone()[0])

        until(count, "somebody who waits")
