"""Files that go along with every e-mail of a template: put to it, sent with it, and travelling as part of it."""

import re
from base64 import b64encode
from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation

from catalog_kit.editing import EditRefused
from settings_sync.exceptions import DocumentRefused
from settings_sync.services.edits.item_edits import replace_item
from settings_sync.services.exchange.bundles import export_bundle, import_bundle, read_bundle, text_of_bundle
from settings_sync.services.settings.items import read_item
from settings_sync.services.versions.drafts import begin_draft
from sync_ledger.models import Edit
from templates_catalog import services
from templates_catalog.models import Attachment, MessageTemplate
from templates_catalog.rules import MOST_ATTACHED_BYTES, problems_of_attached
from tenants.schemas import inside
from tests.conftest import make_administration, make_member

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


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("leeg.pdf", b"", "empty"),
        (f"{'lang' * 30}.pdf", PDF, "more than 120 letters"),
        ("factuur\u202efdp.pdf", PDF, "nobody sees"),
        ("twee\u2028regels.pdf", PDF, "nobody sees"),
    ],
)
def test_an_odd_name_and_an_empty_file_are_refused_in_words(by_owner, email, name, content, says):
    with pytest.raises(EditRefused) as refused:
        by_owner(services.update_template, item=email, values={"attach": {name: encoded(content)}})
    assert says in refused.value.problems["attach"][0]
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


class TestByDocument:
    """What arrives by its document is refused beside the row that it is about."""

    @pytest.fixture
    def refusal_of(self, main, owner, by_owner):
        def refusal(kind: str, *files: dict[str, str]) -> dict[str, list[str]]:
            values = {
                "kind": kind,
                "name": f"Soort {kind}",
                "body": "Tot zo",
                "subject": "x" if kind == "email" else "",
            }
            uid = by_owner(services.create_template, model=MessageTemplate, values=values).uid
            who = {"acting_user": owner, "administration": main, "uid": uid}
            document = {**read_item(**who).document, "parts": {"attachment": list(files)}}
            with pytest.raises(DocumentRefused) as refused:
                replace_item(**who, document=document, seen=None)
            assert files_of(MessageTemplate.objects.get(uid=uid)) == {}
            return refused.value.errors

        return refusal

    def test_an_sms_takes_none(self, refusal_of):
        file = {"name": "a.pdf", "content": encoded(PDF)}
        assert refusal_of("sms", file) == {"parts.attachment.0": ["No file goes along with an SMS."]}
        with translation.override("nl"):
            (sentence,) = problems_of_attached(
                {"kind": "sms", "parts": {"attachment": [{"uid": "x", "name": "a.pdf", "content": encoded(PDF)}]}}
            )
        assert sentence == "Met een sms gaat geen bestand mee."

    def test_the_wrong_one_of_several_is_named(self, refusal_of):
        good, wrong = ({"name": name, "content": encoded(PDF)} for name in ("a.pdf", "b.exe"))
        assert list(refusal_of("email", good, wrong)) == ["parts.attachment.1"]

    def test_two_of_one_name_are_refused(self, refusal_of):
        file = {"name": "a.pdf", "content": encoded(PDF)}
        assert refusal_of("email", file, file) == {"parts.attachment.1": ["Several files are called “a.pdf”."]}

    def test_a_file_of_an_export_that_holds_one_for_an_sms_is_refused_before_it_comes_in(self, main, owner, by_owner):
        values = {"kind": "email", "name": "Bevestiging", "subject": "x", "body": "Tot zo", "attach": {"a.pdf": "eA=="}}
        email = by_owner(services.create_template, model=MessageTemplate, values=values)
        who = {"acting_user": owner, "administration": main}
        written = text_of_bundle(export_bundle(**who, uid=email.uid))
        as_sms = written.replace('"kind": "email"', '"kind": "sms"').replace('"subject": "x"', '"subject": ""')
        assert as_sms != written
        by_owner(services.delete_template, item=email)
        preview = import_bundle(**who, bundle=read_bundle(as_sms.encode()), name="", apply=True)
        assert not preview.imported.is_applied
        assert "No file goes along with an SMS." in str(preview.imported.rows)
        assert not MessageTemplate.objects.filter(name="Bevestiging").exists()


