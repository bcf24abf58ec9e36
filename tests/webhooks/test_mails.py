"""The mail that a sync has ended: to whom, in which language, saying what; and that none is lost or made up."""

from smtplib import SMTPServerDisconnected

import pytest
from django.core import mail
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from settings_sync.models import Plan, PlanTarget, SyncRun, SyncTarget
from settings_sync.services.runs.announcing import announce_run
from tenants.models import Administration, Membership
from tests.conftest import make_administration, make_member
from webhooks.exceptions import OnlyInTheMain
from webhooks.models import DeliveryAttempt, MailChoice, OutboxMessage
from webhooks.outcomes import Failure
from webhooks.permissions import NotAllowed
from webhooks.services import mailing
from webhooks.services.mailing import choose_mail
from webhooks.services.sending import claim_mail, send_due, send_mail

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture(autouse=True)
def mail_server(settings):
    settings.SENDS_MAIL = True
    settings.BASE_URL = "https://eenlijn.example/"


@pytest.fixture(scope="module")
def hidden_child(main):
    return make_administration("Van Dijk Geheim", main)


@pytest.fixture
def choose(owner, main):
    def choose_one(when="always", language="en", user=owner):
        return choose_mail(acting_user=user, main=main, when=when, language=language)

    return choose_one


@pytest.fixture
def end_run(owner, main, child):
    """Ends a made-up run with these states and held items per administration, as a worker would."""
    Membership.objects.get_or_create(user=owner, administration=child, role=owner.memberships.first().role)

    def end(*rows, state="succeeded", kind="sync"):
        plan = Plan.objects.create(kind=kind, administration=main, requested_by=owner, expires_at=timezone.now())
        run = SyncRun.objects.create(plan=plan, administration=main, state=state, finished_at=timezone.now())
        for number, (administration, ended, held) in enumerate(rows):
            planned = PlanTarget.objects.create(plan=plan, administration=administration, position=number)
            SyncTarget.objects.create(
                run=run, administration=administration, plan_target=planned, state=ended, counts={"hold": held}
            )
        with transaction.atomic():
            announce_run(run)
        return run

    return end


def test_it_says_how_it_went_with_a_link_and_no_more(choose, end_run, owner, child, main):
    choose()
    run = end_run((child, "succeeded", 2))
    assert send_due() == 1
    (sent,) = mail.outbox
    assert sent.to == [owner.email]
    assert sent.subject == "Sync from Van Dijk: done, something was held back"
    assert "- Van Dijk Noord: done, 2 settings held back\n" in sent.body
    assert f"https://eenlijn.example{reverse('sync:run', args=[main.slug, run.pk])}\n" in sent.body
    assert f"https://eenlijn.example{reverse('webhooks:mail', args=[main.slug])}\n" in sent.body
    assert owner.email not in sent.body
    assert OutboxMessage.objects.get().state == "delivered"
    assert send_due() == 0


def test_it_is_in_the_language_that_was_chosen(choose, end_run, child):
    choose(language="nl")
    end_run((child, "failed", 0), state="failed")
    send_due()
    (sent,) = mail.outbox
    assert sent.subject == "Sync van Van Dijk: mislukt"
    assert "- Van Dijk Noord: mislukt; daar is niets gewijzigd" in sent.body


def test_it_says_when_a_sync_was_undone(choose, end_run, child):
    choose()
    end_run((child, "succeeded", 0), kind="undo")
    send_due()
    (sent,) = mail.outbox
    assert sent.subject == "Undoing a sync from Van Dijk: everything went well"
    assert sent.body.startswith("Undoing a sync from Van Dijk has ended.\n")


@pytest.mark.parametrize(
    ("when", "ended", "held", "mails"),
    [
        ("never", "failed", 3, 0),
        ("trouble", "succeeded", 0, 0),
        ("trouble", "cancelled", 0, 0),
        ("trouble", "succeeded", 1, 1),
        ("trouble", "failed", 0, 1),
        ("trouble", "skipped", 0, 1),
        ("always", "succeeded", 0, 1),
        ("always", "cancelled", 0, 1),
    ],
)
def test_everybody_gets_what_they_chose(choose, end_run, child, when, ended, held, mails):
    choose(when)
    end_run((child, ended, held))
    assert OutboxMessage.objects.count() == mails


