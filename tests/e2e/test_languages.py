"""Dutch, and English for who chooses it."""

import re

from playwright.sync_api import expect

from .conftest import BEHEERDER
from .visitor import ADMINISTRATIONS

WORDS = {
    "nl": ("Instellingen", "Administraties", "Administratie maken", "Sync naar subadministraties"),
    "en": ("Settings", "Administrations", "Create administration", "Sync to sub-administrations"),
}


def test_pages_are_dutch_in_an_english_browser_too(visit):
    visitor = visit(locale="en-GB")
    visitor.open("/")
    expect(visitor.page.locator("html")).to_have_attribute("lang", "nl")
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("Inloggen")


def test_another_language_is_chosen_in_the_menu_and_stays(visit):
    visitor = visit(BEHEERDER)
    visitor.open(f"{ADMINISTRATIONS}?show=behind")
    for language in ("en", "nl"):
        expect_words(visitor, WORDS["nl" if language == "en" else "en"])
        visitor.page.locator(".frame-user summary").click()
        visitor.page.locator(f".frame-user button[lang={language}]").click()
        expect(visitor.page.locator("html")).to_have_attribute("lang", language)
        expect(visitor.page).to_have_url(re.compile(r"\?show=behind$"))
        expect_words(visitor, WORDS[language])


def expect_words(visitor, words):
    settings, administrations, create, sync = words
    expect(visitor.page.locator(".frame-nav a").last).to_have_text(settings)
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text(administrations)
    actions = visitor.page.locator(".page-header-actions")
    expect(actions).to_contain_text(create)
    expect(actions).to_contain_text(sync)
