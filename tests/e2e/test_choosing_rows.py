"""Ticking the rows of a list: what a search has left is chosen and let go together, and the count follows."""

from pathlib import Path

from playwright.sync_api import Browser

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
    told = []
    for _click in range(3):
        page.locator("[data-selects-all]").click()
        told.append(page.locator("p").inner_text())
    assert told == ["2 of 3 chosen", "0 of 3 chosen", "2 of 3 chosen"]
    for word in ("none", "all", "all"):
        page.locator(f"button[value={word}]").dispatch_event("click")
        told.append(page.locator("p").inner_text())
    assert told[3:] == ["0 of 3 chosen", "2 of 3 chosen", "2 of 3 chosen"]
    assert page.locator("button[hidden]").count() == 0
    page.close()
