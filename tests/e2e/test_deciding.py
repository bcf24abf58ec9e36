"""Resolving a conflict, and confirming with a typed word, in a real browser."""

import uuid

import pytest
from playwright.sync_api import expect

from .visitor import CONFIRM, PLAN, RUN

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
    visitor.open(f"/a/{administration}/settings/reference/work-types/?q={name[-8:]}")
    visitor.page.locator("main").get_by_role("link", name=name).first.click()
    visitor.page.locator("[name=description]").fill(words)
    visitor.page.locator("main form button.primary").first.click()
    visitor.page.wait_for_load_state()


def test_a_conflict_is_decided_and_what_was_chosen_stays(synced, name):
    describe(synced, name, "van-dijk", "van de groep")
    describe(synced, name, "van-dijk-noord", "van Noord")
    synced.preview_of(name, "van-dijk-noord")
    page = synced.page
    expect(page.locator(CONFIRM)).to_be_disabled()
    page.locator(".questions a.button").click()
    page.get_by_label("van Noord").check()
    page.locator(".decide button.primary").click()
    page.wait_for_url(PLAN)
    expect(page.locator(".questions")).to_have_count(0)
    page.locator(CONFIRM).click()
    synced.wait_for_result()
    synced.open(f"/a/van-dijk-noord/settings/reference/work-types/?q={name[-8:]}")
    page.locator("main").get_by_role("link", name=name).first.click()
    expect(page.locator("[name=description]")).to_have_value("van Noord")


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
