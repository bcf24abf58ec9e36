"""With more administrations than a page lists: choosing over pages, and pages of a run, a preview and the top bar."""

import re

import pytest
from django.urls import reverse

from settings_sync.models import Alignment, Plan
from settings_sync.services.administrations.alignment import fold_alignment
from tenants.models import Administration

from .conftest import make_many, make_plan
from .test_many import carried_out, spread_out
from .test_plans import text_of

MANY = 60


@pytest.fixture
def many(owner, main, joined, form):
    """Administrations of which each third is behind."""
    fold_alignment()
    made = make_many(MANY, main, owner, joined)
    counts = {"in_line": 1, "behind": 0, "changed_locally": 0, "conflict": 0, "missing": 0, "own": 0}
    like = Alignment.objects.filter(administration=joined).first()
    Alignment.objects.bulk_create(
        Alignment(
            administration=row,
            category=like.category,
            as_of=like.as_of,
            counts={**counts, "behind": int(number % 3 == 0)},
        )
        for number, row in enumerate(made)
    )
    return made


def also(page):
    """What is chosen and stands on another page."""
    return [slug for slug in re.search(r'name="also" value="([^"]*)"', page.content.decode())[1].split(",") if slug]


def ticked(page):
    return re.findall(r'name="to" value="([^"]*)"[^>]*\bchecked', page.content.decode())


def test_what_is_ticked_on_another_page_stays_ticked(owner_client, url, many):
    first = owner_client.get(url("choose"))
    assert len(first.context["page"].object_list) == 50
    on_first, other = first.context["page"].object_list[0].slug, first.context["page"].object_list[1].slug
    second = owner_client.post(url("choose"), {"page": "2", "to": [on_first, other]})
    assert (set(also(second)), ticked(second)) == ({on_first, other}, [])
    on_second = second.context["page"].object_list[0].slug
    back = owner_client.post(url("choose"), {"page": "1", "also": ",".join(also(second)), "to": [on_second]})
    assert (also(back), set(ticked(back))) == ([on_second], {on_first, other})
    # Unticked on the first page, and searched for something else: what stands on no page is kept all the same.
    found = owner_client.post(url("choose"), {"sought": many[7].name, "also": on_second, "to": [on_first]})
    assert set(also(found)) == {on_first, on_second}
    assert "2 of 61 chosen" in text_of(found)
    chosen = owner_client.post(url("choose"), {"only": "chosen", "also": f"{on_first},{on_second}"})
    assert {sub.slug for sub in chosen.context["page"].object_list} == {on_first, on_second}


def test_all_that_are_behind_are_those_on_every_page(owner_client, url, many):
    page = owner_client.post(url("choose"), {"pick": "behind"})
    behind = {row.slug for number, row in enumerate(many) if number % 3 == 0}
    assert behind <= set(also(page)) | set(ticked(page)) == set(page.context["chosen"])
    owner_client.post(
        url("choose"), {"do": "preview", "category": "forms", "to": ticked(page), "also": ",".join(also(page))}
    )
    planned = Plan.objects.get().targets.values_list("administration__slug", flat=True)
    assert set(planned) == set(page.context["chosen"])


def test_whoever_comes_with_some_chosen_sees_those(owner_client, url, many):
    page = owner_client.get(url("choose"), {"to": many[-1].slug})
    assert [sub.slug for sub in page.context["page"].object_list] == [many[-1].slug]


def test_many_are_compared_after_the_page_is_shown(owner_client, url, many, monkeypatch):
    monkeypatch.setattr("settings_sync.views.wizard.COMPARED_AT_ONCE", 50)
    page = owner_client.get(url("choose"))
    assert page.context["tree"].compared == 0
    assert 'hx-trigger="load, change' in page.content.decode()
    part = {"HX-Request": "true", "HX-Target": "settings"}
    assert owner_client.post(url("choose"), {}, headers=part).context["tree"].compared == 61
    turned = owner_client.post(url("choose"), {"page": "2"}, headers={**part, "HX-Target": "choose-targets"})
    assert turned.context["tree"].compared == 0
    assert owner_client.post(url("choose"), {"do": "refresh"}).context["tree"].compared == 61


def test_a_run_and_its_preview_are_turned_over_and_searched(owner_client, url, owner, main, joined, many):
    plan = spread_out(make_plan(owner, main, joined), many)
    shown = owner_client.get(url("plan", plan.pk), {"targets": "2"})
    assert [target.slug for target in shown.context["targets_page"].object_list] == [row.slug for row in many[49:]]
    narrowed = owner_client.get(url("plan", plan.pk), {"q": many[7].name, "target": many[30].slug})
    assert [target.slug for target in narrowed.context["targets_page"].object_list] == [many[7].slug]
    assert f'<option value="{many[30].slug}" selected>' in narrowed.content.decode()
    run = carried_out(owner, plan)
    page = owner_client.get(url("run", run.pk))
    assert len(page.context["run"].page.object_list) == 50
    assert len(owner_client.get(url("run", run.pk), {"page": "2"}).context["run"].page.object_list) == 11
    found = owner_client.get(url("run", run.pk), {"q": many[7].name}).context["run"].page.object_list
    assert [line.slug for line in found] == [many[7].slug]


def test_of_many_a_run_is_taken_back_everywhere_or_where_ticked(owner_client, url, owner, main, joined, many):
    run = carried_out(owner, spread_out(make_plan(owner, main, joined), many))
    page = text_of(owner_client.get(url("run", run.pk)))
    assert "In all 61 administrations" in page
    owner_client.post(url("run-undo", run.pk), {"where": "some", "target": [joined.slug]})
    assert Plan.objects.filter(kind="undo").latest("created_at").targets.count() == 1
    owner_client.post(url("run-undo", run.pk), {"where": "all", "target": [joined.slug]})
    assert Plan.objects.filter(kind="undo").latest("created_at").targets.count() == 61


def test_the_top_bar_fetches_its_list_and_searches_it(owner_client, main, joined, many):
    home = owner_client.get(reverse("administration-home", args=[main.slug])).content.decode()
    address = reverse("switch", args=[main.slug])
    assert f'hx-get="{address}' in home
    frame = re.search(r'<details class="frame-administration".*?</details>', home, re.DOTALL)[0]
    assert many[-1].name not in frame
    assert f'<a href="{address}' in frame
    part = owner_client.get(address, {"section": "settings/forms"}, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert part.count("?section=settings/forms") >= 50
    assert "50 of 62" in " ".join(part.split())
    found = owner_client.get(address, {"q": "VESTÍGING 59"})
    assert [row.slug for row in found.context["page"].object_list] == [many[59].slug]


def test_the_top_bar_lists_nothing_that_the_user_may_not_enter(owner_client, main, joined, child, other_child):
    page = text_of(owner_client.get(reverse("switch", args=[main.slug])))
    assert joined.name in page
    assert other_child.name not in page
    assert Administration.objects.filter(name=other_child.name).exists()
