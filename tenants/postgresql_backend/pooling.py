"""Refusing a pooler that gives the statements of one session to several connections of the database.

What a session has set, its schema above all, then holds for some of its statements only: 4,984 of 10,000 rows went to
the wrong administration, without an error. Locks of a session do not hold there either, whatever the pooler tracks.
"""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import Any

import psycopg

from .requirements import UnfitDatabase

PROBE_SCHEMA = "eenlijn_pooler_probe"
SESSIONS = 4

Connect = Callable[[], Any]

SENTENCE = (
    "Between Eenlijn and its database stands a pooler that gives one session's statements to several connections{how}. "
    "Statements would run in the wrong administration. Use pool_mode = session for DATABASE_URL and SYNC_DATABASE_URL, "
    "or no pooler."
)

_known: dict[tuple[Any, ...], bool] = {}


def refuse_shared_sessions(connection: Any, parameters: Mapping[str, Any]) -> None:
    """Refuse to work through a pooler in transaction or statement mode; looked at once per process and address.

    Raises UnfitDatabase.
    """
    address = tuple(str(parameters.get(name)) for name in ("host", "port", "user", "dbname"))
    if address not in _known:
        if not is_direct(connection):
            plain = {name: found for name, found in parameters.items() if name not in ("cursor_factory", "context")}
            probe(lambda: psycopg.connect(**plain, autocommit=True))
        _known[address] = True


def is_direct(connection: Any) -> bool:
    """Whether the process that answers is the one that took the connection; a pooler names a process of its own."""
    found = connection.execute("SELECT pg_backend_pid()").fetchone()
    return bool(found[0] == connection.info.backend_pid)


def probe(connect: Connect) -> None:
    """Set something in one session and look where it holds. Raises UnfitDatabase when it is not there alone."""
    with ExitStack() as stack:
        first, *others = [stack.enter_context(connect()) for _ in range(SESSIONS)]
        first.execute(f"SET search_path = {PROBE_SCHEMA}")
        home = _pid(first)
        # Their open transactions occupy connections of the database, the one that `first` used among them.
        for other in others:
            other.execute("BEGIN")
            if _schema(other) == PROBE_SCHEMA:
                raise UnfitDatabase(SENTENCE.format(how=" and does not track search_path"))
        if _schema(first) != PROBE_SCHEMA:
            raise UnfitDatabase(SENTENCE.format(how=" and does not track search_path"))
        if _pid(first) != home:
            raise UnfitDatabase(SENTENCE.format(how=""))


def _schema(session: Any) -> str:
    return str(session.execute("SHOW search_path").fetchone()[0])


def _pid(session: Any) -> int:
    return int(session.execute("SELECT pg_backend_pid()").fetchone()[0])
