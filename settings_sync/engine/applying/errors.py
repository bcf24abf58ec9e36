"""What went wrong while applying, as facts and advice."""

from dataclasses import dataclass

import psycopg
from billiard.exceptions import SoftTimeLimitExceeded
from django.db import Error as DjangoError
from psycopg import errors

from settings_sync.engine.triggers import GUARD_SAYS
from settings_sync.exceptions import (
    DatabaseRefused,
    NameTaken,
    RuleBroken,
    SettingsBusy,
    StillUsed,
    SyncError,
    TooSlow,
    Unexpected,
)


@dataclass(frozen=True)
class Explanation:
    """What went wrong, and whether trying again may help."""

    error: SyncError
    may_pass: bool = False


# A right that is missing is one that a migration, or whoever restores a backup, is about to give back: a sync that asks
# in that very moment must not fail for good.
PASSING = (
    errors.InsufficientPrivilege,
    errors.LockNotAvailable,
    errors.DeadlockDetected,
    errors.SerializationFailure,
    errors.QueryCanceled,
    errors.AdminShutdown,
    errors.CrashShutdown,
    errors.CannotConnectNow,
    errors.DiskFull,
    errors.TooManyConnections,
    errors.IdleInTransactionSessionTimeout,
)
CONNECTION_LOST = "08"
# The narrow ones first: the two above are IntegrityErrors as well.
REFUSALS: tuple[tuple[type[psycopg.Error], type[SyncError]], ...] = (
    (errors.UniqueViolation, NameTaken),
    (errors.ForeignKeyViolation, StillUsed),
    (errors.IntegrityError, RuleBroken),
)


def explain(error: Exception) -> Explanation:
    """Turn an error into one that people can read; nothing of the child was written in any of these cases."""
    if isinstance(error, DjangoError) and isinstance(error.__cause__, psycopg.Error):
        error = error.__cause__  # Django's own name for what went wrong on the product's connection
    if isinstance(error, SyncError):
        return Explanation(error)
    if isinstance(error, SoftTimeLimitExceeded):
        return Explanation(TooSlow(), may_pass=True)
    if not isinstance(error, psycopg.Error):
        return Explanation(Unexpected())
    if isinstance(error, errors.LockNotAvailable):
        return Explanation(SettingsBusy(), may_pass=True)
    refusal = next((named for kind, named in REFUSALS if isinstance(error, kind)), DatabaseRefused)
    lost = isinstance(error, (psycopg.OperationalError, psycopg.InterfaceError)) and not error.sqlstate
    passing = isinstance(error, PASSING) or lost or (error.sqlstate or "").startswith(CONNECTION_LOST)
    # What the guard of daily data refuses is refused again, however often it is tried.
    passing = passing and not str(error).startswith(GUARD_SAYS)
    return Explanation(refusal(fact=_fact(error), **_rule(error)), may_pass=passing)


def _rule(error: psycopg.Error) -> dict[str, str]:
    """The constraint that was broken and its table, from which a reader gets a sentence (exceptions.py)."""
    table = error.diag.table_name
    rule = error.diag.constraint_name
    return {"table": table, "rule": rule} if table and rule else {}


def _fact(error: Exception) -> str:
    """The database's own words: the key that clashes where it names one, else the first line of the message.

    Its other details are whole rows, which are nobody's words.
    """
    diagnosis = getattr(error, "diag", None)
    names_key = isinstance(error, (errors.UniqueViolation, errors.ForeignKeyViolation))
    detail = diagnosis and ((diagnosis.message_detail if names_key else None) or diagnosis.message_primary)
    return str(detail or error).strip().split("\n")[0]
