"""Webhooks of the first customer, and receivers on this machine.

The two customers stand for a whole module (`standing`); what a test makes for them is removed after it.
"""

import uuid
from collections.abc import Callable, Iterator

import pytest
from django.utils import timezone

from accounts.models import User
from tenants.models import Administration
from tenants.rights import EMPLOYEE_ROLE
from tests.conftest import make_administration, make_member
from webhooks.events import Event, write_body
from webhooks.models import Endpoint, MailChoice, OutboxMessage
from webhooks.services.endpoints import create_endpoint

from .receiver import Receiver, receiving


@pytest.fixture
def db(standing: None) -> Iterator[None]:
    """The database stands for the module; webhooks, messages and choices go after each test."""
    yield
    for model in (OutboxMessage, Endpoint, MailChoice):
        model.objects.all().delete()


@pytest.fixture(scope="module")
def main(standing: None) -> Administration:
    return make_administration("Van Dijk")


@pytest.fixture(scope="module")
def child(main: Administration) -> Administration:
    return make_administration("Van Dijk Noord", main)


@pytest.fixture(scope="module")
def owner(main: Administration) -> User:
    return make_member(main)


@pytest.fixture(scope="module")
def colleague(main: Administration) -> User:
    return make_member(main, EMPLOYEE_ROLE)


@pytest.fixture(scope="module")
def foreign_main(standing: None) -> Administration:
    return make_administration("De Boer")


@pytest.fixture(scope="module")
def stranger(foreign_main: Administration) -> User:
    return make_member(foreign_main)


@pytest.fixture(autouse=True)
def private_is_allowed(settings) -> None:
    """The receivers of the tests are on this machine. Tests of the refusal take it away again."""
    settings.WEBHOOKS_ALLOW_PRIVATE = True


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


@pytest.fixture
def make_endpoint(db, owner, main) -> Callable[..., Endpoint]:
    """Makes a webhook of the first customer that is told everything."""

    def make(url: str = "https://example.com/hook", **fields) -> Endpoint:
        events = fields.pop("events", Event.values)
        return create_endpoint(acting_user=owner, main=main, url=url, events=events, **fields)

    return make


@pytest.fixture
def endpoint(make_endpoint, receiver) -> Endpoint:
    """A webhook at the receiver."""
    return make_endpoint(receiver.url)


def make_message(endpoint: Endpoint, **fields) -> OutboxMessage:
    """A message that is due now."""
    body = write_body(Event.RUN_FINISHED, timezone.now(), {"run": str(uuid.uuid4())})
    return OutboxMessage.objects.create(
        endpoint=endpoint, administration=endpoint.administration, event=Event.RUN_FINISHED, body=body, **fields
    )
