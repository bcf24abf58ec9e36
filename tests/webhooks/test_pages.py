"""Settings → Webhooks and the choice of mails, as a browser without JavaScript sees them."""

import re

import pytest
from django.conf import settings as django_settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tenants.models import Role
from tests.conftest import make_member
from webhooks.events import Event
from webhooks.models import Endpoint, MailChoice, OutboxMessage
from webhooks.services.sending import send_due

from .conftest import make_message

pytestmark = pytest.mark.usefixtures("db")


def browser(user):
    client = Client()
    client.force_login(user)
    client.cookies[django_settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


@pytest.fixture
def page(owner):
    return browser(owner)


@pytest.fixture
def url(main):
    return lambda name, *args: reverse(f"webhooks:{name}", args=[main.slug, *args])


def text(response):
    return re.sub(r"\s+", " ", response.content.decode())


def every_address(url, endpoint, message):
    plain = [url("list"), url("new")]
    of_one = ("show", "log", "edit", "switch", "rotate", "test", "delete")
    return [*plain, *(url(name, endpoint.pk) for name in of_one), url("resend", endpoint.pk, message.pk)]


def test_the_settings_lead_to_both_pages(page, main, url):
    settings_page = text(page.get(reverse("settings-home", args=[main.slug])))
    assert url("list") in settings_page
    assert url("mail") in settings_page


def test_a_webhook_is_made_and_its_secret_shown_once(page, url):
    assert "No webhooks yet" in text(page.get(url("list")))
    sent = {"url": "https://example.com/eenlijn", "description": "Planbord", "events": ["run.finished"]}
    made = page.post(url("new"), sent)
    endpoint = Endpoint.objects.get()
    assert (endpoint.url, endpoint.events, endpoint.description) == (sent["url"], sent["events"], "Planbord")
    assert made.headers["Location"] == url("show", endpoint.pk)
    assert endpoint.secret in text(page.get(url("show", endpoint.pk)))
    assert endpoint.secret not in text(page.get(url("show", endpoint.pk)))
    assert not any(endpoint.secret in str(session.get_decoded()) for session in Session.objects.all())
    listed = text(page.get(url("list")))
    assert "Planbord" in listed
    assert "A sync has finished" in listed


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"url": "example.com"}, "begins with https://"),
        ({"url": "http://example.com/"}, "so that nobody can read along"),
        ({"url": "https://10.0.0.7/"}, "inside a private network"),
        ({"url": "https://me:pass@example.com/"}, "Leave the user name"),
        ({"url": ""}, "required"),
        ({"events": []}, "Choose at least one event"),
        ({"events": ["colour.changed"]}, "is not one of the available choices"),
    ],
)
def test_what_is_wrong_is_said_in_words_and_nothing_is_made(page, url, settings, wrong, words):
    settings.WEBHOOKS_ALLOW_PRIVATE = False
    answer = page.post(url("new"), {"url": "https://example.com/", "events": ["run.finished"], **wrong})
    assert answer.status_code == 200
    assert words in text(answer)
    assert not Endpoint.objects.exists()


def test_a_webhook_is_edited_rotated_switched_off_and_on_and_deleted(page, url, endpoint):
    former = endpoint.secret
    sent = {"url": "https://example.com/new", "description": "Chat", "events": ["target.failed"]}
    assert page.get(url("edit", endpoint.pk)).status_code == 200
    page.post(url("edit", endpoint.pk), sent)
    endpoint.refresh_from_db()
    assert (endpoint.url, endpoint.events) == (sent["url"], ["target.failed"])
    page.post(url("rotate", endpoint.pk))
    endpoint.refresh_from_db()
    assert (endpoint.secret != former, endpoint.former_secret) == (True, former)
    shown = text(page.get(url("show", endpoint.pk)))
    assert endpoint.secret in shown
    assert "The former secret stays valid until" in shown
    page.post(url("switch", endpoint.pk), {"state": "disabled"})
    assert "Somebody switched it off. Nothing is sent" in text(page.get(url("show", endpoint.pk)))
    assert "Switch it on first" in text(page.post(url("test", endpoint.pk), follow=True))
    page.post(url("switch", endpoint.pk), {"state": "active"})
    assert "This webhook is off" not in text(page.get(url("show", endpoint.pk)))
    assert "Delete this webhook?" in text(page.get(url("delete", endpoint.pk)))
    assert Endpoint.objects.exists(), "asking deletes nothing"
    page.post(url("delete", endpoint.pk))
    assert not Endpoint.objects.exists()


