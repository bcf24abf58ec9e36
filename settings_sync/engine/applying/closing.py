"""How a target ends, or is given back to be tried again: one statement, whoever says so."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from settings_sync.exceptions import SyncError
from tenants import exact_json


class Cursor(Protocol):
    """Of psycopg on the sync login, or of Django."""

    @property
    def rowcount(self) -> int: ...

    def execute(self, query: str, params: Any = None, /) -> Any: ...


@dataclass(frozen=True)
class Ending:
    """The state that a target gets, and why it did not succeed. `pause` is how long a queued one waits; `counts` what
    became of its changes, where that is not what was planned."""

    state: str
    error_code: str = ""
    error_facts: Mapping[str, str] | None = None
    error_detail: str = ""
    counts: Mapping[str, int] | None = None
    pause: timedelta | None = None

    @classmethod
    def because_of(cls, state: str, error: SyncError, pause: timedelta | None = None) -> "Ending":
        """The end of a target to which this happened."""
        facts = {name: str(fact) for name, fact in error.facts.items()}
        return cls(state, error.code, facts, error.detail, pause=pause)


CLOSE = (
    "UPDATE public.settings_sync_synctarget SET state = %(state)s, lease_token = NULL, leased_until = NULL,"
    " finished_at = CASE WHEN %(state)s = 'queued' THEN NULL ELSE now() END,"
    " error_code = %(code)s, error_facts = %(facts)s::jsonb, error_detail = %(detail)s,"
    " counts = coalesce(%(counts)s::jsonb, counts)"
    " WHERE id = %(id)s AND lease_token IS NOT DISTINCT FROM %(token)s AND state IN ('queued', 'running')"
)
AGAIN = " SET woken_at = NULL, not_before = now() + %(pause)s, "
"""Left out where nothing is tried again: the sync login may write what a target ends with, and not these."""


def close_target(cursor: Cursor, target_id: uuid.UUID, token: uuid.UUID | None, ending: Ending) -> bool:
    """Give a target that is under way its state and no lease; `token` is the lease under which it was seen last.

    Returns whether that was done: whoever slept past its lease closes nothing.
    """
    cursor.execute(
        CLOSE if ending.pause is None else CLOSE.replace(" SET ", AGAIN, 1),
        {
            "id": target_id,
            "token": token,
            "state": ending.state,
            "pause": ending.pause,
            "code": ending.error_code,
            "facts": None if ending.error_facts is None else exact_json.dump(dict(ending.error_facts)),
            "detail": ending.error_detail,
            "counts": None if ending.counts is None else exact_json.dump(dict(ending.counts)),
        },
    )
    return cursor.rowcount == 1
