"""A template as a mail to oneself."""

import pytest
from django.core import mail
from django.urls import reverse

from reference_data.models import Logo
from templates_catalog.models import MessageTemplate
from templates_catalog.trial_mails import with_inline_style

PNG = b"\x89PNG\r\n\x1a\nrest"
BODY = """<style>p{color:#123456} @media print{p{color:#000}}</style>
<p>Beste {{ klant.naam }}</p><img src="{{ bedrijf.logo }}" alt="logo">"""


@pytest.fixture(autouse=True)
def sending(settings):
    settings.SENDS_MAIL = True


@pytest.fixture
def send(owner_client, within):
    def post(section="messages", **typed):
        values = {"kind": "email", "name": "Bevestiging", "subject": "Afspraak {{ werkbon.datum }}", "body": BODY}
        return owner_client.post(reverse("templates:mail_new", args=[within.slug, section]), {**values, **typed})

    return post


def test_what_was_typed_is_mailed_to_the_user_alone(send, owner, within):
    Logo.objects.create(media_type="image/png", content=PNG)
    page = send()
    assert f"Sent to {owner.email}." in page.text
    [sent] = mail.outbox
    assert sent.to == [owner.email]
    assert sent.subject == "Test: Afspraak 14-11-2025"
    [html] = [body for body, kind in sent.alternatives]
    assert '<p style="color: #123456;">Beste Bakkerij De Korenaar</p>' in html.replace(
        "color:#123456", "color: #123456"
    )
    assert 'src="cid:picture1"' in html
    assert sent.attachments[0].get_payload(decode=True) == PNG
    assert "Beste Bakkerij De Korenaar" in sent.body
    assert "<" not in sent.body
    assert not MessageTemplate.objects.exists()


def test_a_layout_can_be_mailed_and_an_sms_or_a_scheme_cannot(send):
    send("layouts", kind="invoice", body="<b>{{ factuur.nummer }}</b>")
    assert "F-2025-0381" in mail.outbox[0].alternatives[0][0]
    assert "An SMS cannot be sent as a mail." in send(kind="sms", subject="", body="x").text
    assert send("schemes").status_code == 404
    assert len(mail.outbox) == 1


def test_what_is_wrong_is_told_and_nothing_is_sent(send):
    assert "{{ klant.nam }} does not exist here" in send(body="{{ klant.nam }}").text
    assert mail.outbox == []


def test_without_a_mail_server_it_says_so(send, settings, monkeypatch, owner_client, within):
    def fail(*_given, **_options):
        raise ConnectionRefusedError

    monkeypatch.setattr("django.core.mail.EmailMultiAlternatives.send", fail)
    assert "The mail server did not take this mail." in send().text
    settings.SENDS_MAIL = False
    assert "There is no mail server here" in send().text
    page = owner_client.get(reverse("templates:new", args=[within.slug, "messages"]))
    assert "Mail it to me as a test" not in page.text


def test_style_is_written_beside_each_tag_and_nothing_is_fetched():
    page = with_inline_style(
        '<style>td{padding:4px}</style><table><tbody><tr><td class="a">x</td></tr></tbody></table>'
    )
    assert 'style="padding: 4px' in page.replace("padding:4px", "padding: 4px")
    assert page.startswith("<!")
