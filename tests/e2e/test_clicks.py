"""How many clicks the main jobs take, counted as a person makes them: on what the page offers, from the first page."""

import uuid
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, expect

from .test_deciding import describe
from .visitor import CONFIRM, PLAN, RUN, Visitor

HOME = "/a/van-dijk/"


@dataclass
class Counting:
    """Somebody whose clicks are counted; typing is none, choosing in a list is one."""

    visitor: Visitor
    clicks: int = 0

    def follow(self, control: Locator) -> None:
        self.clicks += 1
        self.visitor.follow(control)

    def click_on(self, control: Locator) -> None:
        self.clicks += 1
        control.click()

    def take_back(self, run: str) -> None:
        """Put everything back as it was in the demo, for whoever counts next."""
        page = self.visitor.page
        self.visitor.open(run)
        self.visitor.unfold("details.undo > summary")
        self.visitor.follow(page.locator("#run-undo"))
        page.wait_for_url(PLAN)
        if page.locator("input[name=confirmation]").count():
            page.locator("input[name=confirmation]").fill("Van Dijk Groep")
        self.start_and_wait()

    def start_and_wait(self) -> None:
        """Confirm the preview that is open, and stay until the result stands there with its proof."""
        self.click_on(self.visitor.page.locator(CONFIRM))
        self.visitor.page.wait_for_url(RUN)
        expect(self.visitor.page.locator("#proof")).to_be_visible(timeout=120_000)


@pytest.fixture
def main(beheerder: Visitor) -> Counting:
    beheerder.open(HOME)
    return Counting(beheerder)


def tile(main: Counting, name: str) -> Locator:
    return main.visitor.page.locator(".tile", has_text=name)


def test_oost_is_in_line_with_the_proof_in_at_most_five_clicks(main):
    page = main.visitor.page
    main.follow(tile(main, "Oost").get_by_role("button"))
    page.wait_for_url(PLAN)
    main.start_and_wait()
    expect(page.locator(".notice.ok")).to_contain_text(main.visitor.say("proof"))
    assert main.clicks <= 5
    run = page.url
    main.visitor.open(HOME)
    expect(tile(main, "Oost").locator(".tile-state")).to_have_text(main.visitor.say("in line"))
    main.take_back(run)


def test_the_conflict_of_zuid_is_decided_and_synced_in_at_most_four_clicks(main):
    page = main.visitor.page
    main.follow(tile(main, "Zuid").get_by_role("button"))
    expect(page.locator(".versions.phone figure")).to_have_count(2)
    expect(page.locator(".block.changed").first).to_be_visible()
    page.locator("[name=reason]").fill("Nieuwe CO-eisen")
    main.follow(page.locator(".cards button[value=source]"))
    page.wait_for_url(PLAN)
    main.start_and_wait()
    assert main.clicks <= 4
    run = page.url
    main.visitor.open(HOME)
    expect(tile(main, "Zuid").locator(".tile-state")).not_to_contain_text(main.visitor.say("waits for a decision"))
    main.take_back(run)
    main.visitor.open(HOME)
    expect(tile(main, "Zuid")).to_contain_text(main.visitor.say("Decide"))


def test_a_field_is_made_required_synced_and_taken_back_in_at_most_nine_clicks(beheerder):
    main = Counting(beheerder)
    page = beheerder.page
    beheerder.open("/a/van-dijk/settings/forms/")
    main.follow(page.get_by_role("link", name="Sleuteloverdracht"))
    required = page.locator("main table").first.get_by_role("link").first
    main.follow(required)
    main.click_on(page.locator("input[name=is_required]"))
    main.follow(page.locator("main form button.primary"))
    main.follow(page.locator("#sync-this"))
    page.wait_for_url(PLAN)
    main.start_and_wait()
    main.click_on(page.locator("details.undo > summary"))
    main.follow(page.locator("#run-undo"))
    page.wait_for_url(PLAN)
    if page.locator("input[name=confirmation]").count():
        page.locator("input[name=confirmation]").fill("Van Dijk Groep")
    main.start_and_wait()
    assert main.clicks <= 9


def test_noord_sees_what_changed_and_keeps_one_setting_in_at_most_four_clicks(beheerder, visit):
    name = f"Werktype {uuid.uuid4().hex[:8]}"
    beheerder.make_work_type(name)
    beheerder.preview_of(name, "van-dijk-noord")
    beheerder.confirm(name)
    beheerder.wait_for_result()
    describe(beheerder, name, "van-dijk", "Met de nieuwe eisen")
    beheerder.preview_of(name, "van-dijk-noord")
    beheerder.confirm(name)
    beheerder.wait_for_result()
    noord = Counting(visit("noord@van-dijk.example"))
    page = noord.visitor.page
    noord.visitor.open("/a/van-dijk-noord/")
    change = page.locator(".news details").filter(has_text=name).first
    noord.click_on(change.locator("summary").first)
    noord.follow(change.get_by_role("link", name=noord.visitor.say("Keep as it is here")))
    page.locator("[name=reason]").fill(f"Wij noemen het anders: {name}")
    noord.follow(page.locator("main form button.primary"))
    assert noord.clicks <= 4
    noord.visitor.open("/a/van-dijk-noord/")
    expect(page.locator("section[aria-labelledby=kept]")).to_contain_text(name)
