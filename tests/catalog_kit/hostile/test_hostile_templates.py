"""Nothing of a hostile template runs: as it was pasted, as it is kept, and filled in with hostile values.

A few hundred each time; `EENLIJN_HOSTILE_TEMPLATES=10000` takes so many, `EENLIJN_HOSTILE_SEED=7` others.
"""

import os
import resource
import time
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from django.utils.safestring import mark_safe
from playwright.sync_api import sync_playwright

from catalog_kit import markup, placing
from catalog_kit.placing import Picture, Rows, fill_in_html, fill_in_line
from catalog_kit.taking_in import problems_of_markup, take_in
from catalog_kit.template_language import SharedBlock, TemplateFault
from local_servers.browser import find_browser

from .generator import GEVAAR, KWAAD, hostile_template

COUNT = int(os.environ.get("EENLIJN_HOSTILE_TEMPLATES", "300"))
SEED = int(os.environ.get("EENLIJN_HOSTILE_SEED", "1"))
IN_A_BROWSER = COUNT if "EENLIJN_HOSTILE_TEMPLATES" in os.environ else 60
LONGEST_SECONDS = 10
MOST_MEMORY_KB = 700_000

VALUES = {
    "kwaad": KWAAD,
    "gevaar": GEVAAR,
    "klant.naam": KWAAD,
    "bedrijf.logo": Picture("", KWAAD),
    "factuur.regels": Rows([{"a": KWAAD}], mark_safe("<table><tr><td>x</td></tr></table>")),
}


ADDRESSES = ("href", "src", "xlink:href", "action", "background", "poster", "srcset", "cite", "data")


class Looking(HTMLParser):
    """What of a page could run."""

    def __init__(self) -> None:
        super().__init__()
        self.running: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in markup.ALLOWED_TAGS:
            self.running.append(tag)
        for name, value in attrs:
            if name not in ADDRESSES:
                continue
            address = "".join(character for character in (value or "").lower() if character > " ")
            if name.startswith("on") or name in ("srcdoc", "formaction"):
                self.running.append(f"{tag} {name}")
            if address.startswith(("javascript:", "vbscript:", "data:text", "data:image/svg")):
                self.running.append(f"{tag} {name}={value}")


def what_runs(html: str) -> list[str]:
    looking = Looking()
    looking.feed(html)
    looking.close()
    return looking.running


def shown(number: int) -> list[str]:
    """The pages that a template becomes: as it was written, and as it is kept when somebody saves it.

    The one after it is a shared block, which it or the one after that may name, and there is a ring of two.
    """
    template = hostile_template(number, SEED)
    blocks = {
        "blok.ander": SharedBlock("Ander", hostile_template(number + 1, SEED)),
        "blok.ring": SharedBlock("Ring", "<b>{{ blok.Ring binnen }}</b>"),
        "blok.ring binnen": SharedBlock("Ring binnen", "{{ blok.Ander }}{{ blok.Ring }}"),
    }
    pages = []
    for text in (template, take_in(template).text):
        try:
            pages.append(fill_in_html(text, VALUES | blocks))
            assert "\n" not in fill_in_line(text, VALUES | blocks)
        except TemplateFault as fault:
            pages.append(placing.fault_in_words(fault))
    return pages


def test_nothing_of_a_hostile_template_is_left_that_could_run():
    for number in range(COUNT):
        template = hostile_template(number, SEED)
        before = time.process_time()
        for page in shown(number):
            assert what_runs(page) == [], (number, template)
        assert time.process_time() - before < LONGEST_SECONDS, (number, template[:500])
        assert isinstance(problems_of_markup(template), list)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < MOST_MEMORY_KB


def test_what_is_kept_of_it_is_kept_whole_the_next_time():
    for number in range(COUNT):
        kept = take_in(hostile_template(number, SEED)).text
        again = take_in(kept)
        assert again.text == kept or problems_of_markup(kept), number


@pytest.fixture
def page() -> Iterator[object]:
    program = find_browser()
    if program is None:
        pytest.fail("The browser tests need chromium.", pytrace=False)
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=program, args=arguments)
        context = browser.new_context()
        context.route("**/*", lambda route: route.abort())
        yield context.new_page()
        browser.close()


def runs_in(page, html: str) -> bool:
    """Whether something runs when a browser shows this, without anything that keeps scripts out."""
    page.set_content(f"<!doctype html><body>{html}</body>", wait_until="commit")
    page.evaluate(
        """() => { for (const one of document.querySelectorAll("*")) {
            if (one instanceof HTMLAnchorElement && one.protocol === "javascript:") window.ran = 1;
            if (one instanceof HTMLAnchorElement) continue;
            for (const kind of ["click", "mouseover", "focus", "error", "load", "toggle"]) {
                one.dispatchEvent(new Event(kind));
            }
        } }"""
    )
    return bool(page.evaluate("() => Boolean(window.ran)"))


def test_in_a_browser_nothing_runs(page):
    for number in range(IN_A_BROWSER):
        for html in shown(number):
            assert not runs_in(page, html), (number, html)
            page.evaluate("() => { window.ran = undefined }")


def test_a_hole_in_what_cleans_is_found(page, monkeypatch):
    monkeypatch.setattr(placing, "cleaned", lambda html: html)
    pages = [html for number in range(60) for html in shown(number)]
    assert any(what_runs(html) for html in pages)
    assert any(runs_in(page, html) for html in pages)
