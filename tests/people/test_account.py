"""Somebody's own account: a forgotten password, another one, profile and e-mail address."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.services import ATTEMPTS
from audit.models import AuditEntry
from webhooks.models import OutboxMessage
from webhooks.services.sending import send_due

from .conftest import PASSWORD, browser, links_sent

pytestmark = pytest.mark.usefixtures("db")
FORGOT = "/account/forgot/"
OTHER = "een-heel-ander-woord-7"


def forget(email):
    return browser().post(FORGOT, {"email": email})


def test_a_forgotten_password_is_chosen_anew_once(owner):
    signed_in = browser(owner)
    forget(owner.email.upper())
    (link,) = links_sent()
    assert browser().post(link, {"password": OTHER, "again": OTHER}).headers["Location"] == reverse("accounts:login")
    owner.refresh_from_db()
    assert owner.check_password(OTHER)
    assert signed_in.get("/").headers["Location"].startswith("/account/sign-in/"), "every session has ended"
    used = browser().post(link, {"password": PASSWORD, "again": PASSWORD})
    assert (used.status_code, "works once" in used.content.decode()) == (410, True)
    actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"password.forgotten", "password.reset"} <= actions


def test_an_unknown_address_gets_the_same_answer_and_no_mail(owner):
    known, unknown = forget(owner.email), forget("niemand@van-dijk.example")
    words = [re.sub(r"\S+@\S+|value=\"\w{64}\"", "", answer.content.decode()) for answer in (known, unknown)]
    words = [re.sub(r"csrf\w*\S*|nonce\S*", "", text) for text in words]
    assert words[0] == words[1]
    assert OutboxMessage.objects.count() == 1


def test_a_closed_account_gets_no_link(owner):
    User.objects.filter(pk=owner.pk).update(is_active=False)
    forget(owner.email)
    assert links_sent() == []


def test_asking_again_and_again_is_refused_before_any_mail(owner):
    for _attempt in range(ATTEMPTS):
        forget(owner.email)
    assert "too many attempts" in forget(owner.email).content.decode()
    assert OutboxMessage.objects.count() == ATTEMPTS


def test_a_link_that_was_kept_waiting_by_the_mail_server_is_not_sent(owner):
    forget(owner.email)
    OutboxMessage.objects.update(created_at=timezone.now() - timedelta(hours=2))
    assert links_sent() == []


@pytest.mark.parametrize("number", ["x", "MQ", "4444444444", "_"])
def test_a_made_up_link_is_refused(number):
    assert browser().get(reverse("account:new-password", args=[number, "c0-ffee"])).status_code == 410


def test_a_password_is_changed_with_the_one_of_now(owner):
    here, elsewhere = browser(owner), browser(owner)
    address = reverse("account:password")
    wrong = here.post(address, {"current": "nee", "password": OTHER, "again": OTHER})
    assert "This is not your password" in wrong.content.decode()
    here.post(address, {"current": "demo", "password": OTHER, "again": OTHER})
    owner.refresh_from_db()
    assert owner.check_password(OTHER)
    assert here.get(reverse("account:profile")).status_code == 200
    assert elsewhere.get(reverse("account:profile")).status_code == 302
    send_due(seconds=5)
    assert mail.outbox[-1].to == [owner.email]


def test_guessing_the_password_of_now_is_stopped(owner):
    client = browser(owner)
    for _attempt in range(ATTEMPTS + 1):
        answer = client.post(reverse("account:password"), {"current": "nee", "password": OTHER, "again": OTHER})
    assert "too many attempts" in answer.content.decode()


def test_the_language_of_the_profile_is_that_of_pages_and_mails(owner):
    client = browser(owner)
    client.post(reverse("account:profile"), {"name": "Nieuwe Naam", "language": "nl"})
    page = client.get(reverse("account:profile")).content.decode()
    assert ("Nieuwe Naam" in page, 'lang="nl"' in page) == (True, True)
    owner.refresh_from_db()
    assert owner.reads == "nl"


def test_the_chosen_language_comes_along_at_sign_in(owner):
    User.objects.filter(pk=owner.pk).update(language="nl")
    client = browser()
    client.post(reverse("accounts:login"), {"email": owner.email, "password": "demo"})
    assert 'lang="nl"' in client.get(reverse("account:profile")).content.decode()


def test_another_address_counts_once_its_link_is_opened(owner):
    client, former = browser(owner), owner.email
    client.post(reverse("account:ask-address"), {"email": "Ander@van-dijk.example", "password": "demo"})
    (link,) = links_sent()
    assert mail.outbox[-1].to == ["Ander@van-dijk.example"]
    assert client.get(link).status_code == 200
    owner.refresh_from_db()
    assert owner.email == former, "looking changes nothing: programs that check mails do"
    client.post(link)
    owner.refresh_from_db()
    assert owner.email == "Ander@van-dijk.example"
    assert client.post(link).status_code == 410
    send_due(seconds=5)
    assert mail.outbox[-1].to == [former]


def test_the_link_is_of_who_asked_for_it(owner, colleague):
    browser(owner).post(reverse("account:ask-address"), {"email": "a@van-dijk.example", "password": "demo"})
    (link,) = links_sent()
    assert browser(colleague).post(link).status_code == 403
    assert browser().get(link).headers["Location"].startswith("/account/sign-in/")


def test_an_address_of_another_account_is_refused_only_once_its_link_is_opened(owner, colleague):
    client = browser(owner)
    asked = client.post(reverse("account:ask-address"), {"email": colleague.email.upper(), "password": "demo"})
    assert asked.status_code == 302
    refused = client.post(links_sent()[0])
    assert (refused.status_code, "already" in refused.content.decode()) == (409, True)


def test_an_expired_or_made_up_link_changes_nothing(owner, monkeypatch):
    client = browser(owner)
    client.post(reverse("account:ask-address"), {"email": "a@van-dijk.example", "password": "demo"})
    (link,) = links_sent()
    monkeypatch.setattr("people.services.profile.NEW_ADDRESS_SECONDS", -1)
    assert client.post(link).status_code == 410
    assert client.post(reverse("account:new-address", args=["x:y:z"])).status_code == 404


def test_the_log_of_requests_names_no_link(owner):
    from django.test import RequestFactory

    from config.request_log import RequestLog

    forget(owner.email)
    (link,) = links_sent()
    assert RequestLog.format_request(RequestFactory().get(link)) == "GET /account/link/password/…"
