"""Somebody whose clicks are counted, as a person makes them: on what the page offers; typing is none."""

from dataclasses import dataclass

from playwright.sync_api import Locator, expect

from .visitor import CONFIRM, PLAN, RUN, Visitor, click_in_place


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

    def click_in_place(self, control: Locator, shows: Locator, number: int = 1) -> None:
        self.clicks += 1
        click_in_place(control, shows, number)

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
