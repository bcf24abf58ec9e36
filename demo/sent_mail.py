"""What the demo mailed, read back: there mail goes to files instead of to people."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

from django.conf import settings
from django.utils.timezone import localtime

TO_FILES = "django.core.mail.backends.filebased.EmailBackend"
MOST_SHOWN = 50
BETWEEN = "-" * 79
"""The line that Django's backend writes after each mail."""


@dataclass(frozen=True)
class SentMail:
    """One mail as its reader would see it."""

    at: datetime
    to: str
    subject: str
    text: str


def shows_mail() -> bool:
    """Whether mail stays here: in the demo, and only as long as no mail server is named."""
    return bool(settings.DEMO and settings.EMAIL_BACKEND == TO_FILES)


def sent_mails() -> list[SentMail]:
    """The mails that were sent last, latest first."""
    folder = Path(str(getattr(settings, "EMAIL_FILE_PATH", "")))
    # By when they were written: the names of two of one second tell nothing, and neither do the dates in them.
    files = sorted(folder.glob("*.log"), key=lambda file: file.stat().st_mtime_ns, reverse=True)[:MOST_SHOWN]
    mails = [mail for file in files for mail in reversed(_mails_in(file))]
    return sorted(mails, key=lambda mail: mail.at, reverse=True)[:MOST_SHOWN]


def _mails_in(file: Path) -> list[SentMail]:
    texts = file.read_bytes().split(f"\n{BETWEEN}\n".encode())
    return [_read(text) for text in texts if text.strip()]


def _read(written: bytes) -> SentMail:
    message = message_from_bytes(written, _class=EmailMessage, policy=policy.default)
    # Django writes that it is UTC as "-0000", which the standard library reads as "of no known place".
    at = localtime(parsedate_to_datetime(str(message["Date"])).replace(tzinfo=UTC))
    body = message.get_body(preferencelist=("plain", "html"))
    text = str(body.get_content()) if body else ""
    return SentMail(at, str(message["To"]), str(message["Subject"]), text)
