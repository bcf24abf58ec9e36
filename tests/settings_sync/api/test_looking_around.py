"""Administrations, categories, items and alignment by REST."""

import uuid

from forms_catalog.models import Form
from settings_sync.services.administrations.alignment import fold_alignment
from tenants.models import Administration
from tenants.schemas import inside
from tests.conftest import make_member

from .conftest import is_problem, make_caller, work


def test_an_administration_tells_what_it_is(api, main, child, reached, settings_in_main):
    work(api.post("runs/", {"targets": [child.slug], "categories": ["forms"]}).json()["id"])
    fold_alignment(everything=True)
    shown = api.get(f"administrations/{child.slug}/").json()
    assert (shown["name"], shown["kind"], shown["parent"], shown["state"]) == (child.name, "sub", main.slug, "active")
    assert shown["last_synced_at"].endswith("Z")
    assert shown["alignment"]["forms"] == {
        "in_line": 1, "behind": 0, "changed_locally": 0, "conflict": 0, "missing": 0, "own": 0
    }  # fmt: skip
    top = api.get(f"administrations/{main.slug}/").json()
    assert (top["kind"], top["parent"], top["last_synced_at"], top["alignment"]) == ("main", None, None, {})


def test_lists_are_walked_forwards_and_back(api, main, child, other_child, reached):
    slugs = sorted([main.slug, child.slug, other_child.slug])
    first = api.get("administrations/", limit=2).json()
    assert [row["slug"] for row in first["results"]] == slugs[:2]
    assert first["previous"] is None
    second = api.get(first["next"]).json()
    assert [row["slug"] for row in second["results"]] == slugs[2:]
    assert second["next"] is None
    assert api.get(second["previous"]).json()["results"] == first["results"]
    assert api.get(second["previous"]).json()["previous"] is None
    assert len(api.get("administrations/", limit=200).json()["results"]) == 3


def test_every_list_is_walked_to_its_end(api, main, reached, settings_in_main):
    with inside(main):
        for number in range(4):
            Form.objects.create(name=f"Formulier {number}")
    plan = api.post("plans/", {"targets": reached, "categories": ["forms"]}).json()
    run = api.post("runs/", {"plan": plan["id"], "version": 1}).json()
    for _ in range(2):
        api.post("runs/", {"targets": reached, "categories": ["forms"]})
    lists = {
        "categories/": 4,
        "categories/forms/items/": 5,
        f"plans/{plan['id']}/changes/": 12,
        "runs/": 3,
        f"runs/{run['id']}/targets/": 2,
        f"runs/{run['id']}/targets/{reached[0]}/changes/": 6,
        "alignment/": 2,
    }
    for path, number in lists.items():
        whole = api.get(path).json()["results"]
        assert len(whole) == number, path
        address, walked, pages = path, [], []
        while address:
            page = api.get(address, **({"limit": 1} if address == path else {})).json()
            walked += page["results"]
            pages.append(page)
            address = page["next"]
        assert walked == whole, path
        address, back = pages[-1]["previous"], []
        while address:
            page = api.get(address).json()
            back = page["results"] + back
            address = page["previous"]
        assert back == whole[:-1], path


def test_categories_tell_what_they_need(api, main, settings_in_main):
    rows = {row["key"]: row for row in api.get("categories/").json()["results"]}
    assert (rows["forms"]["item_count"], rows["forms"]["needs"]) == (1, ["reference_data"])
    assert rows["forms"]["label"] == "Forms"
    assert rows["workflows"]["needs"] == ["forms", "reference_data", "templates"]


def test_items_and_their_documents(api, main, child, reached, settings_in_main):
    (row,) = api.get("categories/forms/items/").json()["results"]
    assert (row["uid"], row["key"], row["label"]) == (str(settings_in_main), "Onderhoud cv-ketel", "Onderhoud cv-ketel")
    assert row["updated_at"] is None
    shown = api.get(f"administrations/{main.slug}/items/{settings_in_main}/").json()
    assert shown["digest"] == row["digest"]
    assert shown["document"]["name"] == "Onderhoud cv-ketel"
    assert shown["document"]["parts"]["field"][0]["label"] == "CO-gehalte"
    address = f"administrations/{child.slug}/items/{settings_in_main}/"
    assert is_problem(api.get(address), 404, "not-found")
    work(api.post("runs/", {"targets": [child.slug], "categories": ["forms"]}).json()["id"])
    assert api.get(address).json()["document"] == shown["document"]
    assert is_problem(api.get(f"administrations/{main.slug}/items/{uuid.uuid4()}/"), 404, "not-found")
    assert is_problem(api.get("categories/colours/items/"), 404, "not-found")


