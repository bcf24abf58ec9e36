"""The editor of templates: a formatted view that keeps what it does not know, placeholders, and a live preview."""

import re

import pytest
from playwright.sync_api import expect

from .axe import violations
from .conftest import BEHEERDER
from .visitor import click_in_place

TEMPLATES = "/a/van-dijk/settings/templates/"
NEW = f"{TEMPLATES}messages/new/?kind=email"
ODD = """<style>p{margin:0}</style>
<p>Beste {{ klant.naam | default: "heer" }},</p>

<table role="presentation" bgcolor=#eee><tr><td>Kop&nbsp;é<BR></td></tr></table>
{% if klant.naam < 'b' %}
<p>Tot <b>morgen</b> &amp; <a href='https://x.test/?a=1&amp;b=2'>meer</a></p>{% endif %}
<ul><li>een</li><li>twee</li></ul>
"""


@pytest.fixture
def editor(beheerder):
    beheerder.open(NEW)
    return beheerder


def write_source(page, text):
    """Put a text in the source, and look at it formatted."""
    click_in_place(page.locator("[data-view=source]"), page.locator("[data-view=source][aria-pressed=true]"))
    page.locator("#id_body").fill(text)
    # It is shown formatted, or with the reason why it is not.
    shown = page.locator("[data-view=formatted][aria-pressed=true], [data-reason]:not([hidden])")
    click_in_place(page.locator("[data-view=formatted]"), shown)


def expect_source(page, text):
    expect(page.locator("#id_body")).to_have_value(text)


def leave(page):
    """What is not saved would ask before the page can be left."""
    page.evaluate("document.querySelector('form[data-warn-unsaved]').remove()")


def test_what_the_view_does_not_know_stays_to_the_letter(editor):
    page = editor.page
    write_source(page, ODD)
    expect(page.locator(".template-piece")).to_have_count(4)
    expect_source(page, ODD)
    click_in_place(page.locator(".template-text p", has_text="Tot"), page.locator(".template-text:focus"))
    page.keyboard.press("End")
    page.keyboard.type("!")
    before = "<p>Tot <b>morgen</b> &amp; <a href='https://x.test/?a=1&amp;b=2'>meer</a></p>"
    after = '<p>Tot <strong>morgen</strong> &amp; <a href="https://x.test/?a=1&amp;b=2">meer</a>!</p>'
    # What is changed begins on a line of its own.
    expect_source(page, ODD.replace(before, f"\n{after}"))
    page.keyboard.press("Control+z")
    expect_source(page, ODD)
    leave(page)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<table><tr><td>x</td></tr></table>", "het is één stuk HTML"),
        ("<p>een<p>twee", "niet elke tag erin is gesloten"),
    ],
)
def test_what_it_cannot_show_is_shown_as_source_with_the_reason(editor, text, words):
    page = editor.page
    write_source(page, text)
    expect(page.locator("[data-reason]")).to_contain_text(words)
    expect(page.locator("#id_body")).to_be_visible()
    expect_source(page, text)
    leave(page)


def test_plain_text_becomes_html_only_when_it_is_edited(editor):
    page = editor.page
    write_source(page, "Druk < 2 bar\nof meer\n\nGroet")
    expect_source(page, "Druk < 2 bar\nof meer\n\nGroet")
    click_in_place(page.locator(".template-text p").last, page.locator(".template-text:focus"))
    page.keyboard.press("End")
    page.keyboard.type("en")
    expect_source(page, "<p>Druk &lt; 2 bar<br>of meer</p>\n<p>Groeten</p>")
    leave(page)


def test_a_long_text_loses_nothing(editor):
    page = editor.page
    text = "".join(f"<p>Alinea {number} {'é' * 80}</p>\n" for number in range(2_000))[:190_000]
    text = text[: text.rindex("</p>") + 4]
    write_source(page, text)
    page.locator(".template-text").focus()
    # The start of the text: Home alone is the start of the line as it is broken on the screen.
    page.keyboard.press("Control+Home")
    page.keyboard.type("Nu ")
    expect_source(page, text.replace("<p>Alinea 0", "<p>Nu Alinea 0", 1))
    leave(page)


