"""One setting as a file: out of an administration with all that it needs, and into another one after a look."""

import json
import re
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from forms_catalog.models import Form
from reference_data.models import WorkType
from tenants.schemas import inside
from tests.conftest import make_administration, make_member
from tests.settings_sync.api.test_writing_settings import make_reader
from tests.settings_sync.test_journey import make_form


@pytest.fixture
def exported(main, owner) -> bytes:
    with inside(main):
        form = make_form("Onderhoud cv-ketel")
    client = Client()
    client.force_login(owner)
    answer = client.get(reverse("sync:item-export", args=[main.slug, form.uid]))
    assert answer.headers["Content-Disposition"] == 'attachment; filename="onderhoud-cv-ketel.json"'
    return answer.content


@pytest.fixture
def elsewhere(main):
    return make_administration("De Boer")


@pytest.fixture
def there(elsewhere) -> Client:
    client = Client(headers={"Accept-Language": "nl"})
    client.force_login(make_member(elsewhere))
    return client


def look(client, administration, body: bytes):
    return client.post(
        reverse("sync:item-import", args=[administration.slug]), {"file": SimpleUploadedFile("x.json", body)}
    )


def content_in(answer) -> str:
    return unescape(re.search(r'name="content" value="([^"]*)"', answer.content.decode())[1])


def test_it_is_looked_at_and_then_imported_with_what_it_needs(there, elsewhere, exported):
    answer = look(there, elsewhere, exported)
    text = answer.content.decode()
    assert "Onderhoud cv-ketel" in text
    with inside(elsewhere):
        assert not Form.objects.exists(), "looking does nothing"
    page = reverse("sync:item-import", args=[elsewhere.slug])
    done = there.post(page, {"content": content_in(answer), "confirm": "yes", "name": ""}, follow=True)
    assert "is geïmporteerd" in done.content.decode()
    with inside(elsewhere):
        form = Form.objects.get()
        assert form.work_types.count() == 1
        assert form.sections.count() > 0


def test_what_is_there_by_name_is_used_and_not_changed(there, elsewhere, exported):
    needed = next(row for row in json.loads(exported)["settings"] if row["kind"] == "reference_data.worktype")
    with inside(elsewhere):
        own = WorkType.objects.create(name=needed["document"]["name"].upper(), description="van hier")
    answer = look(there, elsewhere, exported)
    assert "is er al en wordt gebruikt" in answer.content.decode()
    there.post(reverse("sync:item-import", args=[elsewhere.slug]), {"content": content_in(answer), "confirm": "yes"})
    with inside(elsewhere):
        assert list(WorkType.objects.values_list("pk", "description")) == [(own.pk, "van hier")]
        assert Form.objects.get().work_types.get() == own


def test_a_taken_name_is_told_and_another_one_is_given(there, elsewhere, exported):
    with inside(elsewhere):
        Form.objects.create(name="Onderhoud cv-ketel")
    answer = look(there, elsewhere, exported)
    text = answer.content.decode()
    assert 'name="confirm"' not in text
    page = reverse("sync:item-import", args=[elsewhere.slug])
    content = content_in(answer)
    again = there.post(page, {"content": content, "name": "Onderhoud van Van Dijk"})
    assert 'name="confirm"' in again.content.decode()
    there.post(page, {"content": content, "name": "Onderhoud van Van Dijk", "confirm": "yes"})
    with inside(elsewhere):
        assert set(Form.objects.values_list("name", flat=True)) == {"Onderhoud cv-ketel", "Onderhoud van Van Dijk"}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        b'{"format": 1, "settings": []}',
        b'{"format": 1, "settings": [3]}',
        b"x" * 1_000_001,
    ],
)
def test_what_is_no_setting_is_refused_beside_the_file(there, elsewhere, body):
    answer = look(there, elsewhere, body)
    assert answer.status_code == 200
    assert "error" in answer.content.decode()
    with inside(elsewhere):
        assert not Form.objects.exists()


def test_who_may_change_nothing_imports_nothing(elsewhere, exported):
    client = Client()
    client.force_login(make_reader(elsewhere, "forms.read"))
    assert look(client, elsewhere, exported).status_code == 403


def test_another_customer_exports_nothing(there, elsewhere, main, exported):
    uid = json.loads(exported)["settings"][-1]["uid"]
    assert there.get(reverse("sync:item-export", args=[main.slug, uid])).status_code == 404
    assert there.get(reverse("sync:item-export", args=[elsewhere.slug, uid])).status_code == 404