def test_alignment_tells_counts_and_with_detail_the_items(api, child, other_child, reached, settings_in_main):
    work(api.post("runs/", {"targets": [child.slug], "categories": ["forms"]}).json()["id"])
    with inside(child):
        Form.objects.update(name="Hier anders")
        Form.objects.create(name="Van hier")
    fold_alignment(everything=True)
    rows = {row["administration"]: row["categories"] for row in api.get("alignment/").json()["results"]}
    assert (rows[child.slug]["forms"]["changed_locally"], rows[child.slug]["forms"]["own"]) == (1, 1)
    assert rows[other_child.slug]["forms"]["missing"] == 1
    assert "items" not in rows[child.slug]["forms"]
    rows = {row["administration"]: row["categories"] for row in api.get("alignment/", detail="true").json()["results"]}
    told = {(row["label"], row["state"]) for row in rows[child.slug]["forms"]["items"]}
    assert told == {("Hier anders", "changed_locally"), ("Van hier", "own")}
    assert is_problem(api.get("alignment/", detail="perhaps"), 400, "invalid-input")


def test_how_far_in_line_is_for_who_may_see_the_administrations(api, colleague, child, reached, settings_in_main):
    work(api.post("runs/", {"targets": [child.slug], "categories": ["forms"]}).json()["id"])
    fold_alignment(everything=True)
    make_member(child, user=colleague)
    limited = make_caller(colleague, child.main)
    assert is_problem(limited.get("alignment/"), 403, "not-allowed")
    listed = {row["slug"]: row for row in limited.get("administrations/").json()["results"]}
    alone = limited.get(f"administrations/{child.slug}/").json()
    assert listed.keys() == {child.slug, child.main.slug}
    for told in (listed[child.slug], alone):
        assert (told["name"], told["alignment"], told["last_synced_at"]) == (child.name, {}, None)
    assert is_problem(make_caller(make_member(child), child.main).get("alignment/"), 404, "not-found")


def test_a_sub_administration_is_made_and_deleted(api, main):
    made = api.post("administrations/", {"name": "Van Dijk Nieuw", "slug": "van-dijk-nieuw", "start_from": ["forms"]})
    assert made.status_code == 202, made.content
    assert made.headers["Location"] == "/api/v1/administrations/van-dijk-nieuw/"
    assert (made.json()["state"], made.json()["parent"]) == ("provisioning", main.slug)
    assert is_problem(api.delete("administrations/van-dijk-nieuw/?confirm=van-dijk-nieuw"), 409, "wrong-state")
    row = Administration.objects.get(slug="van-dijk-nieuw")
    assert row.start_from == ["forms"]
    Administration.objects.filter(pk=row.pk).update(state="failed")
    assert api.post("administrations/van-dijk-nieuw/retry/").json()["state"] == "provisioning"
    assert is_problem(api.post("administrations/van-dijk-nieuw/retry/"), 409, "wrong-state")
    Administration.objects.filter(pk=row.pk).update(state="active")
    for confirm in ("", "?confirm=", "?confirm=van-dijk"):
        answer = api.delete(f"administrations/van-dijk-nieuw/{confirm}")
        assert answer.status_code in (400, 409)
    deleted = api.delete("administrations/van-dijk-nieuw/?confirm=van-dijk-nieuw")
    assert (deleted.status_code, deleted.json()["state"]) == (202, "deleting")
    assert is_problem(api.delete(f"administrations/{main.slug}/?confirm={main.slug}"), 409, "main-cannot-be-deleted")


def test_an_address_that_another_customer_has_is_answered_like_any_other(api, main, foreign_main):
    free = api.post("administrations/", {"name": "Vrij", "slug": "vrij"})
    taken = api.post("administrations/", {"name": "Bezet", "slug": foreign_main.slug})
    assert (free.status_code, taken.status_code) == (202, 202)
    assert taken.json()["slug"] != foreign_main.slug
    assert taken.headers["Location"] == f"/api/v1/administrations/{taken.json()['slug']}/"
    differ = {"name", "slug"}
    assert {k: v for k, v in free.json().items() if k not in differ} == {
        k: v for k, v in taken.json().items() if k not in differ
    }


def test_what_cannot_be_made_is_refused(api, main, child):
    for body, status, code in (
        ({}, 400, "invalid-input"),
        ({"name": " "}, 400, "invalid-input"),
        ({"name": 5}, 400, "invalid-input"),
        ({"name": "\u200b\u202e"}, 400, "name-invisible"),
        ({"name": "x" * 201}, 400, "invalid-input"),
        ({"name": "x", "slug": "not a slug"}, 400, "invalid-input"),
        ({"name": "x", "start_from": ["colours"]}, 400, "unknown-category"),
        ({"name": "x", "slug": child.slug}, 409, "slug-taken"),
    ):
        assert is_problem(api.post("administrations/", body), status, code)
    Administration.objects.filter(pk=main.pk).update(licence_cap=1)
    assert is_problem(api.post("administrations/", {"name": "Nog een"}), 409, "licence-cap-reached")
