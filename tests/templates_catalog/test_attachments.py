"""Files that go along with every e-mail of a template: put to it, sent with it, and travelling as part of it."""

from base64 import b64encode
from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from catalog_kit.editing import EditRefused
from settings_sync.exceptions import DocumentRefused
from settings_sync.services.edits.item_edits import replace_item
from settings_sync.services.settings.items import read_item
from sync_ledger.models import Edit
from templates_catalog import services
from templates_catalog.models import MessageTemplate
from templates_catalog.rules import MOST_ATTACHED_BYTES
from tenants.schemas import inside

PDF = b"%PDF-1.7 voorwaarden"


def encoded(content: bytes) -> str:
    return b64encode(content).decode()


def files_of(template: MessageTemplate) -> dict[str, str]:
    return dict(template.attachments.values_list("name", "content"))


@pytest.fixture
def attach(by_owner, email):
    def attached(**files: bytes) -> Any:
        named = {f"{name}.pdf": encoded(content) for name, content in files.items()}
        return by_owner(services.update_template, item=email, values={"attach": named})

    return attached


def test_files_are_put_replaced_and_taken_away_and_the_log_tells_it(by_owner, attach, email):
    attach(Voorwaarden=PDF, Route=b"route")
    attach(Voorwaarden=b"nieuwe voorwaarden")
    by_owner(services.update_template, item=email, values={"detach": ["Route.pdf"]})
    assert files_of(email) == {"Voorwaarden.pdf": encoded(b"nieuwe voorwaarden")}
    told = [(edit.path, edit.before, edit.after) for edit in Edit.objects.all()]
    assert ("attachments", ["Voorwaarden.pdf", "Route.pdf"], ["Voorwaarden.pdf"]) in told
    contents = [(before, after) for path, before, after in told if path == "attachments/Voorwaarden.pdf/content"]
    assert any("20" in str(before) and "18" in str(after) for before, after in contents), contents
    assert not any(encoded(PDF) in str(edit) for edit in told)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("virus.exe", b"MZ", "only .pdf"),
        ("../voorwaarden.pdf", PDF, "only .pdf"),
        ("groot.pdf", b"x" * (MOST_ATTACHED_BYTES + 1), "more than"),
    ],
)
def test_what_cannot_go_along_is_refused_and_nothing_is_saved(by_owner, email, name, content, says):
    values = {"subject": "Anders", "attach": {name: encoded(content)}}
    with pytest.raises(EditRefused) as refused:
        by_owner(services.update_template, item=email, values=values)
    assert says in refused.value.problems["attach"][0]
    email.refresh_from_db()
    assert email.subject != "Anders"
    assert files_of(email) == {}


def test_an_sms_has_none(by_owner, within):
    values = {"kind": "sms", "name": "Kort", "body": "Tot zo", "attach": {"a.pdf": encoded(PDF)}}
    with pytest.raises(EditRefused, match="SMS"):
        by_owner(services.create_template, model=MessageTemplate, values=values)


def test_on_its_page_files_are_chosen_listed_and_taken_away(owner_client, within, email):
    page = reverse("templates:edit", args=[within.slug, "messages", email.uid])
    typed = {"name": email.name, "subject": email.subject, "body": email.body}
    two = [SimpleUploadedFile("Voorwaarden.pdf", PDF), SimpleUploadedFile("Route.png", b"png")]
    assert owner_client.post(page, {**typed, "attach": two}).status_code == 302
    shown = owner_client.get(page).text
    assert "Voorwaarden.pdf, 20" in shown
    assert 'enctype="multipart/form-data"' in shown
    owner_client.post(page, {**typed, "detach": ["Route.png"]})
    with inside(within):
        assert files_of(email) == {"Voorwaarden.pdf": encoded(PDF)}
    refused = owner_client.post(page, {**typed, "attach": [SimpleUploadedFile("a.pdf", b"x" * 500_000)]})
    assert refused.context["form"].errors["attach"]


def test_they_are_sent_with_the_mail(owner_client, within, email, attach, settings):
    settings.SENDS_MAIL = True
    attach(Voorwaarden=PDF)
    typed = {"name": email.name, "subject": "Factuur", "body": "<p>Hierbij.</p>"}
    owner_client.post(reverse("templates:mail", args=[within.slug, "messages", email.uid]), typed)
    assert ("Voorwaarden.pdf", PDF, "application/pdf") in mail.outbox[0].attachments


def test_by_their_document_they_are_written_and_what_is_no_file_is_refused(main, owner, email):
    who = {"acting_user": owner, "administration": main, "uid": email.uid}
    document = read_item(**who).document
    file = {"name": "Voorwaarden.pdf", "content": encoded(PDF)}
    written = replace_item(**who, document={**document, "parts": {"attachment": [file]}}, seen=None)
    assert [row["name"] for row in written.document["parts"]["attachment"]] == ["Voorwaarden.pdf"]
    with pytest.raises(DocumentRefused) as refused:
        replace_item(
            **who, document={**document, "parts": {"attachment": [{**file, "content": "geen base64!"}]}}, seen=None
        )
    assert list(refused.value.errors) == ["parts.attachment.0.content"]
    with pytest.raises(DocumentRefused):
        replace_item(**who, document={**document, "parts": {"attachment": [{**file, "name": "virus.exe"}]}}, seen=None)
