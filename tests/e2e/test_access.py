"""Who sees what; and that tabs, sessions and unsaved work are not mixed up or lost."""

import re
import uuid

import pytest
from playwright.sync_api import expect

from .conftest import BEHEERDER
from .visitor import ADMINISTRATIONS, PLAN

KEPT = re.compile(f"{ADMINISTRATIONS}sync/\\?kept=")
PLANNER, STRANGER = "planner@van-dijk.example", "beheerder@de-boer.example"


def test_a_planner_has_no_settings(visit):
    planner = visit(PLANNER)
    planner.open("/a/van-dijk/")
    expect(planner.link("Work orders", ".frame-nav")).to_be_visible()
    expect(planner.link("Settings", ".frame-nav")).to_have_count(0)
    for address in ("/a/van-dijk/settings/", ADMINISTRATIONS, f"{ADMINISTRATIONS}sync/"):
        planner.open(address, refused=403)
        expect(planner.page.get_by_role("heading", level=1)).to_have_text(planner.say("Your role does not allow this"))


@pytest.mark.parametrize("address", ["", "settings/", "settings/administrations/", "work-orders/"])
def test_a_strangers_administration_is_not_there(beheerder, address):
    beheerder.open(f"/a/de-boer/{address}", refused=404)
    expect(beheerder.page.locator("body")).not_to_contain_text("De Boer")


def test_a_strangers_preview_is_not_there(visit, beheerder):
    stranger = visit(STRANGER)
    stranger.open("/a/de-boer/settings/administrations/sync/?to=de-boer-a&category=forms")
    stranger.page.locator(".choice-next button").click()
    stranger.page.wait_for_url(PLAN)
    plan = stranger.page.url.rstrip("/").rpartition("/")[2]
    beheerder.open(f"/a/de-boer/settings/administrations/sync/{plan}/", refused=404)
    beheerder.open(f"{ADMINISTRATIONS}sync/{plan}/", refused=404)


def test_two_tabs_in_two_administrations_do_not_mix(beheerder):
    name = f"Werktype {uuid.uuid4().hex[:8]}"
    beheerder.open("/a/van-dijk-noord/settings/reference/work-types/new/")
    beheerder.page.locator("input[name=name]").fill(name)
    other_tab = beheerder.context.new_page()
    other_tab.goto("/a/van-dijk-oost/settings/reference/work-types/")
    beheerder.page.locator("main form button.primary").click()
    beheerder.page.wait_for_url("**/a/van-dijk-noord/**/work-types/**")
    expect(beheerder.page.locator(".frame-name")).to_contain_text("Van Dijk Noord")
    beheerder.open("/a/van-dijk-noord/settings/reference/work-types/")
    expect(beheerder.page.locator("main")).to_contain_text(name)
    other_tab.reload()
    expect(other_tab.locator(".frame-name")).to_contain_text("Van Dijk Oost")
    expect(other_tab.locator("main")).not_to_contain_text(name)


def test_who_signs_in_again_is_back_in_the_wizard_with_the_same_choice(beheerder):
    beheerder.open(f"{ADMINISTRATIONS}sync/?to=van-dijk-noord&category=forms")
    beheerder.context.clear_cookies(name="sessionid")
    beheerder.page.locator(".choice-next button").click()
    beheerder.page.wait_for_url("**/sign-in/**")
    beheerder.sign_in(BEHEERDER)
    expect(beheerder.page).to_have_url(KEPT)
    expect(beheerder.page.locator("#to-van-dijk-noord")).to_be_checked()
    expect(beheerder.page.locator("input[name=category][value=forms]")).to_be_checked()
    expect(beheerder.page.locator("#to-van-dijk-oost")).not_to_be_checked()


def save_without_a_session(visitor):
    """Press Save after the session has ended, and sign in again; anything but the session stays."""
    visitor.context.clear_cookies(name="sessionid")
    visitor.page.locator("main .primary").first.click()
    visitor.page.wait_for_url("**/sign-in/**")
    expect(visitor.page.locator("[data-keeps-work]")).to_be_visible()


def test_what_was_typed_comes_back_after_signing_in_again(beheerder):
    page, street = beheerder.page, f"Kade {uuid.uuid4().hex[:8]}"
    beheerder.open("/a/van-dijk-noord/customers/new/")
    page.locator("input[name=name]").fill("Bakkerij De Vroege Vogel")
    page.locator("input[name=street]").fill(street)
    save_without_a_session(beheerder)
    beheerder.sign_in(BEHEERDER)
    page.wait_for_url("**/customers/new/")
    expect(page.locator("[data-work-is-back]")).to_be_visible()
    expect(page.locator("input[name=street]")).to_have_value(street)
    page.locator("main .primary").first.click()
    page.wait_for_url(re.compile(r"/customers/\d+/"))
    expect(page.locator("main")).to_contain_text(street)
    assert page.evaluate("sessionStorage.getItem('kept-work')") is None
    beheerder.open("/a/van-dijk-noord/customers/new/")
    expect(page.locator("input[name=street]")).to_have_value("")