def test_it_is_written_by_keyboard_with_a_placeholder_and_saved(editor):
    page = editor.page
    page.locator("#id_name").fill("Met opmaak")
    page.locator("#id_subject").fill("Hoi ")
    page.locator("[data-pick-placeholder]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("[role=combobox]")).to_be_focused()
    page.keyboard.type("contactpers")
    expect(page.locator("[role=option]:not([hidden])")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator("#id_subject")).to_have_value("Hoi {{ klant.contactpersoon }}")
    page.locator(".template-text").focus()
    page.keyboard.type("Beste ")
    page.locator("[data-pick-placeholder]").click()
    page.keyboard.type("naam klant")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.locator(".template-text")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Control+b")
    page.keyboard.type("Tot dan")
    expect_source(page, "<p>Beste {{ klant.naam }}</p>\n<p><strong>Tot dan</strong></p>")
    editor.follow(page.locator(".button-row button.primary"))
    assert re.search(r"/messages/[0-9a-f-]{36}/$", page.url)
    expect_source(page, "<p>Beste {{ klant.naam }}</p>\n<p><strong>Tot dan</strong></p>")
    editor.follow(page.get_by_role("link", name=re.compile("Verwijderen")))
    editor.follow(page.locator("main form button").last)


def test_two_braces_ask_for_a_placeholder_and_whoever_goes_on_writes_it_by_hand(editor):
    page = editor.page
    asked = page.locator("dialog[open]")
    page.locator("#id_subject").focus()
    page.keyboard.type("Hoi {{")
    expect(asked).to_be_visible()
    page.keyboard.type("contactpers")
    page.keyboard.press("Enter")
    expect(page.locator("#id_subject")).to_have_value("Hoi {{ klant.contactpersoon }}")
    page.locator(".template-text").focus()
    page.keyboard.type("Beste {{")
    expect(asked).to_be_visible()
    page.keyboard.type("klant.naam")
    option = page.locator("[role=option][data-name='klant.naam']:not([hidden])")
    click_in_place(option, page.locator("dialog[data-placeholders]:not([open])"))
    page.keyboard.type(", {{ klant.telefoon }}")
    expect(asked).to_have_count(0)
    expect(page.locator(".template-text")).to_be_focused()
    page.keyboard.type(" en {{")
    expect(asked).to_be_visible()
    page.keyboard.type(" eigen.")
    page.keyboard.press("Escape")
    expect(page.locator(".template-text")).to_be_focused()
    page.keyboard.type("x }}")
    expect_source(page, "<p>Beste {{ klant.naam }}, {{ klant.telefoon }} en {{ eigen.x }}</p>")
    leave(page)


def test_the_preview_follows_what_is_typed_for_each_administration_and_as_wide_as_a_phone(editor):
    page = editor.page
    page.locator("#id_subject").fill("Van {{ bedrijf.naam }}")
    write_source(page, "<p>Hallo</p>")
    shown = page.frame_locator("[data-live-preview] iframe:not([data-coming])")
    expect(shown.locator(".subject")).to_have_text("Van Van Dijk Groep B.V.")
    page.locator("[data-live-preview] select").select_option("van-dijk-noord")
    expect(shown.locator(".subject")).not_to_have_text("Van Van Dijk Groep B.V.")
    click_in_place(page.locator("[data-narrow]"), page.locator("[data-is-narrow]"))
    assert page.locator("[data-live-preview] iframe").first.bounding_box()["width"] <= 392
    leave(page)


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_it_is_accessible_and_fits(visit, scheme, width):
    visitor = visit(BEHEERDER, bypass_csp=True, color_scheme=scheme, viewport={"width": width, "height": 900})
    visitor.open(NEW)
    page = visitor.page
    write_source(page, ODD)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    click_in_place(page.locator("[data-pick-placeholder]"), page.locator("dialog[open]"))
    assert violations(page) == []
    page.keyboard.press("Escape")
    leave(page)


def test_without_javascript_it_is_a_text_field(visit):
    visitor = visit(BEHEERDER, java_script_enabled=False)
    visitor.open(NEW)
    expect(visitor.page.locator("#id_body")).to_be_visible()
    expect(visitor.page.locator("[data-pick-placeholder]")).to_be_hidden()
    expect(visitor.page.locator("[data-preview-button]")).to_be_visible()
