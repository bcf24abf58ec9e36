"""Advisory locks of the session: they outlast transactions, and go with the connection."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def session_lock(key: "tuple[int, str] | int", *, wait: bool = True) -> Iterator[bool]:
    """Hold a lock while a block runs, in whichever transactions; the connection is not replaced meanwhile.

    `key` is one number, or a number and the name of a schema. Without waiting it gives False when another has it.
    """
    values = key if isinstance(key, tuple) else (key,)
    marks = "%s, hashtext(%s)" if isinstance(key, tuple) else "%s"
    take = f"pg_advisory_lock({marks}) IS NOT NULL" if wait else f"pg_try_advisory_lock({marks})"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {take}", values)
        (is_mine,) = cursor.fetchone()
    held = connection.session_locks  # type: ignore[attr-defined]
    holder = object()
    if is_mine:
        held.add(holder)
    try:
        yield is_mine
    finally:
        held.discard(holder)
        if is_mine:
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT pg_advisory_unlock({marks})", values)