def test_what_is_too_much_to_send_comes_back_and_says_so(beheerder):
    page, address = beheerder.page, "/a/van-dijk-noord/customers/new/"
    beheerder.open(address)
    page.locator("input[name=name]").fill("Bakkerij De Lange Lijst")
    page.locator("textarea[name=notes]").evaluate("field => { field.value = 'é'.repeat(1_500_000) }")
    beheerder.refusals.add(address)
    page.locator("main .primary").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(beheerder.say("This is too much to send at once"))
    expect(page.locator("[data-keeps-work]")).to_be_visible()
    page.locator("main .primary").click()
    expect(page.locator("[data-too-much-is-back]")).to_be_visible()
    expect(page.locator("input[name=name]")).to_have_value("Bakkerij De Lange Lijst")
    expect(page.locator("textarea[name=notes]")).to_have_js_property("textLength", 1_500_000)


def test_rows_that_were_added_come_back_as_well_but_to_nobody_else(beheerder):
    page = beheerder.page
    beheerder.open("/a/van-dijk-noord/settings/workflows/new/")
    page.locator("input[name=name]").fill("Halverwege")
    page.locator("select[name=new_type]").select_option("signature")
    page.locator("button[value=add]").click()
    page.locator("input[name=steps-0-title]").fill("Teken hier")
    save_without_a_session(beheerder)
    beheerder.sign_in(BEHEERDER)
    expect(page.locator("input[name=steps-0-title]")).to_have_value("Teken hier")
    expect(page.locator("input[name=name]")).to_have_value("Halverwege")
    save_without_a_session(beheerder)
    beheerder.open(page.url.partition("?")[0])
    beheerder.sign_in(PLANNER)
    assert page.evaluate("sessionStorage.getItem('kept-work')") is None


def test_what_was_typed_comes_back_when_a_part_of_its_page_asked_for_signing_in(beheerder):
    page = beheerder.page
    beheerder.open("/a/van-dijk-noord/settings/workflows/new/")
    page.locator("input[name=name]").fill("Halverwege")
    beheerder.context.clear_cookies(name="sessionid")
    page.locator("select[name=new_type]").select_option("signature")
    page.locator("button[value=add]").click()
    page.wait_for_url("**/sign-in/**")
    expect(page.locator("[data-keeps-work]")).to_be_visible()
    beheerder.sign_in(BEHEERDER)
    expect(page.locator("input[name=name]")).to_have_value("Halverwege")


def test_a_part_of_a_page_that_needs_a_session_leads_to_signing_in(beheerder):
    beheerder.open(f"{ADMINISTRATIONS}sync/?to=van-dijk-noord")
    beheerder.context.clear_cookies(name="sessionid")
    beheerder.page.locator("#to-van-dijk-oost").check()
    beheerder.page.wait_for_url("**/sign-in/**")
    beheerder.sign_in(BEHEERDER)
    expect(beheerder.page).to_have_url(KEPT)
    for chosen in ("noord", "oost"):
        expect(beheerder.page.locator(f"#to-van-dijk-{chosen}")).to_be_checked()


def test_unsaved_work_is_warned_about_before_switching(beheerder):
    page, asked = beheerder.page, []
    answers = {"stay": lambda dialog: dialog.dismiss(), "leave": lambda dialog: dialog.accept()}
    answer = "stay"
    page.on("dialog", lambda dialog: (asked.append(dialog.message), answers[answer](dialog)))
    beheerder.open("/a/van-dijk/settings/company/")
    street = page.locator("input[name=company_street]")
    before = street.input_value()
    street.fill("Nieuwe straat 1")
    beheerder.switch_to("Van Dijk Noord")
    expect(street).to_have_value("Nieuwe straat 1")
    assert asked == [beheerder.say("You have work on this page that is not saved yet. Leave it?")]
    answer = "leave"
    page.locator("#switcher-list").get_by_role("link", name="Van Dijk Noord").click()
    page.wait_for_url("**/a/van-dijk-noord/settings/company/")
    assert len(asked) == 2
    beheerder.open("/a/van-dijk/settings/company/")
    expect(street).to_have_value(before)
    beheerder.switch_to("Van Dijk Noord")
    page.wait_for_url("**/a/van-dijk-noord/settings/company/")
    assert len(asked) == 2, "nothing was changed, so nothing was asked"