def test_the_log_shows_what_came_of_a_message_and_sends_it_again(page, url, endpoint, receiver):
    receiver.answer, receiver.body = 500, b"<b>broken</b>"
    page.post(url("test", endpoint.pk))
    shown = text(page.get(url("show", endpoint.pk)))
    assert "Test message" in shown
    assert f'hx-get="{url("log", endpoint.pk)}"' in shown, "it moves, so it looks again"
    send_due()
    shown = text(page.get(url("show", endpoint.pk)))
    assert "did not accept the message (500)" in shown
    assert "&lt;b&gt;broken&lt;/b&gt;" in shown
    assert "Messages have not arrived since" in shown
    message = OutboxMessage.objects.get()
    assert "still on its way" in text(page.post(url("resend", endpoint.pk, message.pk), follow=True))
    OutboxMessage.objects.update(state="given_up")
    page.post(url("resend", endpoint.pk, message.pk))
    receiver.answer = 204
    receiver.body = b""
    send_due()
    log = text(page.get(url("log", endpoint.pk)))
    assert "arrived" in log
    assert "hx-get" not in log
    assert "<html" not in log


def test_a_long_log_comes_in_pages_in_as_many_queries(page, url, endpoint):
    make_message(endpoint, state="delivered")
    page.get(url("show", endpoint.pk))
    with CaptureQueriesContext(connection) as of_one:
        page.get(url("show", endpoint.pk))
    for _ in range(29):
        make_message(endpoint, state="delivered")
    with CaptureQueriesContext(connection) as of_many:
        first = text(page.get(url("show", endpoint.pk)))
    assert len(of_many) == len(of_one)
    assert first.count("webhook-id:") == 25
    assert text(page.get(url("show", endpoint.pk), {"page": 2})).count("webhook-id:") == 5


def test_nobody_else_gets_in_and_nothing_changes(url, endpoint, colleague, stranger, main, foreign_main):
    message, before = make_message(endpoint, state="delivered"), Endpoint.objects.values().get()
    theirs = browser(stranger)
    refusals = ((Client(), 302), (browser(colleague), 403), (theirs, 404))
    for address in every_address(url, endpoint, message):
        for client, refused in refusals:
            for method in (client.get, client.post):
                assert method(address).status_code in (refused, 405), address
    for address in every_address(url, endpoint, message)[2:]:
        foreign = address.replace(main.slug, foreign_main.slug)
        for method in (theirs.get, theirs.post):
            assert method(foreign).status_code in (404, 405), foreign
    assert Endpoint.objects.values().get() == before
    assert OutboxMessage.objects.get().state == "delivered"


def test_reading_never_writes(page, url, endpoint):
    message = make_message(endpoint, state="delivered")
    before = (Endpoint.objects.values().get(), OutboxMessage.objects.values().get())
    answers = [page.get(address).status_code for address in every_address(url, endpoint, message)]
    assert set(answers) == {200, 405}
    assert (Endpoint.objects.values().get(), OutboxMessage.objects.values().get()) == before


def test_a_sub_administration_points_to_the_main_one(owner, child, main):
    user = make_member(child)
    shown = text(browser(user).get(reverse("webhooks:list", args=[child.slug])))
    assert f"This is done in {main.name}" in shown
    assert f"you have no access to {main.name}" in shown
    assert browser(user).post(reverse("webhooks:new", args=[child.slug]), {}).status_code == 200
    assert not Endpoint.objects.exists()


def test_everybody_chooses_their_own_mail(page, url, main, owner, settings):
    assert "No mail server is set up" in text(page.get(url("mail")))
    settings.SENDS_MAIL = True
    shown = text(page.get(url("mail")))
    assert "No mail server" not in shown
    assert owner.email in shown
    page.post(url("mail"), {"when": "trouble", "language": "en"})
    choice = MailChoice.objects.get()
    assert (choice.user, choice.administration, choice.when, choice.language) == (owner, main, "trouble", "en")
    page.post(url("mail"), {"when": "always", "language": "nl"})
    assert MailChoice.objects.get().when == "always"
    assert page.post(url("mail"), {"when": "hourly", "language": "nl"}).status_code == 200
    assert MailChoice.objects.get().when == "always"


def test_who_may_not_see_syncs_gets_no_mail_about_them(main, url, colleague):
    assert browser(colleague).get(url("mail")).status_code == 403
    role = Role.objects.create(administration=main, name="Kijker", rights=["administrations.see"])
    watcher = make_member(main)
    watcher.memberships.update(role=role)
    assert browser(watcher).get(url("mail")).status_code == 200
    assert browser(watcher).get(url("list")).status_code == 403


def test_every_event_can_be_chosen(page, url):
    shown = text(page.get(url("new")))
    for event in Event:
        assert f'value="{event}"' in shown
