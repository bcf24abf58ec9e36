"""People of one main administration, and the mail that is sent to them."""

import re
import uuid
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core import mail
from django.test import Client

from accounts.models import User
from tenants.models import Administration, Role
from tests.conftest import make_administration
from webhooks.services.sending import send_due

PASSWORD = "een-lang-woord-9"


@pytest.fixture(autouse=True)
def mail_server(settings: Any) -> None:
    """Mail is written, in English, and attempts are counted for this test alone."""
    settings.SENDS_MAIL = True
    settings.BASE_URL = "https://eenlijn.example/"
    settings.LANGUAGE_CODE = "en"
    settings.CACHES = {"default": {**settings.CACHES["default"], "KEY_PREFIX": uuid.uuid4().hex}}


@pytest.fixture
def main(db: None) -> Administration:
    return make_administration("Van Dijk")


@pytest.fixture
def employee_role(colleague: User) -> Role:
    return colleague.memberships.get().role


@pytest.fixture
def administrator_role(owner: User) -> Role:
    return owner.memberships.get().role


def browser(user: User | None = None) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user)
    client.cookies[django_settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


def links_sent() -> list[str]:
    """Send what waits, and return the links in it, in the order of sending."""
    send_due(seconds=5)
    texts = [str(message.body) for message in mail.outbox]
    return [link for text in texts for link in re.findall(r"https://eenlijn\.example(/account/link/\S+)", text)]