class TestOnThePage:
    """Over HTTP: chosen, seen in the list, opened, and taken away."""

    @pytest.fixture
    def page(self, within, email) -> str:
        return reverse("templates:edit", args=[within.slug, "messages", email.uid])

    @pytest.fixture
    def send(self, owner_client, email, page):
        def send(**more: Any) -> Any:
            typed = {"name": email.name, "subject": "Net getypt", "body": "<p>Net getypt.</p>"}
            return owner_client.post(page, {**typed, **more})

        return send

    def opened(self, client: Any, page: str) -> list[Any]:
        """What the links of the list lead to."""
        return [client.get(link) for link in re.findall(r'href="([^"]+/files/[^"]+)"', client.get(page).text)]

    def test_a_file_is_opened_as_what_it_is_and_runs_nowhere(self, owner_client, send, page):
        send(attach=[SimpleUploadedFile("Voorwaarden – 2027.pdf", PDF), SimpleUploadedFile("x.csv", b"<script>1")])
        first, second = self.opened(owner_client, page)
        assert (first.status_code, first.content, first.headers["Content-Type"]) == (200, PDF, "application/pdf")
        assert second.content == b"<script>1"
        for answer in (first, second):
            assert answer.headers["Content-Disposition"].startswith("attachment")
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert "2027.pdf" in first.headers["Content-Disposition"]

    def test_taken_off_again_it_is_opened_no_more(self, owner_client, send, page):
        send(attach=[SimpleUploadedFile("Voorwaarden.pdf", PDF)])
        (link,) = re.findall(r'href="([^"]+/files/[^"]+)"', owner_client.get(page).text)
        send(detach=["Voorwaarden.pdf"])
        assert (owner_client.get(link).status_code, self.opened(owner_client, page)) == (404, [])

    def test_of_another_template_or_administration_it_is_not_found(self, owner_client, owner, send, page, within):
        send(attach=[SimpleUploadedFile("Voorwaarden.pdf", PDF)])
        with inside(within):
            other = MessageTemplate.objects.create(kind="email", name="Andere", subject="x")
            uid, attached = Attachment.objects.values_list("template__uid", "uid").get()
        elsewhere = make_administration("Noord", parent=within)
        make_member(elsewhere, user=owner)
        for slug, template in ((within.slug, other.uid), (elsewhere.slug, uid)):
            address = reverse("templates:attachment", args=[slug, template, attached])
            assert owner_client.get(address).status_code == 404

    @pytest.mark.parametrize(
        ("name", "content", "says"),
        [
            ("groot.pdf", b"x" * (MOST_ATTACHED_BYTES + 1), "more than"),
            ("virus.exe", b"MZ", "only .pdf"),
            ("leeg.pdf", b"", "empty"),
            (f"{'lang' * 40}.pdf", PDF, "more than 120 letters"),
            (".pdf", PDF, "only .pdf"),
        ],
    )
    def test_what_is_refused_is_told_beside_its_field_and_nothing_typed_is_lost(self, send, email, name, content, says):
        answer = send(attach=[SimpleUploadedFile("goed.pdf", PDF), SimpleUploadedFile(name, content)])
        assert answer.status_code == 200
        form = answer.context["form"]
        assert says in form.errors["attach"][0]
        assert "choose them again" in form.errors["attach"][-1]
        assert (form["subject"].value(), form["body"].value()) == ("Net getypt", "<p>Net getypt.</p>")
        assert files_of(email) == {}

    def test_a_path_and_what_cannot_be_printed_are_taken_out_of_a_name(self, send, email, within):
        send(attach=[SimpleUploadedFile("../../etc/Voor\u202ewaarden.pdf", PDF)])
        with inside(within):
            assert list(files_of(email)) == ["Voorwaarden.pdf"]

    def test_two_of_one_name_at_once_are_refused(self, send):
        answer = send(attach=[SimpleUploadedFile("a.pdf", PDF), SimpleUploadedFile("a.pdf", b"anders")])
        assert "called “a.pdf”" in answer.context["form"].errors["attach"][0]

    def test_where_something_else_is_wrong_the_files_are_asked_for_again(self, send):
        answer = send(subject="", attach=[SimpleUploadedFile("a.pdf", PDF)])
        assert answer.context["form"].errors["attach"] == ["The files were not kept: choose them again."]

    def test_a_draft_shows_its_own_files(self, owner_client, owner, send, page, within, email):
        begin_draft(acting_user=owner, administration=within, uid=email.uid)
        send(attach=[SimpleUploadedFile("Concept.pdf", PDF)])
        (answer,) = self.opened(owner_client, page)
        assert answer.content == PDF
        assert files_of(email) == {}
