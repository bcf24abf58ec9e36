"""Confirming a preview, however impatiently, is one run."""

import uuid

import pytest
from playwright.sync_api import expect

from tests.waiting import until

from .visitor import ADMINISTRATIONS, CONFIRM, PLAN, RUN


@pytest.fixture
def name():
    """Of something new in the main administration, and of the note that goes with it."""
    return f"Werktype {uuid.uuid4().hex[:8]}"


@pytest.fixture
def previewed(beheerder, name):
    """The beheerder, looking at what a sync of it would do."""
    beheerder.make_work_type(name)
    beheerder.preview_of(name, "van-dijk-noord", "van-dijk-oost")
    return beheerder


def test_a_double_click_is_one_run(previewed, name):
    previewed.page.locator("textarea[name=note]").fill(name)
    previewed.page.locator(CONFIRM).dblclick()
    previewed.wait_for_result()
    assert previewed.runs_with_note(name) == 1


def held_back(page, sent):
    """The requests that are kept waiting, once there is one; nothing else can be asked of a page that is leaving."""
    return until(lambda: page.wait_for_timeout(10) or sent, "a request")


SECOND_CLICK = """(confirm) => new Promise((tell) => {
  const button = document.querySelector(confirm);
  button.scrollIntoView();
  const { x, y, width, height } = button.getBoundingClientRect();
  button.click();
  setTimeout(() => {
    const there = document.elementFromPoint(x + width / 2, y + height / 2);
    tell([button.disabled, there === button]);
  }, 100);
})"""
"""Clicks, and tells whether the middle of the button is still the button, once that says what is being done."""


def test_the_second_click_of_a_slow_double_click_lands_on_the_same_button(previewed, name):
    page, sent = previewed.page, []
    page.route("**/*", lambda route: sent.append(route) if route.request.method == "POST" else route.continue_())
    page.locator("textarea[name=note]").fill(name)
    assert page.evaluate(SECOND_CLICK, CONFIRM) == [True, True]
    (only,) = held_back(page, sent)
    only.continue_()
    previewed.wait_for_result()


def test_going_back_and_confirming_again_leads_to_the_same_run(previewed, name):
    preview = previewed.page.url
    previewed.confirm(name)
    previewed.wait_for_result()
    run = previewed.page.url.partition("#")[0]
    previewed.page.go_back()
    expect(previewed.page).to_have_url(preview)
    if previewed.page.locator(CONFIRM).is_visible():
        # The browser showed the page that it remembered.
        previewed.page.locator(CONFIRM).click()
    else:
        previewed.link("See how it went").click()
    previewed.wait_for_result()
    assert previewed.page.url.partition("#")[0] == run
    assert previewed.runs_with_note(name) == 1


def test_a_second_tab_with_the_same_preview_leads_to_the_same_run(previewed, name):
    other_tab = previewed.context.new_page()
    other_tab.goto(previewed.page.url)
    previewed.confirm(name)
    previewed.wait_for_result()
    other_tab.locator(CONFIRM).click()
    other_tab.wait_for_url(RUN)
    expect(other_tab.locator(".messages .notice")).to_be_visible()
    assert other_tab.url.partition("#")[0] == previewed.page.url.partition("#")[0]
    assert previewed.runs_with_note(name) == 1


def test_a_tick_during_a_comparison_stays(beheerder, name):
    beheerder.make_work_type(name)
    page = beheerder.page
    beheerder.open(f"{ADMINISTRATIONS}sync/")
    asked = []
    page.route("**/sync/", lambda route: asked.append(route) if route.request.method == "POST" else route.continue_())
    page.locator("#to-van-dijk-noord").check()
    with page.expect_request("**/sync/"):
        pass
    page.locator("[data-filters-tree]").fill(name)
    page.locator("#settings-tree").get_by_label(name, exact=True).check()
    with page.expect_response("**/sync/"):
        asked[0].continue_()
    expect(page.locator("#settings > p").first).not_to_contain_text("5")
    expect(page.locator("#settings-tree").get_by_label(name, exact=True)).to_be_checked()
    expect(page.locator("[data-filters-tree]")).to_have_value(name)


BUSY_AND_BACK = """() => new Promise((tell) => {
  const button = document.querySelector(".choice-next button");
  const status = document.querySelector("[data-busy-status]");
  const state = () => [button.textContent.trim(), button.disabled, status.textContent];
  const usual = state();
  button.click();
  setTimeout(() => {
    const busy = state();
    button.click();
    dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
    tell([usual, busy, state()]);
  }, 100);
})"""
"""Clicks twice; then the page comes back from the browser's memory, as the back button brings it."""


def test_a_preview_that_takes_a_while_says_so_and_is_asked_for_once(beheerder, name):
    page, sent = beheerder.page, []
    beheerder.open(f"{ADMINISTRATIONS}sync/?to=van-dijk-noord&to=van-dijk-oost&category=forms")
    page.route("**/sync/", lambda route: sent.append(route))
    usual, busy, back = page.evaluate(BUSY_AND_BACK)
    said = beheerder.say("Making a preview for %%(number)s administrations…").replace("%%(number)s", "2")
    assert busy == [said, True, said]
    assert back == usual == [beheerder.say("See what will happen"), False, ""]
    (only,) = held_back(page, sent)
    only.continue_()
    page.wait_for_url(PLAN)
