"""Webhooks in the admin and in the terminal."""

from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.support_rights import SupportRight
from audit.models import AuditEntry
from webhooks.models import DeliveryAttempt, OutboxMessage
from webhooks.permissions import NotAllowed
from webhooks.services.deliveries import resend
from webhooks.tasks import send_mail, send_to_endpoint

from .conftest import make_message

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture(scope="module")
def support(standing):
    return User.objects.create_user(
        "support@example.com", "demo", name="Support", is_staff=True, support_rights=list(SupportRight.values)
    )


@pytest.fixture
def browser(support):
    client = Client()
    client.force_login(support)
    client.cookies[django_settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


def address(model, page="changelist", *args):
    return reverse(f"admin:webhooks_{model}_{page}", args=args)


def test_support_sees_webhooks_without_their_secrets_and_messages_with_their_attempts(browser, endpoint):
    message = make_message(endpoint, state="given_up")
    DeliveryAttempt.objects.create(message=message, seconds=0.2, status=500, failure="status", answer="kapot")
    page = browser.get(address("endpoint", "change", endpoint.pk)).content.decode()
    assert endpoint.url in page
    assert endpoint.secret not in page
    assert endpoint.url in browser.get(address("endpoint"), {"q": "127.0.0.1"}).content.decode()
    page = browser.get(address("outboxmessage", "change", message.pk)).content.decode()
    assert message.webhook_id in page
    assert "kapot" in page
    for model, row in (("endpoint", endpoint), ("outboxmessage", message)):
        for page_name in ("change", "delete"):
            assert browser.post(address(model, page_name, row.pk), {"post": "yes"}).status_code == 403
        assert browser.get(address(model, "add")).status_code == 403


def test_support_sends_a_message_again_and_the_trail_names_them(browser, support, endpoint, receiver):
    message, moving = make_message(endpoint, state="given_up"), make_message(endpoint)
    chosen = {"action": "send_again", "_selected_action": [str(message.pk), str(moving.pk)]}
    for reason in ({}, {"reason": "  "}):
        asked = browser.post(address("outboxmessage"), {**chosen, **reason}).content.decode()
        assert "Send 2 messages again" in asked
        assert all(f'value="{value}"' in asked for value in ("send_again", message.pk, moving.pk))
        assert not OutboxMessage.objects.filter(pk=message.pk, state="pending").exists(), "not without a reason"
    said = browser.post(address("outboxmessage"), {**chosen, "reason": "Zaak 12"}, follow=True).content.decode()
    assert "1 message is sent again." in said
    assert "1 message is not sent again." in said
    assert "still on its way" in said
    entry = AuditEntry.objects.get(action="webhook.resent", data__message=message.webhook_id)
    assert (entry.actor, entry.note) == (support, "Zaak 12")
    call_command("send_webhooks")
    assert message.webhook_id in {got.headers["webhook-id"] for got in receiver.received}


def test_neither_a_stranger_nor_former_support_sends_again(endpoint, stranger, colleague):
    message = make_message(endpoint, state="given_up")
    former = User(email="weg@example.com", is_staff=True, is_active=False, support_rights=list(SupportRight.values))
    without = User.objects.create_user("zonder@example.com", is_staff=True, support_rights=[SupportRight.LOOK])
    for user in (stranger, colleague, former, without):
        with pytest.raises(NotAllowed):
            resend(acting_user=user, message=message)


def test_the_terminal_sends_what_is_due(endpoint, receiver, capsys):
    make_message(endpoint)
    make_message(endpoint, due_at=timezone.now() + timedelta(hours=1))
    call_command("send_webhooks", seconds=1)
    assert capsys.readouterr().out == "Attempts made: 1\n"
    assert len(receiver.received) == 1


def test_the_terminal_forgets_what_is_old(endpoint, capsys):
    long_ago = timezone.now() - timedelta(days=10)
    make_message(endpoint, state="delivered", finished_at=long_ago)
    make_message(endpoint, created_at=long_ago)
    call_command("prune_webhooks", days=11)
    call_command("prune_webhooks", days=9)
    assert capsys.readouterr().out == "Messages deleted: 0\nMessages deleted: 1\n"
    assert OutboxMessage.objects.count() == 1
    for days in (0, 99_999_999_999):
        with pytest.raises(CommandError, match="1 day") as refused:
            call_command("prune_webhooks", days=days)
        assert refused.value.returncode == 2


def test_a_wake_up_on_the_queue_is_enough_and_a_false_one_does_nothing(endpoint, receiver):
    message = make_message(endpoint)
    send_to_endpoint(str(endpoint.pk))
    send_to_endpoint(str(endpoint.pk))
    send_mail(str(message.pk))
    send_mail(str(endpoint.pk))
    assert len(receiver.received) == 1
