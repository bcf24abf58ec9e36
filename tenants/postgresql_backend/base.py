"""django-tenants' backend, made to fail closed.

The stock backend swallows a failed `SET search_path` (django-tenant-schemas#193, unchanged in 4.0.1), and the statement
that follows then runs in whatever schema was set before. Here the failure is raised, unless the transaction is already
aborted: then no statement can run before a rollback anyway, and the rollback itself needs a cursor.

The stock backend also selects the schema again before every statement, a round trip each. Since PostgreSQL 18 the
server reports its search path to the client with every answer after which it is another one, after a rollback as well.
So the selection is left out here when the server itself says that it stands; nothing is remembered that could be out of
date. Where the server does not report, or something stands between it and us, every statement selects as before.

A connection is replaced when its statements have been in many administrations, by search path or by naming them.
"""

import re
from collections.abc import Callable
from typing import Any
from weakref import WeakSet

from django.db.backends.postgresql.psycopg_any import is_psycopg3
from django.db.utils import DatabaseError
from django_tenants.postgresql_backend import base
from psycopg.pq import TransactionStatus

from . import pooling, requirements

assert is_psycopg3, "Eenlijn needs psycopg 3."

KEPT = 5_000
SCHEMA_NAME = re.compile("a_[0-9a-f]{16}")
"""As `tenants.models.new_schema_name` makes them."""
_reported: dict[tuple[str, ...], bytes] = {}
"""How the server writes each search path; it is the same on every connection."""


class SearchPathNotSet(DatabaseError):
    """The administration's schema could not be selected, so nothing was run."""


MOST_SCHEMAS = 20
"""A backend keeps up to 1.3 MB per administration that it touched (43 tables); it is replaced after this many."""


class DatabaseWrapper(base.DatabaseWrapper):  # type: ignore[misc]
    """Selects the administration's schema before every cursor, or raises."""

    touched: set[str]
    session_locks: set[object]
    """Something for each lock of the session that is held: they would go with the connection (`session_lock`)."""
    open_cursors: "WeakSet[Any]"
    is_direct = False
    """Whether the connection ends at the server itself: a pooler may answer for a server that is in another schema."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.execute_wrappers.append(self._note_named_schemas)

    def connect(self) -> None:
        """Open a connection that has touched nothing yet, to a database and by a way that keep what is promised.

        One that is refused is closed: it would be there for the next statement, which asks no more.
        """
        self.touched = set()
        self.session_locks = set()
        self.open_cursors = WeakSet()
        self.is_direct = False
        super().connect()
        try:
            pooling.refuse_shared_sessions(self.connection, self.get_connection_params())
            requirements.refuse_unfit_database(self.connection, self.get_connection_params())
            self.is_direct = pooling.is_direct(self.connection)
        except BaseException:
            self.close()
            raise

    def close_if_worn(self) -> None:
        """Close the connection when it has touched many administrations; the next statement opens another.

        It stays for as long as something needs it: a transaction, a lock of the session, a cursor that somebody has.
        """
        if self.connection is None or len(self.touched) <= MOST_SCHEMAS:
            return
        is_held = self.in_atomic_block or self.session_locks or any(not cursor.closed for cursor in self.open_cursors)
        if not is_held:
            self.close()

    def close_if_unusable_or_obsolete(self) -> None:
        """Django calls this between requests, and Celery between tasks."""
        super().close_if_unusable_or_obsolete()
        self.close_if_worn()

    def create_cursor(self, name: str | None = None) -> Any:
        """Open a cursor, and know it for as long as somebody has it."""
        cursor = super().create_cursor(name)
        self.open_cursors.add(cursor)
        return cursor

    def _cursor(self, name: str | None = None) -> Any:
        # Whoever goes from one administration to the next by names in statements enters and leaves none.
        self.close_if_worn()
        return super()._cursor(name)

    def _note_named_schemas(
        self, execute: Callable[..., Any], statement: Any, parameters: Any, many: bool, context: dict[str, Any]
    ) -> Any:
        """Count the administrations that a statement names: a backend remembers their tables as if it had entered."""
        self.touched.update(SCHEMA_NAME.findall(str(statement)))
        return execute(statement, parameters, many, context)

    def _handle_search_path(self, cursor: Any = None) -> None:
        if self._setting_search_path:
            return
        wanted = tuple(self._get_cursor_search_paths())
        if self.is_direct and wanted in _reported and _reported[wanted] == self._reported_path():
            return
        super()._handle_search_path(cursor)
        if self.search_path_set_schemas is None and not self._is_aborted():
            raise SearchPathNotSet(f"Could not select schema {self.schema_name!r}; nothing was run.")
        self.touched.add(self.schema_name)
        if self.search_path_set_schemas is not None:
            self._note_reported(wanted)

    def _reported_path(self) -> bytes | None:
        """The search path as the server reported it last; None before PostgreSQL 18."""
        found: bytes | None = self.connection.pgconn.parameter_status(b"search_path")
        return found

    def _note_reported(self, wanted: tuple[str, ...]) -> None:
        """Remember how the server writes a search path that was just set."""
        reported = self._reported_path()
        if reported is not None:
            if len(_reported) >= KEPT:
                _reported.clear()
            _reported[wanted] = reported

    def _is_aborted(self) -> bool:
        return bool(self.connection.info.transaction_status == TransactionStatus.INERROR)
