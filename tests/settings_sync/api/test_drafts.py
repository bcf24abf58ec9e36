"""Drafts over REST: begun, read, written, published and thrown away, as an outsider does it."""

import pytest

from forms_catalog.models import Form
from reference_data.models import WorkType
from sync_ledger.models import Draft
from tenants.schemas import inside

from .conftest import is_problem

NEW = {"category": "reference_data", "kind": "reference_data.worktype", "document": {"name": "Keuring"}}


@pytest.fixture
def drafts(main) -> str:
    return f"administrations/{main.slug}/drafts/"


def test_a_draft_of_a_setting_is_written_and_published(api, main, drafts, settings_in_main):
    begun = api.post(drafts, {"uid": str(settings_in_main)})
    assert begun.status_code == 201, begun.content
    path = f"{drafts}{settings_in_main}/"
    assert begun.headers["Location"].endswith(path)
    draft = api.get(path)
    assert draft.json() == begun.json()
    assert draft.headers["ETag"] == f'"{draft.json()["digest"]}"'
    assert draft.json()["digest"] == draft.json()["published"]
    document = {**draft.json()["document"], "name": "Onderhoud warmtepomp"}
    written = api.put(path, document, digest=draft.headers["ETag"])
    assert written.status_code == 200, written.content
    with inside(main):
        assert Form.objects.get(uid=settings_in_main).name != "Onderhoud warmtepomp"
    assert api.put(path, document, digest=draft.headers["ETag"]).status_code == 412
    done = api.post(f"{path}publish/", {}, digest=written.headers["ETag"])
    assert (done.status_code, done.json()["label"]) == (200, "Onderhoud warmtepomp")
    assert done.headers["ETag"] == written.headers["ETag"]
    with inside(main):
        assert Form.objects.get(uid=settings_in_main).name == "Onderhoud warmtepomp"
    assert api.get(path).status_code == 404


def test_a_new_setting_begins_as_a_draft(api, main, drafts):
    made = api.post(drafts, NEW).json()
    assert (made["is_new"], made["published"], made["label"]) == (True, "", "Keuring")
    (row,) = api.get(drafts).json()["results"]
    assert row == {name: made[name] for name in row}
    with inside(main):
        assert not WorkType.objects.filter(name="Keuring").exists()
    done = api.post(f"{drafts}{made['uid']}/publish/", {})
    assert done.status_code == 200
    with inside(main):
        assert str(WorkType.objects.get(name="Keuring").uid) == made["uid"]


def test_a_draft_is_begun_once_for_one_key(api, main, drafts):
    first, again = (api.post(drafts, NEW, key="once") for _time in range(2))
    assert first.json() == again.json()
    with inside(main):
        assert Draft.objects.count() == 1


def test_what_was_published_since_is_put_aside_only_when_that_is_said(api, drafts, main, settings_in_main):
    api.post(drafts, {"uid": str(settings_in_main)})
    item = api.get(f"administrations/{main.slug}/items/{settings_in_main}/").json()
    changed = {**item["document"], "description": "langs een andere deur"}
    api.put(f"administrations/{main.slug}/items/{settings_in_main}/", changed, digest=item["digest"])
    path = f"{drafts}{settings_in_main}/"
    assert api.get(path).json()["has_moved"]
    assert is_problem(api.post(f"{path}publish/", {}), 409, "draft-moved")
    assert api.post(f"{path}publish/", {"replaces": True}).json()["digest"] == item["digest"]


def test_a_draft_is_thrown_away(api, drafts, settings_in_main):
    digest = api.post(drafts, {"uid": str(settings_in_main)}).json()["digest"]
    path = f"{drafts}{settings_in_main}/"
    assert is_problem(api.delete(path, digest="0" * 64), 412, "precondition-failed")
    assert api.delete(path, digest=digest).status_code == 204
    assert api.get(path).status_code == 404
    assert api.get(drafts).json()["results"] == []


def test_nonsense_is_refused_and_makes_nothing(api, main, drafts):
    assert is_problem(api.post(drafts, {}), 400, "invalid-input")
    assert is_problem(api.post(drafts, {**NEW, "document": {"name": 3}}), 422, "document-refused")
    assert is_problem(api.post(drafts, {**NEW, "category": "forms"}), 400, "unknown-kind")
    assert api.post(drafts, {"uid": "8d6c89fe-12cc-507c-b700-46588bc7e8f6"}).status_code == 404
    with inside(main):
        assert not Draft.objects.exists()
