"""The main job with the keyboard alone."""

import uuid

from playwright.sync_api import expect

from .test_deciding import describe
from .visitor import ADMINISTRATIONS, CONFIRM, PLAN

MOST_TABS = 80


def test_the_main_job_needs_no_mouse(beheerder):
    name = f"Werktype {uuid.uuid4().hex[:8]}"
    beheerder.make_work_type(name)
    page = beheerder.page
    beheerder.open(f"{ADMINISTRATIONS}sync/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip-link")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/sync/#content")
    tab_to(page, "#to-van-dijk-oost")
    with page.expect_response("**/sync/"):
        page.keyboard.press("Space")
    expect(page.locator("#to-van-dijk-oost")).to_be_checked()
    tab_to(page, "[data-filters-tree]")
    page.keyboard.type(name)
    tab_to(page, "#settings-tree li[data-uid]:not([hidden]) input")
    page.keyboard.press("Space")
    tab_to(page, ".choice-next button")
    page.keyboard.press("Enter")
    page.wait_for_url(PLAN)
    tab_to(page, "textarea[name=note]")
    page.keyboard.type(name)
    tab_to(page, CONFIRM)
    page.keyboard.press("Enter")
    beheerder.wait_for_result()
    assert beheerder.runs_with_note(name) == 1


def test_one_of_two_versions_is_taken_with_the_keyboard(beheerder):
    name = f"Werktype {uuid.uuid4().hex[:8]}"
    beheerder.make_work_type(name)
    page = beheerder.page
    beheerder.preview_of(name, "van-dijk-noord")
    beheerder.confirm(name)
    beheerder.wait_for_result()
    for administration in ("van-dijk", "van-dijk-noord"):
        describe(beheerder, name, administration, f"van {administration}")
    beheerder.preview_of(name, "van-dijk-noord")
    beheerder.follow(page.locator(".questions a.button"))
    page.keyboard.press("Tab")
    tab_to(page, "[name=reason]")
    # Nobody decides by ending a line.
    page.keyboard.type("Zo staat het in het contract\n")
    expect(page.locator("[name=reason]")).to_be_focused()
    tab_to(page, ".cards button[value=local]")
    tab_to(page, ".cards button[value=source]")
    page.keyboard.press("Enter")
    page.wait_for_url(PLAN)
    expect(page.locator(".questions")).to_have_count(0)
    expect(page.locator(CONFIRM)).to_be_enabled()


def test_a_menu_closes_with_escape_and_gives_the_focus_back(beheerder):
    beheerder.open(ADMINISTRATIONS)
    summary = beheerder.page.locator(".main-administration details.menu > summary")
    summary.focus()
    beheerder.page.keyboard.press("Enter")
    link = beheerder.page.locator(".main-administration .menu-list a").first
    expect(link).to_be_visible()
    beheerder.page.keyboard.press("Tab")
    expect(link).to_be_focused()
    beheerder.page.keyboard.press("Escape")
    expect(link).to_be_hidden()
    expect(summary).to_be_focused()


def tab_to(page, selector):
    """Press Tab until this has the focus; everything on the way must show that it has it."""
    wanted = page.locator(selector).first
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        assert page.evaluate(SHOWS_FOCUS), page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
        if wanted.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"{selector} was not reached in {MOST_TABS} steps.")


SHOWS_FOCUS = """() => {
  const style = getComputedStyle(document.activeElement);
  return (style.outlineStyle !== "none" && style.outlineWidth !== "0px") || style.boxShadow !== "none";
}"""
