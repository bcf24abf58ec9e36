"""Choosing again what was chosen before, and deciding once for many, in a real browser."""

import uuid

import pytest
from playwright.sync_api import expect

from .test_deciding import describe
from .visitor import ADMINISTRATIONS, CONFIRM, PLAN, RUN

BOTH = ("van-dijk-noord", "van-dijk-oost")
IN_CONFLICT = ("van-dijk-noord", "van-dijk-zuid")
"""Where nobody looks whether everything is in line."""


@pytest.fixture
def name():
    """Of something new in the main administration."""
    return f"Werktype {uuid.uuid4().hex[:8]}"


@pytest.fixture
def saved(beheerder, name):
    """The beheerder, who saved a choice of a new work type for two administrations under the same name."""
    beheerder.make_work_type(name)
    beheerder.preview_of(name, *BOTH)
    page = beheerder.page
    page.locator("details.save-choice summary").click()
    page.locator("details.save-choice input[name=name]").fill(name)
    page.locator("details.save-choice .panel button").click()
    expect(page.locator(".messages")).to_contain_text(name)
    return beheerder


def test_a_saved_choice_is_run_in_two_clicks(saved, name):
    page = saved.page
    saved.open(f"{ADMINISTRATIONS}sync/")
    page.locator(".saved li", has_text=name).locator("form button").click()
    page.wait_for_url(PLAN)
    page.locator(CONFIRM).click()
    page.wait_for_url(RUN)
    saved.wait_for_result()
    expect(page.locator(".progress li")).to_have_count(2)
    saved.open(f"{ADMINISTRATIONS}sync/")
    page.locator(".saved li", has_text=name).locator("a").click()
    page.locator("button[name=delete]").click()
    expect(page.locator(".saved li", has_text=name)).to_have_count(0)


@pytest.fixture
def asked(beheerder, name):
    """The beheerder at a preview in which two administrations have the same value where the main has another."""
    beheerder.make_work_type(name)
    beheerder.preview_of(name, *IN_CONFLICT)
    beheerder.confirm(name)
    beheerder.wait_for_result()
    describe(beheerder, name, "van-dijk", "van de groep")
    for administration in IN_CONFLICT:
        describe(beheerder, name, administration, "van de vestigingen")
    beheerder.preview_of(name, *IN_CONFLICT)
    return beheerder


def test_an_equal_conflict_is_decided_once_for_both_and_a_second_tab_is_told_so(asked):
    page = asked.page
    expect(page.locator(".questions li")).to_have_count(1)
    asked.follow(page.locator(".questions a.button"))
    words = asked.say("%(number)s of %(total)s have this value", number=2, total=2)
    expect(page.locator(".spread")).to_contain_text(words)
    expect(page.locator(".spread")).to_contain_text("Beheerder Van Dijk")
    other_tab = asked.context.new_page()
    other_tab.goto(page.url)
    page.locator(".cards button[value=local]").click()
    page.wait_for_url(PLAN)
    expect(page.locator(".questions")).to_have_count(0)
    expect(page.locator(CONFIRM)).to_be_enabled()
    other_tab.locator("input[name=reason]").fill("Eén lijn")
    other_tab.locator(".cards button[value=source]").click()
    expect(other_tab.locator(".notice.bad")).to_be_visible()
    expect(other_tab.locator("input[name=reason]")).to_have_value("Eén lijn")
    # Carried out, so that no conflict is left for who counts those of the demo.
    page.reload()
    page.locator(CONFIRM).click()
    asked.wait_for_result()
