"""Links in mails: signed, so that nobody makes one up, and each of one kind, so that none opens another's page."""

from typing import Any

from django.conf import settings
from django.core import signing
from django.urls import reverse

from .exceptions import LinkExpired, LinkForeign

INVITATION = "people.invitation"
NEW_ADDRESS = "people.new-address"


def make_key(kind: str, facts: dict[str, Any]) -> str:
    """The last part of a link: what it is about, the moment, and a signature over both."""
    return signing.dumps(facts, salt=kind)


def read_key(kind: str, key: str, seconds: int | None = None) -> dict[str, Any]:
    """What such a key is about. Raises LinkForeign, or LinkExpired when it is older than so many seconds."""
    try:
        facts = signing.loads(key, salt=kind, max_age=seconds)
    except signing.SignatureExpired:
        raise LinkExpired from None
    except (signing.BadSignature, ValueError):
        raise LinkForeign from None
    return dict(facts)


def address_of(name: str, *arguments: str) -> str:
    """The whole address of a page, for a mail."""
    return f"{settings.BASE_URL.rstrip('/')}{reverse(name, args=arguments)}"
