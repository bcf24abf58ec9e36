"""Mails to one person that are not about a sync: written when they are sent, by the app that knows what they say.

What is kept on the way are facts, such as the number of an invitation: a link that lets somebody in is made at the last
moment, and stands in no table and no log.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation

from accounts.models import User
from tenants import exact_json
from tenants.models import Administration

from ..events import EVENT_LABELS, write_body
from ..models import OutboxMessage
from ..waking import wake_for_mails


@dataclass(frozen=True)
class Letter:
    """A mail as it is sent."""

    address: str
    subject: str
    text: str


@dataclass(frozen=True)
class Content:
    """What a mail says: the name of its two templates, what they show, and where it goes instead of to its reader."""

    template: str
    context: Mapping[str, Any]
    language: str
    address: str = ""


Write = Callable[[OutboxMessage, Mapping[str, Any]], Content | None]
_writers: dict[str, Write] = {}


def register_letter(event: str, label: Any, write: Write) -> None:
    """Let `write` say what a mail of this kind contains, from its facts; None when it is not to be sent any more."""
    _writers[event] = write
    EVENT_LABELS[event] = label


def send_letter(
    event: str,
    *,
    recipient: User | None = None,
    address: str = "",
    administration: Administration | None = None,
    **facts: Any,
) -> None:
    """Put one mail in the outbox, in the caller's transaction; without a mail server none is written.

    It goes to a user, or to the address of somebody who is none. `facts` must be JSON-serialisable and hold no secret.
    """
    if not settings.SENDS_MAIL:
        return
    now = timezone.now()
    with transaction.atomic():
        message = OutboxMessage.objects.create(
            recipient=recipient,
            address=address,
            administration=administration,
            event=event,
            body=write_body(event, now, facts),
            created_at=now,
        )
        wake_for_mails([message.pk])


def write_letter(message: OutboxMessage) -> Letter | None:
    """The text of a mail as it is now; None when nobody waits for it any more."""
    content = _writers[message.event](message, exact_json.load(message.body)["data"])
    if content is None:
        return None
    with translation.override(content.language):
        subject = " ".join(render_to_string(f"{content.template}_subject.txt", dict(content.context)).split())
        text = render_to_string(f"{content.template}.txt", dict(content.context))
    reader = message.recipient.email if message.recipient else message.address
    return Letter(content.address or reader, subject, text)
