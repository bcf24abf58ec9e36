"""Shared blocks: named in texts, filled in there, renamed along, and never standing in themselves."""

import pytest

from catalog_kit.editing import EditRefused, StillUsed, uses_of
from sync_ledger.models import Edit
from templates_catalog import services
from templates_catalog.models import Block, Layout, MessageTemplate
from templates_catalog.previews import preview_of, warnings_about
from templates_catalog.shared_blocks import with_renamed_block

FOOTER = "Met vriendelijke groet,\n{{ bedrijf.naam }}"


@pytest.fixture
def make(by_owner):
    def made(model, name, **values):
        return by_owner(services.create_template, model=model, values={"name": name, **values})

    return made


@pytest.fixture
def footer(make):
    return make(Block, "Voettekst mail", body=FOOTER)


@pytest.fixture
def mail(make, footer):
    return make(MessageTemplate, "Afspraak", kind="email", subject="Hoi", body="<p>Hoi</p>{{ blok.voettekst  MAIL }}")


def edit(by_owner, item, **values):
    return by_owner(services.update_template, item=item, values=values)


def test_it_is_filled_in_where_a_text_names_it_whatever_the_capitals(mail, within):
    assert str(preview_of(mail, within).body) == ("<p>Hoi</p><p>Met vriendelijke groet,<br>Van Dijk &amp; Zonen</p>")


def test_what_a_text_names_is_linked_and_so_used(mail, footer, by_owner):
    assert list(mail.blocks.all()) == [footer]
    assert [str(use) for use in uses_of(footer)] == ["1 message template: Afspraak"]
    with pytest.raises(StillUsed):
        by_owner(services.delete_template, item=footer)
    edit(by_owner, mail, body="<p>Hoi</p>")
    assert not footer.messages.exists()
    by_owner(services.delete_template, item=footer)
    assert not Block.objects.exists()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Voetekst mail", r"Did you mean \{\{ blok.Voettekst mail }}"),
        ("Iets anders", "There is no shared block “Iets anders” here"),
    ],
)
def test_an_unknown_one_is_refused_with_the_nearest(make, footer, name, words):
    with pytest.raises(EditRefused, match=words):
        make(Layout, "Factuur", kind="invoice", footer=f"<p>{{{{ blok.{name} }}}}</p>")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"subject": "{{ blok.Voettekst mail }}", "body": ""}, "a shared block stands in the text of an e-mail"),
        ({"subject": "x", "body": '<a href="{{ blok.Voettekst mail }}">x</a>'}, "not within a tag or style"),
        ({"subject": "x", "body": "{{ blok.Voettekst mail | upcase }}"}, "cannot be read"),
        ({"subject": "x", "body": "{% if blok.Voettekst %}x{% endif %}"}, "stands by itself between braces"),
    ],
)
def test_it_stands_by_itself_in_a_text(make, footer, values, words):
    with pytest.raises(EditRefused, match=words):
        make(MessageTemplate, "Mail", kind="email", **values)


def test_an_sms_has_none(make, footer):
    with pytest.raises(EditRefused, match="a shared block stands in the text of an e-mail or layout"):
        make(MessageTemplate, "Sms", kind="sms", body="{{ blok.Voettekst mail }}")


def test_what_it_asks_for_has_to_be_there_wherever_it_stands(make, by_owner):
    block = make(Block, "Totaal", body="<p>{{ offerte.totaal }}</p>")
    with pytest.raises(EditRefused, match=r"“Totaal” asks for \{\{ offerte.totaal }}, which does not exist here"):
        make(Layout, "Factuur", kind="invoice", body="{{ blok.Totaal }}")
    edit(by_owner, block, body="<p>{{ klant.naam }}</p>")
    layout = make(Layout, "Factuur", kind="invoice", body="{{ blok.Totaal }}")
    with pytest.raises(EditRefused, match=f"“{layout}” names this block"):
        edit(by_owner, block, body="<p>{{ offerte.totaal }}</p>")


def test_a_ring_is_refused(make, by_owner):
    inner = make(Block, "Binnen", body="<b>binnen</b>")
    outer = make(Block, "Buiten", body="{{ blok.Binnen }}")
    with pytest.raises(EditRefused, match="cannot stand in each other: Binnen → Buiten → Binnen"):
        edit(by_owner, inner, body="{{ blok.Buiten }}")
    with pytest.raises(EditRefused, match="cannot stand in each other: Buiten → Buiten"):
        edit(by_owner, outer, body="{{ blok.Buiten }}")


@pytest.mark.parametrize("sign", ["a|b", "it's", 'a"b', "a[b", "a{b}"])
def test_its_name_can_stand_between_braces(make, sign):
    with pytest.raises(EditRefused, match="The name stands between braces"):
        make(Block, sign, body="x")


def test_renaming_says_what_names_it_and_changes_that_along(mail, footer, by_owner, within):
    with pytest.raises(EditRefused, match=r"named by “Afspraak”\. Tick that these change along"):
        edit(by_owner, footer, name="Groet")
    Edit.objects.all().delete()
    edit(by_owner, footer, name="Groet", change_along=True)
    mail.refresh_from_db()
    assert mail.body == "<p>Hoi</p>{{ blok.Groet }}"
    assert Block.objects.get().former_names == "Voettekst mail"
    assert {(one.label, one.path) for one in Edit.objects.all()} == {
        ("Afspraak", "body"),
        ("Groet", "name"),
        ("Groet", "former_names"),
    }
    assert "Met vriendelijke groet" in str(preview_of(mail, within).body)


def test_a_former_name_is_filled_in_and_told_with_the_new_one(mail, footer, by_owner, within):
    MessageTemplate.objects.update(body="{{ blok.Oud }}")
    Block.objects.update(former_names="Ouder\nOud")
    mail.refresh_from_db()
    assert "Met vriendelijke groet" in str(preview_of(mail, within).body)
    renamed = "{{ blok.Oud }} was renamed to {{ blok.Voettekst mail }}."
    assert warnings_about(mail, within) == [renamed]
    with pytest.raises(EditRefused) as refused:
        edit(by_owner, mail, subject="Anders")
    assert str(refused.value) == renamed


def test_an_archived_one_stays_where_it_is_and_is_not_chosen(mail, footer, make, by_owner, within):
    by_owner(services.archive_template, item=footer)
    edit(by_owner, mail, subject="Anders")
    assert "Met vriendelijke groet" in str(preview_of(mail, within).body)
    with pytest.raises(EditRefused, match="“Voettekst mail” is archived"):
        make(MessageTemplate, "Nieuw", kind="email", subject="x", body="{{ blok.Voettekst mail }}")


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        (
            "{{ blok.Oud }} {{blok.oud}} {{- blok.Oud -}}",
            "{{ blok.Nieuw & co }} {{blok.Nieuw & co}} {{- blok.Nieuw & co -}}",
        ),
        ("{{ blok.Oude }} {{ klant.oud }} blok.Oud", "{{ blok.Oude }} {{ klant.oud }} blok.Oud"),
        ('{{ blok["Oud"] }}', "{{ blok.Nieuw & co }}"),
    ],
)
def test_only_what_names_it_changes_along(text, becomes):
    assert with_renamed_block(text, "Oud", "Nieuw & co") == becomes
