"""Somebody with a browser: what they do on the pages, and what goes wrong in them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from django.utils.translation import gettext, override
from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Response, expect

PASSWORD = "demo"
ADMINISTRATIONS = "/a/van-dijk/settings/administrations/"
CONFIRM = "main form.start button.primary"
PLAN = re.compile(r"/sync/[0-9a-f-]{36}/(#.*)?$")
RUN = re.compile(r"/runs/[0-9a-f-]{36}/(#.*)?$")


@dataclass
class Visitor:
    """A person at a browser of their own. `problems` gets every error of the console, the policy and the server."""

    context: BrowserContext
    language: str = "nl"
    problems: list[str] = field(default_factory=list)
    refusals: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.context.on("console", self._on_console)
        self.context.on("weberror", lambda error: self.problems.append(f"script error: {error.error}"))
        self.context.on("response", self._on_response)
        self.page = self.context.new_page()

    def say(self, words: str, **facts: Any) -> str:
        """What the screen says for these words of the code, in the visitor's language."""
        with override(self.language):
            return gettext(words) % facts if facts else gettext(words)

    def open(self, address: str, *, refused: int = 0) -> Response:
        """Go to a page; `refused` is the status of the refusal that is expected."""
        if refused:
            self.refusals.add(address)
        response = cast(Response, self.page.goto(address))
        assert response.status == (refused or 200), f"{address} answered {response.status}"
        return response

    def follow(self, control: Locator) -> None:
        """Click what leads to another page, or to this one again, and wait until that page has loaded."""
        with self.page.expect_navigation():
            control.click()

    def unfold(self, selector: str) -> None:
        """Click a summary, which leaves the page as it is but for what unfolds."""
        summary = self.page.locator(selector).first
        summary.click()

    def sign_in(self, email: str, password: str = PASSWORD) -> None:
        """Fill in the form of the sign-in page that is open."""
        self.page.locator("input[name=email]").fill(email)
        self.page.locator("input[name=password]").fill(password)
        self.page.locator("main form button").click()
        self.page.wait_for_url(lambda address: "/sign-in/" not in address)

    def link(self, words: str, inside: str = "main") -> Locator:
        """A link by its exact words."""
        return self.page.locator(inside).get_by_role("link", name=self.say(words), exact=True)

    def switch_to(self, name: str) -> None:
        """Choose another administration in the top bar."""
        self.page.locator(".frame-administration summary").click()
        self.page.locator("#switcher-list").get_by_role("link", name=name).click()

    def make_work_type(self, name: str, administration: str = "van-dijk") -> None:
        """A new work type: something small that differs from what the others have."""
        self.open(f"/a/{administration}/settings/reference/work-types/new/")
        self.page.locator("input[name=name]").fill(name)
        self.page.locator("main form button.primary").click()
        self.page.wait_for_url(lambda address: "/new/" not in address)

    def preview_of(self, name: str, *targets: str, others: Sequence[str] = (), categories: Sequence[str] = ()) -> str:
        """Choose settings by their names for these administrations, and ask for the preview; its address."""
        asked = [f"to={target}" for target in targets] + [f"category={category}" for category in categories]
        self.open(f"{ADMINISTRATIONS}sync/?{'&'.join(asked)}")
        for chosen in (name, *others):
            self.page.locator("[data-filters-tree]").fill(chosen)
            self.page.locator("#settings-tree").get_by_label(chosen, exact=True).check()
        self.page.locator(".choice-next button").click()
        self.page.wait_for_url(PLAN)
        return self.page.url

    def confirm(self, note: str) -> None:
        """Start the sync of the preview that is open."""
        self.page.locator("textarea[name=note]").fill(note)
        self.page.locator(CONFIRM).click()

    def wait_for_result(self, seconds: float = 120) -> None:
        """Stay on the page of the run until it says by itself that the run has ended."""
        self.page.wait_for_url(RUN)
        expect(self.page.locator("#proof")).to_be_visible(timeout=seconds * 1000)

    def runs_with_note(self, note: str) -> int:
        """How many rows of the history bear this note."""
        self.open(f"{ADMINISTRATIONS}runs/")
        return self.page.locator("tbody tr", has_text=note).count()

    def tell_where_it_stood(self, picture: Path) -> None:
        """Print what the page showed when a test failed."""
        self.page.screenshot(path=picture)
        print(f"The page was {self.page.url}, titled “{self.page.title()}”; its picture is {picture}")
        for notice in self.page.locator(".notice").all_inner_texts():
            print(f"  notice: {notice}")

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not self._is_expected(message.location["url"]):
            self.problems.append(f"console of {self.page.url}: {message.text}")

    def _on_response(self, response: Response) -> None:
        if response.status >= 400 and not self._is_expected(response.url):
            self.problems.append(f"{response.request.method} {response.url} answered {response.status}")

    def _is_expected(self, address: str) -> bool:
        return any(address.endswith(refused) for refused in self.refusals)


def click_in_place(control: Locator, shows: Locator, number: int = 1) -> None:
    """Click what changes the page without leaving it, and wait until it shows so many of what it leads to."""
    control.click()
    expect(shows).to_have_count(number)
