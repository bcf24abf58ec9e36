"""Acting on behalf of a user: by support, with a reason, for half an hour, and with both names in the trail.

The session stays the staff member's own; for as long as it says so and the row is open, by the database's clock,
requests are the other user's. Whatever is written meanwhile asks here who is behind it.
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import BooleanField, DurationField, ExpressionWrapper, F, Q
from django.db.models.functions import Least, Now
from django.utils.translation import gettext as _

from .models import ActingSession, User
from .support_rights import SupportRight, may_support
from .trail import tell

LASTS = timedelta(minutes=30)
LONGEST_REASON = 1000
NAME_LENGTH = 254


@dataclass(frozen=True)
class Acting:
    """Who acts on whose behalf, and how long yet."""

    id: uuid.UUID
    staff: User
    user: User
    seconds_left: int

    @property
    def minutes_left(self) -> int:
        """Whole minutes, the last one counted as one."""
        return -(-self.seconds_left // 60)


class ActingRefused(Exception):
    """You may not act on behalf of this user: that takes the right to, and is never possible for support itself or for
    a closed account."""

    def __str__(self) -> str:
        return _("You may not act on behalf of this user. It takes a right of its own, and support itself is left out.")


class ReasonToActMissing(ActingRefused):
    """There is no reason, or a longer one than fits."""

    def __str__(self) -> str:
        return _("Say why, in at most %d characters: the reason is kept in the trail.") % LONGEST_REASON


class NotWhileActing(PermissionDenied):
    """What only the user can do: their account, what they sign in with, and secrets."""

    def __init__(self) -> None:
        super().__init__(
            _("Signing in, tokens and secrets are somebody's own: these are not touched on behalf of them.")
        )


_current: ContextVar[Acting | None] = ContextVar("acting", default=None)


@contextmanager
def acting_as(acting: Acting) -> Iterator[None]:
    """What is written in the block is done by support on behalf of the user."""
    token = _current.set(acting)
    try:
        yield
    finally:
        _current.reset(token)


def staff_behind(user: Any) -> User | None:
    """Who of support acts on behalf of this user just now, in this request."""
    acting = _current.get()
    return acting.staff if acting is not None and user is not None and user.pk == acting.user.pk else None


def written_name(user: Any) -> str:
    """The name that a log shows: of support with that of the user in brackets, or the user's alone."""
    staff = staff_behind(user)
    return (f"{staff} ({user})" if staff else str(user or ""))[:NAME_LENGTH]


def refuse_while_acting() -> None:
    """Raise NotWhileActing in a request that is made on behalf of somebody."""
    if _current.get() is not None:
        raise NotWhileActing


def may_act_for(staff: Any, user: User) -> bool:
    """Whether support may act on behalf of this user: never for staff, superusers or closed accounts."""
    is_customer = user.is_active and not user.is_staff and not user.is_superuser
    return is_customer and may_support(staff, SupportRight.ACT)


def begin_acting(*, acting_user: User, user: User, reason: str) -> ActingSession:
    """Begin; what this member of support did before on behalf of others ends. Raises ActingRefused, NotWhileActing or
    ReasonToActMissing."""
    refuse_while_acting()
    if not may_act_for(acting_user, user):
        raise ActingRefused
    said = reason.strip()
    if not said or len(said) > LONGEST_REASON:
        raise ReasonToActMissing
    with transaction.atomic():
        # Two that begin at once would not see each other.
        User.objects.select_for_update(no_key=True).get(pk=acting_user.pk)
        for former in ActingSession.objects.filter(staff=acting_user, ended_at=None):
            end_acting(former.pk, how="another")
        row = ActingSession.objects.create(
            staff=acting_user, user=user, reason=said, started_at=Now(), ends_at=Now() + LASTS
        )
        row.refresh_from_db()
        tell("acting.started", actor=acting_user, on_behalf_of=str(user), note=said, **_facts(row))
    return row


def end_acting(session_id: uuid.UUID, *, how: str) -> bool:
    """End it and tell the trail, once; whether it was still open. What is over by the database's clock ended by its
    `time`, whatever else came later; else by the `button`, by signing out (`signed_out`), because `another` began, or
    because it is `not_allowed` any more."""
    is_over = ExpressionWrapper(Q(ends_at__lte=Now()), output_field=BooleanField())
    with transaction.atomic():
        row = ActingSession.objects.select_for_update(of=("self",)).filter(pk=session_id, ended_at=None)
        found = row.select_related("staff", "user").annotate(is_over=is_over).first()
        if found is None:
            return False
        ActingSession.objects.filter(pk=found.pk).update(ended_at=Least(Now(), F("ends_at")))
        how = "time" if found.is_over else how
        tell("acting.ended", actor=found.staff, on_behalf_of=str(found.user), how=how, **_facts(found))
    return True


def end_what_is_over() -> int:
    """End what is over by the database's clock though nobody came back to see it; returns how many that were."""
    over = ActingSession.objects.filter(ended_at=None, ends_at__lte=Now()).values_list("pk", flat=True)
    return sum(end_acting(number, how="time") for number in list(over))


def find_acting(session_id: uuid.UUID, staff: Any) -> Acting | None:
    """What is going on under this number, or None: not begun by them, ended, over by the database's clock, or not
    allowed any more."""
    left = ExpressionWrapper(F("ends_at") - Now(), output_field=DurationField())
    going_on = ActingSession.objects.filter(pk=session_id, ended_at=None, ends_at__gt=Now(), staff_id=staff.pk)
    row = going_on.select_related("user").annotate(left=left).first()
    if row is None or not may_act_for(staff, row.user):
        return None
    return Acting(row.pk, staff, row.user, int(row.left.total_seconds()))


def _facts(row: ActingSession) -> dict[str, str]:
    return {"acting": str(row.pk), "user": row.user.email, "until": row.ends_at.isoformat()}
