"""Coupling by name, by hand and in bulk, in a real browser."""

import re
import uuid

import pytest
from playwright.sync_api import expect

from .conftest import BEHEERDER
from .visitor import ADMINISTRATIONS, CONFIRM, PLAN

SERVICE = "van-dijk-service"
SITTING = re.compile(r"/takeover/van-dijk-service/(\?.*)?$")


@pytest.fixture
def mark():
    """What the names of one test have in common."""
    return uuid.uuid4().hex[:8]


def begin(visitor, mark):
    """Begin a sitting, and look at what bears the mark."""
    visitor.open(f"{ADMINISTRATIONS}takeover/{SERVICE}/")
    visitor.page.locator("main form button").click()
    visitor.page.wait_for_url(SITTING)
    visitor.open(f"{visitor.page.url.partition('?')[0]}?q={mark}")


def carry_out(visitor, note):
    """From the sitting by way of the preview to the result."""
    visitor.page.locator(".page-header a.button.primary").click()
    visitor.page.wait_for_url(PLAN)
    if visitor.page.locator("input[name=confirmation]").count():
        visitor.page.locator("input[name=confirmation]").fill("van-dijk")
    visitor.confirm(note)
    visitor.wait_for_result()


def names_there(visitor, mark):
    visitor.open(f"/a/{SERVICE}/settings/reference/work-types/?q={mark}")
    return [words.splitlines()[0] for words in visitor.page.locator("main tbody tr th").all_inner_texts()]


def test_an_equal_name_is_proposed_and_coupled(beheerder, mark):
    for administration in ("van-dijk", SERVICE):
        beheerder.make_work_type(f"Inspectie {mark}", administration)
    beheerder.preview_of(f"Inspectie {mark}", SERVICE)
    page = beheerder.page
    page.locator(".questions a.button").click()
    expect(page.locator("input[value='couple:same']")).to_be_checked()
    page.locator(".decide button.primary").click()
    page.wait_for_url(PLAN)
    beheerder.follow(page.locator(CONFIRM))
    if page.locator("input[name=confirmation]").count():
        page.locator("input[name=confirmation]").fill("van-dijk")
        page.locator(CONFIRM).click()
    beheerder.wait_for_result()
    assert len(names_there(beheerder, mark)) == 1


def test_a_differently_named_setting_is_chosen_by_hand_from_a_list_beside_it(beheerder, mark):
    beheerder.make_work_type(f"Onderhoud {mark}")
    beheerder.make_work_type(f"Zomerbeurt {mark}", SERVICE)
    begin(beheerder, mark)
    page = beheerder.page
    page.locator(".takeover-choice a").click()
    page.locator("[data-filters-list=candidates]").fill(mark)
    expect(page.locator("#candidates > li:visible")).to_have_count(1)
    page.get_by_label(f"Zomerbeurt {mark}").check()
    page.locator(".takeover-pick button.primary").click()
    page.wait_for_url(SITTING)
    carry_out(beheerder, mark)
    assert names_there(beheerder, mark) == [f"Onderhoud {mark}"]


def test_many_are_decided_at_once(beheerder, mark):
    for number in ("een", "twee"):
        beheerder.make_work_type(f"Keuring {number} {mark}")
        beheerder.make_work_type(f"Keuring {number} {mark}", SERVICE)
    beheerder.make_work_type(f"Montage zonnepaneel {mark}")
    beheerder.make_work_type(f"Zonnepaneel monteren {mark}", SERVICE)
    begin(beheerder, mark)
    page = beheerder.page
    page.locator("button[value=exact]").click()
    expect(page.locator(".messages .notice.ok")).to_be_visible()
    page.locator("[data-selects-all]").check()
    page.locator("select[name=bulk]").select_option("suggested")
    beheerder.follow(page.locator("button[value=bulk]"))
    expect(page.locator(".takeover-choice optgroup").first).to_be_attached()
    carry_out(beheerder, mark)
    assert len(names_there(beheerder, mark)) == 3


def test_what_was_chosen_survives_the_end_of_the_session(visit, mark):
    visitor = visit(BEHEERDER)
    visitor.make_work_type(f"Lekkage {mark}")
    begin(visitor, mark)
    page = visitor.page
    page.locator(".takeover-choice select").select_option("new")
    kept = visitor.context.cookies()
    visitor.context.clear_cookies(name="sessionid")
    page.locator("button[value=save]").first.click()
    page.wait_for_url(re.compile("/sign-in/"))
    visitor.context.add_cookies([cookie for cookie in kept if cookie["name"] != "sessionid"])
    visitor.sign_in(BEHEERDER)
    page.wait_for_url(SITTING)
    expect(page.locator(".takeover-choice select")).to_have_value("new")
