"""Inviting somebody: the link works once, for the person it was sent to, until it expires or is withdrawn."""

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from audit.models import AuditEntry
from people.exceptions import HasAccessAlready, LinkForeign, LinkUsed, MoreThanYourOwn, NoMailServer, RoleNotUsable
from people.links import NEW_ADDRESS, make_key
from people.models import Invitation
from people.services.invitations import accept, accept_as_new, invite
from tenants.exceptions import StaffIsNoMember
from tenants.models import Role
from tenants.permissions import NotAllowed
from tests.conftest import make_administration, make_member
from webhooks.models import OutboxMessage
from webhooks.services.sending import send_due

from .conftest import PASSWORD, browser, links_sent

pytestmark = pytest.mark.usefixtures("db")
NEW = "Nieuw@van-dijk.example"


@pytest.fixture
def ask(owner, main, employee_role):
    def ask_one(email=NEW, role=employee_role, user=owner, language="en"):
        return invite(acting_user=user, administration=main, email=email, role=role, language=language)

    return ask_one


def answer(link, **fields):
    client = browser()
    sent = {"name": "Nina Nieuw", "password": PASSWORD, "again": PASSWORD, **fields}
    return client, client.post(link, sent)


def test_an_invited_colleague_comes_in_with_the_role(ask, main, employee_role):
    ask()
    (link,) = links_sent()
    assert mail.outbox[0].to == [NEW]
    assert "Van Dijk" in mail.outbox[0].subject
    client, answered = answer(link)
    assert answered.headers["Location"] == reverse("administration-home", args=[main.slug])
    assert client.get(answered.headers["Location"]).status_code == 200
    user = User.objects.get_by_natural_key(NEW)
    assert user.memberships.get(administration=main).role == employee_role
    assert (user.name, user.language, user.check_password(PASSWORD)) == ("Nina Nieuw", "en", True)


def test_who_invited_is_told_that_they_came(ask, owner):
    ask()
    answer(links_sent()[0])
    OutboxMessage.objects.filter(event="notices.mail").update(due_at=timezone.now())
    send_due(seconds=5)
    assert mail.outbox[-1].to == [owner.email]
    assert "Nina Nieuw" in mail.outbox[-1].subject


def test_a_used_link_lets_nobody_in(ask):
    ask()
    (link,) = links_sent()
    answer(link)
    _client, again = answer(link, name="Indringer")
    assert again.status_code == 410
    assert "was used already" in again.content.decode()
    assert not User.objects.filter(name="Indringer").exists()


