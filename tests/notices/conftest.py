"""A kind of notice of this test alone, and a person to tell."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from notices import kinds
from notices.kinds import Kind, Link, Words
from notices.services.telling import Reader, tell
from tenants.models import Administration
from webhooks.models import OutboxMessage

QUIET = "test.quiet"
LOUD = "test.loud"


def _write(facts: Any, administrations: Any) -> Words:
    links = tuple(Link(row.name, f"/a/{row.slug}/") for row in administrations)
    return Words(f"Something about {facts.get('what', 'it')}", links, facts.get("note", ""))


@pytest.fixture(autouse=True)
def two_kinds(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """One kind that is mailed to who chose nothing, and one that is not."""
    monkeypatch.setattr(kinds, "_registered", dict(kinds._registered))
    kinds.register(Kind(QUIET, 1, "Quiet", "info", _write), Kind(LOUD, 2, "Loud", "info", _write, True))
    settings.SENDS_MAIL = True
    settings.BASE_URL = "https://eenlijn.example/"
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def tell_owner(owner: User, main: Administration) -> Callable[..., int]:
    """Tells the owner of their main administration."""

    def tell_one(kind: str = LOUD, about: str = "x", *administrations: Administration, **facts: Any) -> int:
        reader = Reader(owner.pk, tuple(row.pk for row in administrations or (main,)))
        with transaction.atomic():
            return tell(kind, about=about, readers=[reader], **facts)

    return tell_one


def let_the_minute_pass() -> None:
    """What was gathered so far is due."""
    OutboxMessage.objects.update(due_at=timezone.now() - timedelta(seconds=1))
