"""What went wrong while applying, as facts and advice."""

from dataclasses import dataclass

import psycopg
from billiard.exceptions import SoftTimeLimitExceeded
from django.utils.translation import gettext as _
from psycopg import errors

from ..exceptions import SyncError


@dataclass(frozen=True)
class Explanation:
    """A code for programs, a sentence for people, and whether trying again may help."""

    code: str
    detail: str
    may_pass: bool = False


PASSING = (
    errors.LockNotAvailable,
    errors.DeadlockDetected,
    errors.SerializationFailure,
    errors.QueryCanceled,
    errors.AdminShutdown,
    errors.CrashShutdown,
    errors.CannotConnectNow,
    errors.DiskFull,
    errors.TooManyConnections,
)


def explain(error: Exception) -> Explanation:
    """Turn an error into words; nothing of the child was written in any of these cases."""
    if isinstance(error, SyncError):
        return Explanation(error.code, error.detail)
    if isinstance(error, SoftTimeLimitExceeded):
        return Explanation("too-slow", _("It took longer than a worker may work on one administration."), True)
    if not isinstance(error, psycopg.Error):
        return Explanation("unexpected", _("Something unexpected went wrong; nothing was changed here."))
    if isinstance(error, errors.LockNotAvailable):
        return Explanation("busy", _("Somebody is editing settings in this administration; it is tried again."), True)
    if isinstance(error, errors.UniqueViolation):
        return Explanation("name-taken", _("A name or default was taken meanwhile: {fact}").format(fact=_fact(error)))
    if isinstance(error, errors.ForeignKeyViolation):
        return Explanation("still-used", _("Something that is used would disappear: {fact}").format(fact=_fact(error)))
    if isinstance(error, errors.IntegrityError):
        return Explanation("rule-broken", _("A rule of the database forbids it: {fact}").format(fact=_fact(error)))
    passing = isinstance(error, PASSING) or (isinstance(error, psycopg.OperationalError) and not error.sqlstate)
    detail = _("The database refused: {fact}").format(fact=_fact(error))
    return Explanation("database-error", detail, passing)


def _fact(error: Exception) -> str:
    """The database's own words: detail when it gives one, else the first line of the message."""
    diagnosis = getattr(error, "diag", None)
    detail = diagnosis and (diagnosis.message_detail or diagnosis.message_primary)
    return str(detail or error).strip().split("\n")[0]
