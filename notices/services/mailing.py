"""The mail with what somebody was told: one for all that came together, written when it is sent.

It is a message of the outbox like any other, so that a sender that dies leaves it to another, and nothing goes twice.
"""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from webhooks.models import OutboxMessage
from webhooks.services.letters import Content, register_letter

from ..models import Notice, NoticeChoice
from .reading import NoticeRow, in_words
from .telling import MAIL

MOST_IN_ONE = 50


def register_mail() -> None:
    """Tell the outbox what such a mail says; called once, when the app is ready."""
    register_letter(MAIL, _("notices"), _write)


def _write(message: OutboxMessage, _facts: Mapping[str, Any]) -> Content | None:
    reader = message.recipient
    if reader is None or not reader.is_active:
        return None
    in_it = Notice.objects.filter(mailed_with=message.pk)
    # A second attempt says what the first one said: a mail program that has got that shows no other in its place.
    if not in_it.exists():
        _gather(message, reader)
    notices = list(in_it.order_by("created_at", "id"))
    with translation.override(reader.reads):
        rows = [row for row in in_words(reader, notices) if row.words.links]
    if not rows:
        return None
    context = {
        "rows": [_for_mail(row) for row in rows[:MOST_IN_ONE]],
        "number": len(rows),
        "more": len(rows[MOST_IN_ONE:]),
        "all_link": _whole(reverse("notices:list")),
        "choices_link": _whole(reverse("account:profile")),
    }
    return Content("notices/mail", context, reader.reads)


def _gather(message: OutboxMessage, reader: User) -> None:
    """Put in this mail what its reader waits for; what they have read or do not want any more is not mailed."""
    unwanted = NoticeChoice.objects.filter(user=reader, is_mailed=False).values("kind")
    waiting = Notice.objects.filter(user=reader, is_mailed=True, mailed_with=None)
    waiting.filter(read_at=None).exclude(kind__in=unwanted).update(mailed_with=message.pk)


def _for_mail(row: NoticeRow) -> dict[str, Any]:
    links = [(link.label, _whole(link.address)) for link in row.words.links]
    return {"text": row.words.text, "note": row.words.note, "links": links, "is_one": len(links) == 1}


def _whole(address: str) -> str:
    return f"{settings.BASE_URL.rstrip('/')}{address}"
