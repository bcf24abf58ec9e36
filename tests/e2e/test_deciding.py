"""Resolving a conflict, and confirming with a typed word, in a real browser."""

import re
import uuid

import pytest
from playwright.sync_api import expect

from .visitor import ADMINISTRATIONS, CONFIRM, PLAN, RUN

TYPED = "input[name=confirmation]"


@pytest.fixture
def name():
    """Of something new in the main administration."""
    return f"Werktype {uuid.uuid4().hex[:8]}"


@pytest.fixture
def synced(beheerder, name):
    """The beheerder, on the page of a run that brought a new work type to Noord."""
    beheerder.make_work_type(name)
    beheerder.preview_of(name, "van-dijk-noord")
    beheerder.confirm(name)
    beheerder.wait_for_result()
    return beheerder


def describe(visitor, name, administration, words):
    """Give the work type another description."""
    find(visitor, name, administration)
    visitor.page.locator("[name=description]").fill(words)
    visitor.follow(visitor.page.locator("main form button.primary").first)


def find(visitor, name, administration):
    """Open the work type's page."""
    visitor.open(f"/a/{administration}/settings/reference/work-types/?q={name[-8:]}")
    visitor.page.locator("main").get_by_role("link", name=name).first.click()


def ask(page, name):
    """Open the question about a setting."""
    page.locator(".questions li", has_text=name).locator("a.button").click()


def take(page, side):
    """Decide by clicking one of the two versions."""
    page.locator(f".cards button[value={side}]").click()
    page.wait_for_url(PLAN)


@pytest.fixture
def three(beheerder):
    """Three work types that Noord has, each changed since in another way here and there; and the preview of them."""
    names = [f"Werktype {uuid.uuid4().hex[:8]}" for _number in range(3)]
    for name in names:
        beheerder.make_work_type(name)
    beheerder.preview_of(names[0], "van-dijk-noord", others=names[1:])
    beheerder.confirm(names[0])
    beheerder.wait_for_result()
    for name in names:
        describe(beheerder, name, "van-dijk", "van de groep")
        describe(beheerder, name, "van-dijk-noord", "van Noord")
    beheerder.preview_of(names[0], "van-dijk-noord", others=names[1:])
    return names


def test_a_conflict_is_resolved_each_way(beheerder, three):
    page = beheerder.page
    kept, overwritten, held = three
    expect(page.locator(CONFIRM)).to_be_disabled()
    expect(page.locator(".questions li")).to_have_count(3)
    ask(page, kept)
    expect(page.locator(".cards button[value=local]")).to_contain_text("van Noord")
    expect(page.locator(".cards button[value=source]")).to_contain_text("van de groep")
    take(page, "local")
    ask(page, overwritten)
    take(page, "source")
    expect(page.locator(".questions li")).to_have_count(1)
    page.locator(CONFIRM).click()
    beheerder.wait_for_result()
    page.locator("main .notice a", has_text="1").last.click()
    page.wait_for_url(re.compile("outcome=hold"))
    expect(page.locator(".changes li")).to_have_count(1)
    expect(page.locator(".changes li")).to_contain_text(held)
    for name, words in ((kept, "van Noord"), (overwritten, "van de groep"), (held, "van Noord")):
        find(beheerder, name, "van-dijk-noord")
        expect(page.locator("[name=description]")).to_have_value(words)


def test_each_field_that_both_sides_changed_has_its_own_two_cards(beheerder, name):
    page = beheerder.page
    beheerder.make_work_type(name)
    beheerder.preview_of(name, "van-dijk-noord")
    beheerder.confirm(name)
    beheerder.wait_for_result()
    for administration, words, minutes in (("van-dijk", "van de groep", "45"), ("van-dijk-noord", "van Noord", "90")):
        find(beheerder, name, administration)
        page.locator("[name=description]").fill(words)
        page.locator("[name=default_minutes]").fill(minutes)
        beheerder.follow(page.locator("main form button.primary").first)
    beheerder.preview_of(name, "van-dijk-noord")
    ask(page, name)
    pairs = page.locator("fieldset.pair")
    expect(pairs).to_have_count(2)
    pairs.nth(0).get_by_text("van Noord").or_(pairs.nth(1).get_by_text("van Noord")).click()
    page.get_by_label("45").check()
    page.locator("button[value=each]").click()
    page.wait_for_url(PLAN)
    beheerder.confirm(name)
    beheerder.wait_for_result()
    find(beheerder, name, "van-dijk-noord")
    expect(page.locator("[name=description]")).to_have_value("van Noord")
    expect(page.locator("[name=default_minutes]")).to_have_value("45")


def test_another_decision_than_the_two_versions_is_folded_below_them(beheerder, three):
    page = beheerder.page
    ask(page, three[0])
    expect(page.locator("input[name=word]").first).to_be_hidden()
    beheerder.unfold(".otherwise > summary")
    page.locator("input[name=word][value=skip]").check()
    page.locator(".otherwise button").click()
    page.wait_for_url(PLAN)
    expect(page.locator(".questions li")).to_have_count(2)


def test_what_needs_a_held_setting_is_held_with_it_until_that_is_decided(beheerder):
    """West has a form of its own with the name of one that the workflow fills in."""
    page = beheerder.page
    beheerder.open(f"{ADMINISTRATIONS}sync/?to=van-dijk-west&category=workflows")
    page.locator(".choice-next button").click()
    page.wait_for_url(PLAN)
    form, workflow = (f"{beheerder.say(kind).capitalize()} Onderhoud cv-ketel" for kind in ("form", "workflow"))
    expect(row_of(page, form)).to_contain_text(beheerder.say("held back"))
    expect(row_of(page, workflow)).to_contain_text(beheerder.say("held back"))
    page.locator(".questions li", has=page.locator(".change-title", has_text=form)).locator("a.button").click()
    page.locator("input[name=word][value=create_as]").check()
    page.locator(".decide [name=name]").fill(f"Onderhoud {uuid.uuid4().hex[:8]}")
    page.locator(".decide button.primary").click()
    page.wait_for_url(PLAN)
    expect(row_of(page, workflow)).not_to_contain_text(beheerder.say("held back"))


def row_of(page, title):
    """The line of a preview about the setting of this kind and name."""
    return page.locator(".changes li", has=page.locator(".change-title", has_text=title))


def test_taking_a_run_back_asks_for_the_typed_word(synced, name):
    page = synced.page
    page.locator("details.undo summary").click()
    page.locator("#run-undo").click()
    page.wait_for_url(PLAN)
    page.locator(TYPED).fill("ja")
    page.locator(CONFIRM).click()
    expect(page.locator(".notice.bad")).to_contain_text("van-dijk")
    page.locator(TYPED).fill("van-dijk")
    page.locator(CONFIRM).click()
    page.wait_for_url(RUN)
    synced.wait_for_result()
    synced.open(f"/a/van-dijk-noord/settings/reference/work-types/?q={name[-8:]}")
    expect(page.locator("main")).not_to_contain_text(name)
