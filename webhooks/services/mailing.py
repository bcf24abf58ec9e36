"""Mails: writing one when it is sent, and sending it; and the one that a sync has ended, with who wants that."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import DatabaseError, transaction
from django.template.loader import render_to_string
from django.utils import translation

from accounts.models import User
from audit.models import record
from tenants import exact_json
from tenants.models import Administration
from tenants.permissions import reachable_administrations

from ..events import RUN_MAIL
from ..exceptions import OnlyInTheMain
from ..models import MailChoice, OutboxMessage
from ..outcomes import Failure, Outcome
from ..permissions import NotAllowed, may_get_mail
from .letters import Letter, write_letter

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Told:
    """How it went in one administration, as the mail says it."""

    name: str
    state: str
    held: int


def find_mail_choice(*, acting_user: User, main: Administration) -> MailChoice:
    """What the user chose for this main administration; never, as long as nothing was chosen. It is not stored."""
    found = MailChoice.objects.filter(user=acting_user, administration=main).first()
    return found or MailChoice(user=acting_user, administration=main, language=translation.get_language())


def choose_mail(*, acting_user: User, main: Administration, when: str, language: str) -> MailChoice:
    """Remember when the user wants a mail, and in which language. Raises NotAllowed or OnlyInTheMain."""
    if not main.is_main:
        raise OnlyInTheMain(name=main.name)
    if not may_get_mail(acting_user, main):
        raise NotAllowed("administrations.see")
    with transaction.atomic():
        choice, _is_new = MailChoice.objects.update_or_create(
            user=acting_user, administration=main, defaults={"when": when, "language": language}
        )
        record("mail.chosen", actor=acting_user, administration=main, when=when)
    return choice


def prepare_mail(message: OutboxMessage) -> Callable[[], Outcome]:
    """Write a claimed mail, so that sending it needs no database; somebody who lost the right to it gets none."""
    if message.event != RUN_MAIL:
        return _prepare(message, lambda: write_letter(message))
    reader = message.recipient
    main = message.administration
    assert main is not None
    choice = MailChoice.objects.filter(user=reader, administration=main).exclude(when=MailChoice.When.NEVER).first()
    if reader is None or choice is None or not may_get_mail(reader, main):
        return lambda: Outcome(Failure.NO_LONGER_WANTED)
    with translation.override(choice.language):
        return _prepare(message, lambda: _about_run(message, reader))


def _prepare(message: OutboxMessage, write: Callable[[], Letter | None]) -> Callable[[], Outcome]:
    try:
        letter = write()
    except DatabaseError:
        raise
    except Exception as error:
        return partial(_failed, message, error)  # one mail that cannot be written must not keep others
    if letter is None:
        return lambda: Outcome(Failure.NO_LONGER_WANTED)
    # The same at every attempt, so that a mail program recognises a second copy.
    message_id = f"<{message.webhook_id}@{urlsplit(settings.BASE_URL).hostname}>"
    mail = EmailMessage(letter.subject, letter.text, to=[letter.address], headers={"Message-ID": message_id})
    return lambda: _send(message, mail)


def _about_run(message: OutboxMessage, reader: Any) -> Letter:
    data = exact_json.load(message.body)["data"]
    reached = {row.slug for row in reachable_administrations(reader)}
    told = [Told(row["name"], row["state"], row["held"]) for row in data["targets"] if row["administration"] in reached]
    context = {
        **data,
        "main": message.administration,
        "told": told,
        "held": sum(row.held for row in told),
        "elsewhere": len(data["targets"]) - len(told),
        "link": settings.BASE_URL.rstrip("/") + data["path"],
        "choices_link": settings.BASE_URL.rstrip("/") + data["choices_path"],
    }
    subject = " ".join(render_to_string("webhooks/run_mail_subject.txt", context).split())
    body = render_to_string("webhooks/run_mail.txt", context)
    return Letter(reader.email, subject, body)


def _send(message: OutboxMessage, mail: EmailMessage) -> Outcome:
    started = time.monotonic()
    try:
        mail.send()
    except Exception as error:
        return _failed(message, error, time.monotonic() - started)
    return Outcome(seconds=time.monotonic() - started)


def _failed(message: OutboxMessage, error: Exception, seconds: float = 0.0) -> Outcome:
    """What a mail server says can hold an address, so the kind of error is all that is kept."""
    kind = type(error).__name__
    logger.warning("Mail %s was not sent: %s", message.webhook_id, kind)
    return Outcome(Failure.MAIL, answer=kind, seconds=seconds)
