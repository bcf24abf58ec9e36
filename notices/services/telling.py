"""Telling people, in the transaction of what they are told: a notice exists if and only if that was committed.

However many people and administrations it is about, it takes the same few statements.
"""

import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from webhooks.events import write_body
from webhooks.models import OutboxMessage

from ..kinds import find_kind
from ..models import Notice, NoticeChoice

MAIL = "notices.mail"
GATHERED_FOR = timedelta(seconds=60)
"""What comes within this time of the first is in the same mail."""
AT_ONCE = 1000


@dataclass(frozen=True)
class Reader:
    """Somebody to tell, of which administrations, and what only they are told of it."""

    user_id: int
    administrations: tuple[uuid.UUID, ...]
    facts: Mapping[str, Any] = field(default_factory=dict)


def tell(kind: str, *, about: str, readers: Iterable[Reader], unmailed: Collection[int] = (), **facts: Any) -> int:
    """Tell these people, each as they chose, and return to how many a notice was written.

    `about` names what it tells of: told again, nothing is written. `unmailed` are people who get a mail of this
    anyhow. `facts` must be JSON-serialisable and hold no secret.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("A notice is written in the transaction of what it tells.")
    asked = list(readers)
    choices = _choices(kind, [reader.user_id for reader in asked])
    made = []
    for reader in asked:
        is_shown, is_mailed = choices[reader.user_id]
        is_mailed = is_mailed and settings.SENDS_MAIL and reader.user_id not in unmailed
        if is_shown or is_mailed:
            notice = Notice(user_id=reader.user_id, kind=kind, about=about, is_shown=is_shown, is_mailed=is_mailed)
            notice.administrations = list(reader.administrations)
            notice.facts = {**facts, **reader.facts}
            made.append(notice)
    # In one order, so that of two that tell the same people neither waits for the other in a circle.
    made.sort(key=lambda notice: notice.user_id)
    Notice.objects.bulk_create(made, batch_size=AT_ONCE, ignore_conflicts=True)
    _send_mail({notice.user_id for notice in made if notice.is_mailed})
    return len(made)


def _choices(kind: str, users: Collection[int]) -> dict[int, tuple[bool, bool]]:
    known = find_kind(kind)
    assert known is not None, f"No app has registered notices of kind {kind}."
    found: dict[int, tuple[bool, bool]] = dict.fromkeys(users, (True, known.is_mailed))
    chosen = NoticeChoice.objects.filter(kind=kind, user__in=users)
    return found | {choice.user_id: (choice.is_shown, choice.is_mailed) for choice in chosen}


def _send_mail(users: set[int]) -> None:
    """Let one mail be sent to each of them soon. What it says is gathered when it is sent: this and what came since."""
    if not users:
        return
    waiting = OutboxMessage.objects.filter(
        event=MAIL, recipient__in=users, state=OutboxMessage.State.PENDING, attempts=0, lease_token=None
    )
    # Locked, so that no sender takes it before this is committed; one that a sender has now gathers what it sees now.
    covered = set(waiting.select_for_update(skip_locked=True, no_key=True).values_list("recipient_id", flat=True))
    now = timezone.now()
    OutboxMessage.objects.bulk_create(
        [
            OutboxMessage(
                recipient_id=user,
                event=MAIL,
                body=write_body(MAIL, now, {}),
                created_at=now,
                due_at=now + GATHERED_FOR,
            )
            for user in sorted(users - covered)
        ],
        batch_size=AT_ONCE,
    )