def test_an_expired_link_lets_nobody_in(ask):
    invitation = ask()
    (link,) = links_sent()
    Invitation.objects.filter(pk=invitation.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    _client, late = answer(link)
    assert (late.status_code, "has expired" in late.content.decode()) == (410, True)
    assert not User.objects.filter(email__iexact=NEW).exists()


def test_inviting_again_withdraws_the_former_link(ask):
    ask()
    (former,) = links_sent()
    ask(email=NEW.lower())
    latest = links_sent()[-1]
    _client, refused = answer(former)
    assert (refused.status_code, "newer one was sent" in refused.content.decode()) == (410, True)
    assert answer(latest)[1].status_code == 302


def test_a_link_that_waited_too_long_in_the_outbox_is_not_sent(ask):
    ask()
    ask()
    assert len(links_sent()) == 1, "the former one was withdrawn before it left"


def test_a_withdrawn_invitation_is_not_mailed_any_more_and_its_link_is_refused(ask, owner, main):
    invitation = ask()
    (link,) = links_sent()
    client = browser(owner)
    client.post(reverse("people:withdraw", args=[main.slug, invitation.pk]))
    assert answer(link)[1].status_code == 410
    waiting = ask()
    client.post(reverse("people:withdraw", args=[main.slug, waiting.pk]))
    assert len(links_sent()) == 1


@pytest.mark.parametrize(
    "key",
    [
        "nonsense",
        "a:b:c",
        make_key("something.else", {"invitation": "00000000-0000-0000-0000-000000000000"}),
        make_key(NEW_ADDRESS, {"user": 1}),
        make_key("people.invitation", {"invitation": "00000000-0000-0000-0000-000000000000"}),
    ],
    # A key holds the moment in which it was made, by which no test can be told from another.
    ids=["one word", "no signature of ours", "of another kind", "of a new address", "of no invitation"],
)
def test_a_foreign_link_is_refused(key):
    refused = browser().get(reverse("account:invitation", args=[key]))
    assert (refused.status_code, "no link of ours" in refused.content.decode()) == (404, True)


def test_who_has_an_account_signs_in_and_accepts(ask, main, stranger):
    ask(email=stranger.email.upper())
    (link,) = links_sent()
    assert reverse("accounts:login") in browser().get(link).content.decode()
    _client, as_new = answer(link)
    assert as_new.status_code == 200
    assert stranger.name == "Someone"
    client = browser(stranger)
    assert client.post(link).status_code == 302
    assert stranger.memberships.filter(administration=main).exists()


def test_the_link_of_another_does_not_let_who_is_signed_in_in(ask, stranger, main):
    ask(email=make_member(main.__class__.objects.create(name="Elders", slug="elders")).email)
    (link,) = links_sent()
    client = browser(stranger)
    assert "is signed in" in client.get(link).content.decode()
    assert client.post(link).status_code == 200
    assert not stranger.memberships.filter(administration=main).exists()
    invitation = Invitation.objects.get()
    with pytest.raises(LinkForeign):
        accept(user=stranger, invitation=invitation)


def test_a_second_answer_at_the_same_moment_is_refused(ask):
    invitation = ask()
    accept_as_new(invitation=invitation, name="Een", password=PASSWORD)
    user = User.objects.get_by_natural_key(NEW)
    with pytest.raises(LinkUsed):
        accept(user=user, invitation=invitation)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"again": "een-ander-woord-9"}, "two different passwords"),
        ({"password": "kort", "again": "kort"}, "too short"),
        ({"password": "nieuw@van-dijk.example", "again": "nieuw@van-dijk.example"}, "too similar"),
        ({"name": "\u200b"}, "people can read"),
        ({"name": "Nina\0"}, "Null characters"),
    ],
)
def test_what_cannot_be_used_is_said_and_no_account_is_made(ask, fields, words):
    ask()
    _client, refused = answer(links_sent()[0], **fields)
    assert words in refused.content.decode()
    assert not User.objects.filter(email__iexact=NEW).exists()


def test_nobody_gives_more_than_their_own(ask, main, owner, administrator_role):
    helper = make_member(main)
    few = Role.objects.create(administration=main, name="Receptie", rights=["users.manage"])
    helper.memberships.update(role=few)
    with pytest.raises(MoreThanYourOwn):
        ask(role=administrator_role, user=helper)
    assert ask(role=few, user=helper).role == few


def test_who_may_not_invite_cannot(ask, colleague, main):
    with pytest.raises(NotAllowed):
        ask(user=colleague)
    assert browser(colleague).get(reverse("people:invite", args=[main.slug])).status_code == 403


def test_a_role_of_another_customer_cannot_be_given(ask, foreign_main):
    foreign = Role.objects.create(administration=foreign_main, name="Elders", rights=[])
    with pytest.raises(RoleNotUsable):
        ask(role=foreign)


def test_support_and_who_is_in_already_cannot_be_invited(ask, colleague):
    staff = User.objects.create_user("steun@eenlijn.example", is_staff=True)
    with pytest.raises(StaffIsNoMember):
        ask(email=staff.email)
    with pytest.raises(HasAccessAlready):
        ask(email=colleague.email.upper())


def test_without_a_mail_server_it_is_said_and_nothing_is_kept(ask, settings, owner, main):
    settings.SENDS_MAIL = False
    with pytest.raises(NoMailServer):
        ask()
    assert not Invitation.objects.exists()
    assert "No mail server" in browser(owner).get(reverse("people:invite", args=[main.slug])).content.decode()


def test_a_closed_account_is_not_opened_by_an_invitation(ask, main):
    closed = make_member(make_administration("Elders"))
    User.objects.filter(pk=closed.pk).update(is_active=False)
    ask(email=closed.email)
    _client, refused = answer(links_sent()[0])
    assert (refused.status_code, "is closed" in refused.content.decode()) == (409, True)
    assert not closed.memberships.filter(administration=main).exists()


def test_the_trail_tells_all_of_it_and_holds_no_link(ask, owner):
    ask()
    (link,) = links_sent()
    answer(link)
    told = list(AuditEntry.objects.order_by("at").values_list("action", "actor_name", "data"))
    assert [row[0] for row in told] == ["user.invited", "user.invitation_accepted"]
    assert told[0][1] == str(owner)
    key = link.rstrip("/").rpartition("/")[2]
    assert key not in str(told)