def test_who_chose_nothing_gets_nothing(end_run, child):
    end_run((child, "failed", 0))
    assert not OutboxMessage.objects.exists()


def test_administrations_that_the_reader_may_not_enter_are_counted_and_not_named(choose, end_run, child, hidden_child):
    choose()
    end_run((child, "succeeded", 0), (hidden_child, "failed", 0))
    send_due()
    (sent,) = mail.outbox
    assert "Geheim" not in sent.body
    assert "- and 1 administration that you may not enter" in sent.body


def test_who_lost_the_right_or_changed_their_mind_gets_no_mail_that_was_waiting(main, choose, end_run, child):
    leaver = make_member(main)
    choose(user=leaver)
    end_run((child, "succeeded", 0))
    leaver.memberships.all().delete()
    send_due()
    choose()
    end_run((child, "succeeded", 0))
    choose("never")
    send_due()
    assert mail.outbox == []
    assert set(OutboxMessage.objects.values_list("state", flat=True)) == {"given_up"}
    assert set(DeliveryAttempt.objects.values_list("failure", flat=True)) == {Failure.NO_LONGER_WANTED}


def test_who_has_no_right_is_not_written_to_and_cannot_choose(choose, end_run, child, colleague, main, owner):
    MailChoice.objects.create(user=colleague, administration=main, when="always", language="nl")
    end_run((child, "succeeded", 0))
    assert not OutboxMessage.objects.exists()
    with pytest.raises(NotAllowed):
        choose(user=colleague)
    with pytest.raises(OnlyInTheMain):
        choose_mail(acting_user=owner, main=child, when="always", language="nl")


def test_a_mail_server_that_is_away_loses_no_mail(choose, end_run, child, monkeypatch, caplog, owner):
    choose()
    end_run((child, "succeeded", 0))

    def refuse(self, *args, **kwargs):
        raise SMTPServerDisconnected(f"no mail for {owner.email}")

    with monkeypatch.context() as away:
        away.setattr(mailing.EmailMessage, "send", refuse)
        send_due()
    message = OutboxMessage.objects.get()
    assert (message.state, message.attempts) == ("pending", 1)
    tried = DeliveryAttempt.objects.get()
    assert (tried.failure, tried.answer) == (Failure.MAIL, "SMTPServerDisconnected")
    assert owner.email not in caplog.text
    OutboxMessage.objects.update(due_at=message.created_at)
    assert send_mail(message.pk)
    assert not send_mail(message.pk)
    assert len(mail.outbox) == 1


def test_a_mail_that_cannot_be_written_keeps_no_other_waiting(choose, end_run, child, endpoint, receiver):
    choose()
    end_run((child, "succeeded", 0))
    end_run((child, "failed", 0))
    broken, sound = OutboxMessage.objects.filter(endpoint=None).order_by("created_at")
    OutboxMessage.objects.filter(pk=broken.pk).update(body="no json")
    send_due()
    broken.refresh_from_db()
    sound.refresh_from_db()
    assert (broken.state, sound.state) == ("pending", "delivered")
    assert broken.due_at > timezone.now(), "it is tried again later"
    assert len(receiver.received) == 2


def test_two_senders_never_take_one_mail(choose, end_run, child):
    choose()
    end_run((child, "succeeded", 0))
    assert claim_mail() is not None
    assert claim_mail() is None


def test_a_second_copy_can_be_recognised(choose, end_run, child):
    choose()
    end_run((child, "succeeded", 0))
    message = OutboxMessage.objects.get()
    send_mail(message.pk)
    OutboxMessage.objects.update(state="pending")
    send_mail(message.pk)
    assert {sent.extra_headers["Message-ID"] for sent in mail.outbox} == {f"<{message.webhook_id}@eenlijn.example>"}


def test_a_name_cannot_add_lines_to_the_subject_or_markup(choose, end_run, child, main):
    choose()
    end_run((child, "succeeded", 0))
    Administration.objects.filter(pk=main.pk).update(name="A\r\nBcc: x & Zn")
    send_due()
    Administration.objects.filter(pk=main.pk).update(name=main.name)
    (sent,) = mail.outbox
    assert sent.subject == "Sync from A Bcc: x & Zn: everything went well"


def test_without_a_mail_server_none_is_written(choose, end_run, child, settings):
    choose()
    settings.SENDS_MAIL = False
    end_run((child, "failed", 0))
    assert not OutboxMessage.objects.exists()
