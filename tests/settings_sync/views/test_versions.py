"""The page with the versions of a setting, bringing one back, and making a second one."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from forms_catalog.models import Field, Form
from forms_catalog.services import update_form
from reference_data.models import WorkStatus
from settings_sync.services.edits.duplicating import duplicate_item
from tenants.schemas import inside
from tests.settings_sync.api.test_writing_settings import make_reader
from tests.settings_sync.test_journey import make_form


@pytest.fixture
def form(main, owner) -> Form:
    with inside(main):
        made = make_form("Onderhoud cv-ketel")
        for text in ("Elk jaar", "Elke twee jaar"):
            update_form(acting_user=owner, administration=main, form=made, values={"description": text})
    return made


@pytest.fixture
def page(owner) -> Client:
    client = Client(headers={"Accept-Language": "nl"})
    client.force_login(owner)
    return client


def address(main, form, name="item-history") -> str:
    return reverse(f"sync:{name}", args=[main.slug, form.uid])


def test_the_last_change_is_compared_by_itself(page, main, form):
    text = page.get(address(main, form)).content.decode()
    assert re.search(r"Van versie 2 naar 3", text)
    assert "Elk jaar" in text
    assert "Elke twee jaar" in text


def test_any_two_are_compared_older_first(page, main, form):
    text = page.get(address(main, form) + "?before=3&after=1").content.decode()
    assert "Van versie 1 naar 3" in text
    assert page.get(address(main, form) + "?before=99&after=x").status_code == 200


def test_one_is_brought_back(page, main, form):
    digest, seen = (
        re.findall(r'value="([0-9a-f]{64})"', page.get(address(main, form)).content.decode())[i] for i in (1, -1)
    )
    answer = page.post(address(main, form, "item-restore"), {"digest": digest, "seen": seen}, follow=True)
    assert "is weer zoals het was" in answer.content.decode()
    with inside(main):
        assert Form.objects.get().description == ""
    # By who looked at it before that: nothing is written over.
    answer = page.post(address(main, form, "item-restore"), {"digest": digest, "seen": seen}, follow=True)
    assert "is gewijzigd sinds" in answer.content.decode()
    answer = page.post(address(main, form, "item-restore"), {"digest": "x"}, follow=True)
    assert "heeft die versie niet" in answer.content.decode()


def test_a_second_one_is_made_and_opened(page, main, form):
    editor = reverse("forms_catalog:edit", args=[main.slug, form.uid])
    assert "Dupliceren" in page.get(editor).content.decode()
    answer = page.post(address(main, form, "item-duplicate"), {"page": editor})
    with inside(main):
        first, second = Form.objects.order_by("pk")
        assert second.name == "Kopie van Onderhoud cv-ketel"
        uids = [set(Field.objects.filter(section__form=one).values_list("uid", flat=True)) for one in (first, second)]
        assert len(uids[0]) == len(uids[1])
        assert not uids[0] & uids[1]
    assert answer.headers["Location"] == editor.replace(str(form.uid), str(second.uid))
    answer = page.post(address(main, form, "item-duplicate"), {"page": f"https://elsewhere.example/{form.uid}"})
    assert answer.headers["Location"].startswith("/a/")


def test_a_code_gets_a_number(main, owner):
    with inside(main):
        status = WorkStatus.objects.create(code="10", name="Klaar")
    made = [duplicate_item(acting_user=owner, administration=main, uid=status.uid) for _ in range(2)]
    assert [row.document["code"] for row in made] == ["10_2", "10_3"]


def test_who_may_only_read_sees_and_does_nothing(main, form):
    client = Client(headers={"Accept-Language": "nl"})
    client.force_login(make_reader(main, "forms.read"))
    text = client.get(address(main, form)).content.decode()
    assert "Terugzetten" not in text
    client.post(address(main, form, "item-duplicate"))
    client.post(address(main, form, "item-restore"), {"digest": "0" * 64})
    with inside(main):
        assert Form.objects.count() == 1
    client.force_login(make_reader(main, "templates.read"))
    assert client.get(address(main, form)).status_code == 404
