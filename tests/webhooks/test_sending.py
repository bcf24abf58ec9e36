"""Sending what is due, to a real receiver that verifies with the standard's own library."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from audit.models import AuditEntry
from tests.waiting import PATIENCE_SECONDS
from webhooks import transport
from webhooks.models import DeliveryAttempt, Endpoint, OutboxMessage
from webhooks.outcomes import Failure, Outcome
from webhooks.services import sending
from webhooks.services.deliveries import delivery_lag, forget_old_messages, resend
from webhooks.services.endpoints import rotate_secret, send_test, update_endpoint
from webhooks.services.sending import claim_for_endpoint, send_due, send_to_endpoint, settle

from .conftest import make_message
from .receiver import receiving, say_nothing

pytestmark = pytest.mark.usefixtures("db")

DELIVERED, PENDING, GIVEN_UP = OutboxMessage.State.DELIVERED, OutboxMessage.State.PENDING, OutboxMessage.State.GIVEN_UP


def make_due(*messages):
    """What waiting would come to."""
    for message in messages:
        OutboxMessage.objects.filter(pk=message.pk).update(due_at=timezone.now(), leased_until=None)
    Endpoint.objects.update(resume_at=None, busy_until=None)


def fresh(row):
    row.refresh_from_db()
    return row


def verify(secret, got):
    return Webhook(secret).verify(got.body, got.headers)


def test_a_message_arrives_once_and_is_verified_by_the_standards_own_library(endpoint, receiver):
    message = make_message(endpoint)
    assert send_due() == 1
    (got,) = receiver.received
    assert verify(endpoint.secret, got)["type"] == "run.finished"
    assert got.headers["webhook-id"] == message.webhook_id
    assert (fresh(message).state, message.attempts, message.finished_at is None) == (DELIVERED, 1, False)
    assert send_due() == 0
    assert len(receiver.received) == 1


def test_a_forged_body_or_another_secret_is_not_verified(endpoint, receiver, make_endpoint):
    make_message(endpoint)
    send_due()
    (got,) = receiver.received
    for secret, body in ((endpoint.secret, got.body.replace("run.", "ran.")), (make_endpoint().secret, got.body)):
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(body, got.headers)


def test_for_a_day_after_a_rotation_both_secrets_verify(owner, endpoint, receiver):
    former = endpoint.secret
    new = rotate_secret(acting_user=owner, endpoint=endpoint).secret
    assert new != former
    make_message(endpoint)
    send_due()
    assert verify(former, receiver.received[0]) == verify(new, receiver.received[0])
    assert fresh(endpoint).former_secret_until - timezone.now() > timedelta(hours=23, minutes=59)
    Endpoint.objects.update(former_secret_until=timezone.now())
    make_message(endpoint)
    send_due()
    verify(new, receiver.received[1])
    with pytest.raises(WebhookVerificationError):
        verify(former, receiver.received[1])


def test_what_failed_is_tried_again_under_the_same_id(endpoint, receiver):
    message, receiver.answer, receiver.body = make_message(endpoint), 500, b"broken"
    send_due()
    assert fresh(message).state == PENDING
    assert timedelta(seconds=3) < message.due_at - timezone.now() < timedelta(seconds=7)
    assert send_due() == 0, "it is not due yet"
    make_due(message)
    receiver.answer = 200
    send_due()
    assert fresh(message).state == DELIVERED
    assert [got.headers["webhook-id"] for got in receiver.received] == [message.webhook_id] * 2
    assert receiver.received[0].body == receiver.received[1].body
    tried = DeliveryAttempt.objects.order_by("id").values_list("status", "failure", "answer")
    assert list(tried) == [(500, Failure.STATUS, "broken"), (200, "", "broken")]


def test_every_attempt_is_verified_whatever_the_receiver_does_with_it(endpoint, receiver, monkeypatch):
    """It fails, hangs, sends on to another server, and at last takes it; the next message it never wants again."""
    message = make_message(endpoint)
    with receiving() as elsewhere:

        def send_on(handler):
            handler.send_response(307)
            handler.send_header("Location", elsewhere.url)
            handler.end_headers()

        for answer in (500, say_nothing, send_on, 200):
            receiver.answer = answer
            monkeypatch.setattr(transport, "TOTAL_SECONDS", 0.4 if answer is say_nothing else PATIENCE_SECONDS)
            make_due(message)
            send_due()
        assert not elsewhere.received, "a redirect is not followed"
    assert fresh(message).state == DELIVERED
    assert {verify(endpoint.secret, got)["type"] for got in receiver.received} == {"run.finished"}
    assert [got.headers["webhook-id"] for got in receiver.received] == [message.webhook_id] * 4
    tried = DeliveryAttempt.objects.filter(message=message).order_by("id").values_list("failure", flat=True)
    assert list(tried) == [Failure.STATUS, Failure.TIMEOUT, Failure.REDIRECT, ""]
    receiver.answer, last = 410, make_message(endpoint)
    send_due()
    verify(endpoint.secret, receiver.received[-1])
    assert (fresh(last).state, fresh(endpoint).state) == (GIVEN_UP, "disabled")


def test_after_three_days_it_is_given_up_and_the_webhook_switched_off(endpoint, receiver):
    receiver.answer = 503
    start = timezone.now() - timedelta(days=3)
    first, later = (
        make_message(endpoint, created_at=start, give_up_at=start + timedelta(days=3)),
        make_message(endpoint),
    )
    Endpoint.objects.update(failing_since=start + timedelta(seconds=1))
    send_due()
    assert fresh(first).state == GIVEN_UP
    assert (fresh(endpoint).state, endpoint.disabled_reason) == ("disabled", "failing")
    assert fresh(later).state == GIVEN_UP, "nothing is left on its way to a webhook that is off"
    assert AuditEntry.objects.get(action="webhook.disabled", data__webhook=str(endpoint.pk)).data["reason"] == "failing"
    assert send_due() == 0


def test_a_message_that_is_given_up_alone_does_not_switch_the_webhook_off(endpoint, receiver):
    receiver.answer = 503
    start = timezone.now() - timedelta(days=3)
    message = make_message(endpoint, created_at=start, give_up_at=start + timedelta(days=3))
    Endpoint.objects.update(failing_since=timezone.now() - timedelta(hours=5))
    send_due()
    assert fresh(message).state == GIVEN_UP
    assert fresh(endpoint).is_active


def test_410_switches_the_webhook_off_at_once(endpoint, receiver):
    message, receiver.answer = make_message(endpoint), 410
    send_due()
    assert (fresh(endpoint).state, endpoint.disabled_reason) == ("disabled", "gone")
    assert fresh(message).state == GIVEN_UP
    entry = AuditEntry.objects.get(action="webhook.disabled", data__webhook=str(endpoint.pk))
    assert (entry.administration_id, entry.data["reason"]) == (endpoint.administration_id, "gone")


def test_success_forgets_that_it_failed(endpoint, receiver):
    message, receiver.answer = make_message(endpoint), 500
    for _ in range(4):
        send_due()
        make_due(message)
    assert (fresh(endpoint).failures, endpoint.failing_since is None) == (4, False)
    receiver.answer = 200
    send_due()
    assert (fresh(endpoint).failures, endpoint.failing_since, endpoint.resume_at) == (0, None, None)


def test_an_endpoint_that_keeps_failing_is_left_alone_for_a_while(endpoint, receiver):
    receiver.answer = 500
    for _ in range(5):
        make_message(endpoint)
    assert send_due() == 3, "after three failures it rests, though two messages are due"
    assert fresh(endpoint).resume_at > timezone.now()
    assert send_due() == 0


def test_a_sender_killed_before_marking_sends_again_under_the_same_id(endpoint, receiver):
    message = make_message(endpoint)
    claim_for_endpoint().send()
    assert send_due() == 0, "its lease has not ended"
    assert fresh(message).state == PENDING
    make_due(message)
    assert send_due() == 1
    assert [got.headers["webhook-id"] for got in receiver.received] == [message.webhook_id] * 2
    assert fresh(message).state == DELIVERED


def test_a_message_that_somebody_has_is_not_taken_though_its_endpoint_is_free(endpoint):
    make_message(endpoint)
    assert claim_for_endpoint() is not None
    Endpoint.objects.update(busy_until=None)
    assert claim_for_endpoint() is None


def test_a_sender_that_wakes_after_its_lease_marks_nothing(endpoint, receiver):
    message = make_message(endpoint)
    asleep = claim_for_endpoint()
    make_due(message)
    awake = claim_for_endpoint()
    assert not settle(asleep, Outcome(Failure.TIMEOUT))
    assert fresh(message).state == PENDING
    assert settle(awake, Outcome())
    assert fresh(message).state == DELIVERED
    assert DeliveryAttempt.objects.count() == 1


def test_senders_at_the_same_time_never_send_one_message_twice(endpoint, receiver):
    messages = [make_message(endpoint) for _ in range(12)]
    together = threading.Barrier(4)

    def work(_number):
        together.wait()
        try:
            while any(row.is_pending for row in OutboxMessage.objects.all()):
                send_due(0.1)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    got = sorted(row.headers["webhook-id"] for row in receiver.received)
    assert got == sorted(message.webhook_id for message in messages)


def test_one_endpoint_that_hangs_holds_up_no_other(make_endpoint, receiver, endpoint, monkeypatch):
    monkeypatch.setattr(transport, "TOTAL_SECONDS", 0.5)
    with receiving() as hanging:
        hanging.answer = say_nothing
        stuck = make_endpoint(hanging.url)
        for _ in range(3):
            make_message(stuck)
        messages = [make_message(endpoint) for _ in range(3)]
        send_due(0.2)
        assert len(hanging.received) == 1, "one message at a time"
        make_due()
        send_due(PATIENCE_SECONDS)
    assert {fresh(message).state for message in messages} == {DELIVERED}


def test_who_waits_longest_comes_first(make_endpoint, receiver):
    endpoints = [make_endpoint(f"{receiver.url}&number={number}") for number in range(3)]
    for endpoint, minutes in zip(endpoints, (1, 3, 2), strict=True):
        make_message(endpoint, due_at=timezone.now() - timedelta(minutes=minutes))
    claimed = [claim_for_endpoint().message.endpoint for _ in range(3)]
    assert claimed == [endpoints[1], endpoints[2], endpoints[0]]
    assert claim_for_endpoint() is None


def test_a_wake_up_sends_all_that_is_due_to_one_endpoint_until_it_fails(endpoint, receiver, make_endpoint):
    for _ in range(3):
        make_message(endpoint)
    other = make_message(make_endpoint("http://127.0.0.1:9/"))
    assert send_to_endpoint(endpoint.pk) == 3
    assert fresh(other).attempts == 0
    receiver.answer = 500
    for _ in range(3):
        make_message(endpoint)
    assert send_to_endpoint(endpoint.pk) == 1
    assert send_to_endpoint(other.pk) == 0, "no such webhook"


def test_a_webhook_that_was_deleted_meanwhile_is_no_error(endpoint, receiver):
    make_message(endpoint)
    claim = claim_for_endpoint()
    endpoint.delete()
    assert not settle(claim, claim.send())


def test_a_switched_off_webhook_gets_nothing_and_a_message_can_be_sent_again_later(owner, endpoint, receiver):
    message = make_message(endpoint)
    update_endpoint(acting_user=owner, endpoint=endpoint, state="disabled")
    assert fresh(message).state == GIVEN_UP
    assert send_due() == 0
    update_endpoint(acting_user=owner, endpoint=endpoint, state="active")
    assert send_due() == 0, "what was missed does not arrive by surprise"
    resend(acting_user=owner, message=message)
    send_due()
    assert [got.headers["webhook-id"] for got in receiver.received] == [message.webhook_id]


def test_sending_again_has_three_days_once_more_and_does_not_wait_for_the_pause(owner, endpoint, receiver):
    message = make_message(endpoint)
    receiver.answer = 500
    OutboxMessage.objects.update(give_up_at=timezone.now())
    send_due()
    assert fresh(message).state == GIVEN_UP
    Endpoint.objects.update(resume_at=timezone.now() + timedelta(hours=1))
    resend(acting_user=owner, message=message)
    send_due()
    assert (fresh(message).state, message.attempts) == (PENDING, 1)
    assert message.give_up_at - timezone.now() > timedelta(days=2, hours=23)


def test_a_test_message_says_that_it_is_one(owner, endpoint, receiver):
    send_test(acting_user=owner, endpoint=endpoint)
    send_due()
    assert verify(endpoint.secret, receiver.received[0])["type"] == "webhook.test"


def test_nothing_is_in_a_transaction_while_it_is_on_the_wire(endpoint, receiver, monkeypatch):
    make_message(endpoint)
    seen = []

    def post(*args, **kwargs):
        seen.append(connection.in_atomic_block)
        return Outcome()

    monkeypatch.setattr(sending, "post", post)
    send_to_endpoint(endpoint.pk)
    assert seen == [False]


def test_the_lag_is_that_of_the_message_that_is_due_longest(endpoint, receiver):
    assert delivery_lag() == timedelta(0)
    make_message(endpoint, due_at=timezone.now() + timedelta(hours=1))
    assert delivery_lag() == timedelta(0)
    make_message(endpoint, due_at=timezone.now() - timedelta(minutes=5))
    assert timedelta(minutes=5) <= delivery_lag() < timedelta(minutes=6)
    send_due()
    assert delivery_lag() == timedelta(0)


def test_old_messages_are_forgotten_and_what_is_on_its_way_is_not(endpoint, receiver):
    old, recent, waiting = (make_message(endpoint) for _ in range(3))
    long_ago = timezone.now() - timedelta(days=31)
    OutboxMessage.objects.filter(pk=old.pk).update(state=DELIVERED, finished_at=long_ago)
    OutboxMessage.objects.filter(pk=recent.pk).update(state=DELIVERED, finished_at=timezone.now())
    OutboxMessage.objects.filter(pk=waiting.pk).update(created_at=long_ago)
    DeliveryAttempt.objects.create(message=old, seconds=0.1)
    assert forget_old_messages() == 1
    assert set(OutboxMessage.objects.all()) == {recent, waiting}
