"""Ticking the rows of a list: what a search has left is chosen and let go together, and the count follows."""

from pathlib import Path

from playwright.sync_api import Browser, expect

LIST = """<!doctype html><p data-selection-words="rows" data-words="%(shown)s of 3 chosen">0 of 3 chosen</p>
<table id="rows" data-selects><thead><tr><th><input type="checkbox" data-selects-all></th></tr></thead><tbody>
<tr><td class="select"><input type="checkbox"></td></tr><tr><td class="select"><input type="checkbox"></td></tr>
<tr hidden><td class="select"><input type="checkbox"></td></tr></tbody></table>
<button data-selects-here="rows" value="all" hidden></button>
<button data-selects-here="rows" value="none" hidden></button>"""


def test_what_a_search_has_left_is_chosen_and_let_go_together(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content(LIST)
    page.add_script_tag(content=Path("static/js/selection.js").read_text())
    for chosen in (2, 0, 2):
        page.locator("[data-selects-all]").click()
        expect(page.locator("p")).to_have_text(f"{chosen} of 3 chosen")
    for word, chosen in (("none", 0), ("all", 2), ("all", 2)):
        page.locator(f"button[value={word}]").dispatch_event("click")
        expect(page.locator("p")).to_have_text(f"{chosen} of 3 chosen")
    expect(page.locator("button[hidden]")).to_have_count(0)
    page.close()
