"""One mail for what came together: none twice, none lost, in the reader's language."""

from smtplib import SMTPServerDisconnected

from django.core import mail
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from notices.models import Notice
from notices.services.choosing import choose
from notices.services.reading import mark_all_read
from notices.services.telling import GATHERED_FOR
from tests.conftest import make_administration, make_member
from tests.contracts.world import in_threads
from webhooks.models import OutboxMessage
from webhooks.services.sending import claim_mail, send_due, send_mail

from .conftest import LOUD, QUIET, let_the_minute_pass


def send() -> list[str]:
    """Send what is due, a minute later; the texts of what was sent."""
    let_the_minute_pass()
    send_due()
    return [str(sent.body) for sent in mail.outbox]


def test_what_comes_together_is_one_mail(tell_owner, owner, child, other_child):
    for place in (child, other_child):
        make_member(place, user=owner)
    tell_owner(LOUD, "1", child, other_child, what="two places", note="Nieuwe eisen")
    tell_owner(LOUD, "2", what="another")
    assert OutboxMessage.objects.count() == 1
    (text,) = send()
    (sent,) = mail.outbox
    assert sent.to == [owner.email]
    assert sent.subject == "2 notices: Something about two places"
    lines = ["Something about two places", "“Nieuwe eisen”"]
    lines += [f"Van Dijk Noord: https://eenlijn.example/a/{child.slug}/"]
    lines += [f"Van Dijk Oost: https://eenlijn.example/a/{other_child.slug}/"]
    assert text.startswith("\n".join(lines) + "\n\nSomething about another\nhttps://eenlijn.example/a/")
    assert "https://eenlijn.example/account/profile/" in text
    assert send() == [text]


def test_it_waits_a_minute_for_what_comes_after_it(tell_owner):
    tell_owner()
    made = OutboxMessage.objects.get()
    assert made.due_at - made.created_at == GATHERED_FOR
    assert send_due() == 0


def test_it_is_in_the_readers_language(tell_owner, owner):
    owner.language = "nl"
    owner.save()
    tell_owner(about="1")
    tell_owner(about="2")
    (text,) = send()
    assert mail.outbox[0].subject.startswith("2 meldingen: ")
    assert "In je profiel kies je" in text


def test_what_was_read_or_is_not_wanted_any_more_is_not_mailed(tell_owner, owner):
    tell_owner()
    mark_all_read(acting_user=owner)
    assert send() == []
    tell_owner(about="later")
    choose(acting_user=owner, shown=[LOUD], mailed=[])
    assert send() == []
    assert set(OutboxMessage.objects.values_list("state", flat=True)) == {"given_up"}


def test_administrations_that_the_reader_may_not_enter_any_more_are_not_named(tell_owner, owner, child, main):
    make_member(child, user=owner)
    tell_owner(LOUD, "1", child, main)
    tell_owner(LOUD, "2", child)
    owner.memberships.filter(administration=child).delete()
    (text,) = send()
    assert "Noord" not in text and text.count("Something about") == 1


def test_a_wake_up_that_comes_twice_mails_once(tell_owner):
    tell_owner()
    let_the_minute_pass()
    key = OutboxMessage.objects.get().pk
    assert [send_mail(key), send_mail(key)] == [True, False]
    assert len(mail.outbox) == 1


def test_a_sender_that_dies_leaves_the_mail_to_another(tell_owner, monkeypatch):
    tell_owner()
    let_the_minute_pass()
    claim = claim_mail()
    assert claim is not None and Notice.objects.get().mailed_with == claim.message.pk
    OutboxMessage.objects.update(leased_until="2020-01-01T00:00:00Z")
    assert len(send()) == 1
    assert OutboxMessage.objects.get().state == "delivered"


def test_a_mail_that_failed_says_the_same_the_next_time(tell_owner, monkeypatch):
    tell_owner(what="the first")

    def away(_mail: object) -> None:
        raise SMTPServerDisconnected

    with monkeypatch.context() as broken:
        broken.setattr("django.core.mail.EmailMessage.send", away)
        assert send() == []
    tell_owner(about="later", what="the second")
    texts = send()
    assert [text.partition("\n")[0] for text in texts] == ["Something about the first", "Something about the second"]


def test_what_is_told_while_a_mail_is_being_made_gets_into_that_or_the_next(tell_owner):
    """A sender may not take a mail that a transaction still adds to, nor may what it adds wait for no mail."""
    tell_owner(about="first")
    let_the_minute_pass()
    with transaction.atomic():
        tell_owner(about="second")
        taken: list[object] = []
        in_threads(lambda: taken.append(claim_mail()))
        assert taken == [None]
    assert len(send()) == 1
    assert Notice.objects.filter(mailed_with=None).count() == 0


def test_one_of_many_administrations_takes_as_many_statements_as_one(tell_owner, owner, main):
    def statements() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert claim_mail() is not None
        return len(asked)

    tell_owner(about="one")
    let_the_minute_pass()
    few = statements()
    for number in range(10):
        place = make_administration(f"Deel {number}", main)
        make_member(place, user=owner)
        tell_owner(LOUD, f"of {number}", place)
    let_the_minute_pass()
    assert statements() == few


def test_what_is_not_mailed_writes_no_mail(tell_owner):
    tell_owner(QUIET)
    assert not OutboxMessage.objects.exists()
