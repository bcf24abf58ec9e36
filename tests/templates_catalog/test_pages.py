"""The pages of templates, as a browser without JavaScript uses them."""

import uuid

import pytest
from django.urls import reverse

from sync_ledger.models import Edit
from templates_catalog.models import Layout, MessageTemplate, Scheme


@pytest.fixture
def url(main):
    return lambda name, **kwargs: reverse(f"templates:{name}", kwargs={"slug": main.slug, **kwargs})


def email_data(**fields):
    return {"kind": "email", "name": "Bevestiging", "subject": "Afspraak", "body": "Beste {{ klant.naam }}"} | fields


def test_a_message_is_made_on_the_page(owner_client, url, within):
    answer = owner_client.post(url("new", section="messages"), email_data(body="Regel 1\r\nRegel 2\r\n"))
    made = MessageTemplate.objects.get()
    assert answer.headers["Location"] == url("edit", section="messages", uid=made.uid)
    assert made.body == "Regel 1\nRegel 2\n"


def test_an_unknown_placeholder_is_said_beside_its_field(owner_client, url, within):
    page = owner_client.post(url("new", section="messages"), email_data(body="{{ klant.nam }}"))
    assert "klant.naam" in page.context["form"].errors["body"][0]
    assert not MessageTemplate.objects.exists()


def test_a_taken_name_is_said_beside_the_name(owner_client, url, email):
    page = owner_client.post(url("new", section="messages"), email_data(name=email.name.upper()))
    assert list(page.context["form"].errors) == ["name"]


def test_a_layout_saved_as_it_stands_changes_nothing(owner_client, url, within):
    layout = Layout.objects.create(kind="invoice", name="Factuur", header="\nA\n", body="<p>B</p>\n", show_code=True)
    page = owner_client.get(url("edit", section="layouts", uid=layout.uid))
    form = page.context["form"]
    data = {name: form[name].value() for name in form.fields if form[name].value() is not False}
    answer = owner_client.post(url("edit", section="layouts", uid=layout.uid), data | {"seen": page.context["seen"]})
    assert answer.status_code == 302
    assert not Edit.objects.exists()


def test_a_posted_kind_is_not_taken_over(owner_client, url, layout):
    owner_client.post(url("edit", section="layouts", uid=layout.uid), {"kind": "quotation", "name": "X", "seen": ""})
    layout.refresh_from_db()
    assert layout.kind == "invoice"


def test_a_scheme_is_made_and_made_the_default(owner_client, url, layout, vat_rate, make_scheme):
    make_scheme("A")
    data = {"kind": "invoice", "name": "B", "layout": layout.pk, "vat_rate": vat_rate.pk, "currency": "eur"}
    assert owner_client.post(url("new", section="schemes"), data).status_code == 302
    made = Scheme.objects.get(name="B")
    assert (made.currency, made.is_default) == ("EUR", False)
    owner_client.post(url("make_default", uid=made.uid))
    assert list(Scheme.objects.filter(is_default=True)) == [made]


def test_a_scheme_offers_no_archived_layout_but_keeps_its_own(owner_client, url, layout, make_scheme):
    scheme = make_scheme("A")
    Layout.objects.create(kind="invoice", name="Oud", is_archived=True)
    layout.is_archived = True
    layout.save()
    page = owner_client.get(url("edit", section="schemes", uid=scheme.uid))
    assert list(page.context["form"].fields["layout"].queryset) == [layout]
    assert list(owner_client.get(url("new", section="schemes")).context["form"].fields["layout"].queryset) == []


def test_the_list_shows_four_sections_and_finds(owner_client, url, make_scheme, email):
    make_scheme("Schema factuur")
    Layout.objects.create(kind="quotation", name="Oud", is_archived=True)

    def names(query):
        found = owner_client.get(url("list") + query).context["found"]
        return {section.key: [row["item"].name for row in listed["rows"]] for section, listed in found}

    assert names("") == {
        "messages": ["Factuur sturen"],
        "layouts": ["Factuur standaard"],
        "blocks": [],
        "schemes": ["Schema factuur"],
    }
    assert names("?archived=on")["layouts"] == ["Factuur standaard", "Oud"]
    assert names("?q=sturen") == {
        "messages": ["Factuur sturen"],
        "layouts": [],
        "blocks": [],
        "schemes": [],
    }


