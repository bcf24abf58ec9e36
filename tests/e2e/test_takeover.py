"""Taking over, in a real browser: by name, by hand, in bulk, and counted for an administration of 300 settings."""

import re
import subprocess
import sys
import uuid

import pytest
from playwright.sync_api import expect

from local_servers.processes import PROJECT

from .acquired import ANOTHER, letters
from .clicking import Counting
from .conftest import BEHEERDER
from .visitor import ADMINISTRATIONS, CONFIRM, PLAN, click_in_place

SERVICE = "van-dijk-service"
BEGUN = 2
"""The version of a sitting in which nothing was decided."""
SITTING = re.compile(r"/takeover/van-dijk-service/(\?.*)?(#.*)?$")


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


def version(page, number):
    """The list as it is after so many rounds of deciding."""
    return page.locator(f"#takeover-form[data-version='{number + BEGUN}']")


def carry_out(visitor, note):
    """From the sitting by way of the preview to the result."""
    visitor.follow(visitor.page.locator(".page-header-actions a.button"))
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
    beheerder.follow(page.locator(".takeover-choice a"))
    page.locator("[data-filters-list=candidates]").fill(mark)
    expect(page.locator("#candidates > li:visible")).to_have_count(1)
    page.get_by_label(f"Onderhoud {mark}").check()
    beheerder.follow(page.locator(".takeover-pick button.primary"))
    expect(page.locator(".takeover-progress")).to_contain_text("1 ")
    assert f"q={mark}" in page.url
    carry_out(beheerder, mark)
    assert names_there(beheerder, mark) == [f"Onderhoud {mark}"]


def test_many_are_decided_at_once_and_the_list_stays_as_it_was(beheerder, mark):
    for number in ("een", "twee"):
        beheerder.make_work_type(f"Keuring {number} {mark}")
        beheerder.make_work_type(f"Keuring {number} {mark}", SERVICE)
    beheerder.make_work_type(f"Montage zonnepaneel {mark}")
    beheerder.make_work_type(f"Zonnepaneel monteren {mark}", SERVICE)
    begin(beheerder, mark)
    page = beheerder.page
    page.locator("input[name=take][value=rest]").uncheck()
    click_in_place(page.locator("button[value=propose]"), version(page, 1))
    expect(page.locator("input[name=take][value=sure]")).to_have_count(0)
    expect(page.locator("input[name=take][value=rest]")).not_to_be_checked()
    row = page.locator("#takeover-rows tr", has_text="Zonnepaneel monteren")
    # So that there is more above and below than the window shows.
    page.set_viewport_size({"width": 1280, "height": 300})
    row.locator("input[name=pick]").check()
    page.locator("button[value=proposed]").scroll_into_view_if_needed()
    place = page.locator("#takeover-rows tr[id]").first.bounding_box()["y"]
    click_in_place(page.locator("button[value=proposed]"), version(page, 2))
    expect(row.locator("select")).not_to_have_value("")
    expect(row.locator("input[name=pick]")).to_be_checked()
    expect(page.locator("input[name=q]").last).to_have_value(mark)
    assert page.locator("#takeover-rows tr[id]").first.bounding_box()["y"] == pytest.approx(place, abs=1)
    carry_out(beheerder, mark)
    assert len(names_there(beheerder, mark)) == 3


def test_what_was_chosen_survives_the_end_of_the_session(visit, mark):
    visitor = visit(BEHEERDER)
    visitor.make_work_type(f"Lekkage {mark}", SERVICE)
    begin(visitor, mark)
    page = visitor.page
    page.locator(".takeover-choice select").select_option("own")
    kept = visitor.context.cookies()
    visitor.context.clear_cookies(name="sessionid")
    page.locator(".takeover-do button[value=save]").click()
    page.wait_for_url(re.compile("/sign-in/"))
    visitor.context.add_cookies([cookie for cookie in kept if cookie["name"] != "sessionid"])
    visitor.sign_in(BEHEERDER)
    page.wait_for_url(SITTING)
    expect(page.locator(".takeover-choice select")).to_have_value("own")


@pytest.fixture
def acquired(base_url):
    """The name of an administration of 300 settings of its own, below De Boer."""
    name = f"Vos Installatie {uuid.uuid4().hex[:6]}"
    code = f"from tests.e2e.acquired import make; make('de-boer', {name!r})"
    subprocess.run([sys.executable, "manage.py", "shell", "-c", code], cwd=PROJECT, check=True)
    return name


def test_three_hundred_settings_mostly_named_otherwise_take_few_decisions_and_clicks(visit, acquired):
    main = Counting(visit("beheerder@de-boer.example"))
    page = main.visitor.page
    main.visitor.open("/a/de-boer/")
    main.follow(page.locator(".tile", has_text=acquired).get_by_role("link", name=main.visitor.say("Take over")))
    main.follow(page.locator("main form button.primary"))
    expect(page.locator(".takeover-progress strong")).to_contain_text("300")
    main.clicks += 1
    with page.expect_navigation():
        page.locator("select[name=sort]").select_option("alone")
    for letter in letters():
        couple_by_hand(main, *(f"{word} {letter}" for word in ANOTHER))
    decisions = len(letters())
    main.follow(page.get_by_role("link", name=main.visitor.say("Show everything")))
    main.click_on(page.locator("input[name=take][value=alike]"))
    parts = ("sure", "alike", "alone", "rest")
    expect(page.locator("input[name=take]:checked")).to_have_count(len(parts))
    decisions += len(parts)
    main.click_in_place(page.locator("button[value=propose]"), version(page, decisions - len(parts) + 1))
    expect(page.locator(".takeover-progress progress[value='300']")).to_be_attached()
    main.follow(page.locator(".page-header-actions a.button.primary"))
    page.wait_for_url(PLAN)
    if page.locator("input[name=confirmation]").count():
        page.locator("input[name=confirmation]").fill("De Boer Techniek")
    main.start_and_wait()
    expect(page.locator("#run .progress")).to_contain_text("270")
    print(f"{decisions} decisions, {main.clicks} clicks")
    assert decisions <= 60
    assert main.clicks <= 90


def couple_by_hand(main, own, theirs):
    """Two settings that only people know to be the same, from the list to the page of both and back to the list."""
    page = main.visitor.page
    main.follow(page.locator("#takeover-rows tr", has=page.get_by_text(own, exact=False)).locator(".takeover-choice a"))
    page.locator("[data-filters-list=candidates]").fill(theirs)
    main.click_on(page.get_by_label(theirs))
    main.follow(page.locator(".takeover-pick button.primary"))
    expect(page.locator("select[name=sort]")).to_have_value("alone")