def test_a_preview_is_fenced_in(owner_client, url, layout):
    page = owner_client.get(url("preview", section="layouts", uid=layout.uid))
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "script-src" not in policy
    assert page.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_a_preview_shows_what_is_typed_and_saves_nothing(owner_client, url, layout):
    data = {"kind": "invoice", "name": "X", "body": "Beste {{ klant.naam }} van {{ bedrijf.naam }}"}
    page = owner_client.post(url("preview", section="layouts", uid=layout.uid), data)
    assert "Bakkerij De Korenaar van Van Dijk &amp; Zonen" in page.content.decode()
    layout.refresh_from_db()
    assert layout.body == ""


def test_a_preview_of_something_wrong_says_why(owner_client, url, within):
    typed = {"kind": "invoice", "body": "<b>a</b><script>x</script>{% if klant.naam %}"}
    page = owner_client.post(url("preview_new", section="layouts"), typed)
    assert "<script>" not in page.text
    assert "{% if %} is not closed" in page.text


def test_what_could_run_is_left_out_when_saving_and_told_with_its_line(owner_client, url, within):
    typed = "<!doctype html>\n<body><p role=x>Hoi</p>\n<script>alert(1)</script></body>"
    page = owner_client.post(url("new", section="messages"), email_data(body=typed), follow=True)
    assert MessageTemplate.objects.get().body == "<p role=x>Hoi</p>"
    assert "Saved without what a template cannot hold:" in page.text
    assert "Line 3: &lt;script&gt;alert(1)&lt;/script&gt; and what is in it" in page.text


def test_a_text_of_two_hundred_thousand_letters_is_saved_and_a_longer_one_is_kept_on_the_page(
    owner_client, url, within
):
    whole = "é" * 190_000
    assert owner_client.post(url("new", section="messages"), email_data(body=whole)).status_code == 302
    assert MessageTemplate.objects.get().body == whole
    page = owner_client.post(url("new", section="messages"), email_data(name="Lang", body="é" * 200_001))
    assert list(page.context["form"].errors) == ["body"]
    assert "é" * 200_001 in page.text


def test_archive_bring_back_and_delete(owner_client, url, layout):
    where = {"section": "layouts", "uid": layout.uid}
    owner_client.post(url("archive", **where))
    assert Layout.objects.get().is_archived
    owner_client.post(url("unarchive", **where))
    assert not Layout.objects.get().is_archived
    assert owner_client.get(url("delete", **where)).status_code == 200
    assert Layout.objects.exists()
    owner_client.post(url("delete", **where))
    assert not Layout.objects.exists()


def test_what_is_used_says_so_instead_of_being_deleted(owner_client, url, layout, make_scheme):
    make_scheme("A")
    page = owner_client.post(url("delete", section="layouts", uid=layout.uid), follow=True)
    assert page.status_code == 200
    assert Layout.objects.exists()


@pytest.mark.parametrize("section", ["messages", "layouts", "schemes"])
def test_bad_input_is_a_page_and_not_a_crash(owner_client, url, within, section):
    for data in ({"name": "a\x00"}, {"kind": "fax", "name": "x" * 300}, {"layout": "nee", "vat_rate": "-1"}):
        assert owner_client.post(url("new", section=section), data).status_code == 200


def test_what_does_not_exist_is_not_found(owner_client, url, within, make_scheme):
    assert owner_client.get(url("new", section="dances")).status_code == 404
    assert owner_client.get(url("edit", section="layouts", uid=uuid.uuid4())).status_code == 404
    assert owner_client.get(url("preview_new", section="layouts")).status_code == 404
    assert owner_client.get(url("preview", section="schemes", uid=make_scheme("A").uid)).status_code == 404


def test_get_never_writes(owner_client, url, make_scheme):
    uid = make_scheme("A").uid
    assert owner_client.get(url("archive", section="schemes", uid=uid)).status_code == 405
    assert owner_client.get(url("make_default", uid=uid)).status_code == 405


def test_without_rights_there_is_no_page(client, colleague, url, layout):
    client.force_login(colleague)
    assert client.get(url("list")).status_code == 403
    assert client.get(url("preview", section="layouts", uid=layout.uid)).status_code == 403
    for name in ("edit", "delete", "archive"):
        assert client.post(url(name, section="layouts", uid=layout.uid)).status_code == 403


def test_an_e_mail_without_a_name_and_a_subject_is_told_in_two_sentences(owner_client, url, within):
    page = owner_client.post(url("new", section="messages"), email_data(name=" ", subject=""))
    errors = page.context["form"].errors
    assert {field: len(messages) for field, messages in errors.items()} == {"name": 1, "subject": 1}
    assert "templates_catalog_" not in page.text
