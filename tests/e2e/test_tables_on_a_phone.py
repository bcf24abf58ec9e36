"""A list on a phone: nothing hangs out of the page however long a code is, and a finger hits what it means."""

from pathlib import Path

from playwright.sync_api import Browser

STYLES = ("tokens", "ground", "table")
LIST = """<!doctype html><meta name="viewport" content="width=device-width, initial-scale=1"><main style="padding:12px">
<table class="table stacked"><thead><tr><th>Code</th><th>Naam</th></tr></thead><tbody>
<tr><th scope="row"><a href="#">{code}</a></th><td data-label="Naam"><a href="#">{code}</a></td></tr>
<tr><th scope="row"><a href="#">A1</a></th><td data-label="Naam">Lekkage</td></tr>
</tbody></table></main>"""
REACH = """link => {
  const box = link.getBoundingClientRect();
  const hit = (y) => document.elementFromPoint(box.left + 4, y) === link;
  let top = box.top + box.height / 2, bottom = top;
  while (hit(top - 1)) top -= 1;
  while (hit(bottom + 1)) bottom += 1;
  return bottom - top + 1;
}"""


def test_a_long_code_stays_inside_and_a_name_is_large_enough_to_touch(browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.set_content(LIST.format(code="9" * 60))
    for name in STYLES:
        page.add_style_tag(content=Path(f"static/css/{name}.css").read_text())
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert page.get_by_role("link", name="A1").evaluate(REACH) >= 40
    context.close()


LONG_NAMES = """<!doctype html><meta name="viewport" content="width=device-width, initial-scale=1"><main>
<form class="toolbar"><label><span>Administratie</span><select><option>{name}</option></select></label></form>
<ul class="tree"><li><label><input type="checkbox"> {name}</label></li></ul></main>"""


def test_a_name_without_spaces_stays_inside_a_filter_and_a_tree(browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.set_content(LONG_NAMES.format(name="W" * 120))
    for name in (*STYLES, "field", "toolbar", "tree"):
        page.add_style_tag(content=Path(f"static/css/{name}.css").read_text())
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    context.close()


TAKEOVER = """<!doctype html><meta name="viewport" content="width=device-width, initial-scale=1"><main>
<table class="table stacked takeover-table"><tbody><tr><td class="select"><input type="checkbox"></td>
<th scope="row"><span>Oplevering installatie</span></th><td data-label="West"><div class="takeover-choice">
<select><option>Oplevering</option></select><a href="#">Naast elkaar</a></div></td></tr></tbody></table></main>"""


def test_a_setting_that_is_taken_over_has_room_for_its_name_and_its_choice(browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.set_content(TAKEOVER)
    for name in (*STYLES, "field", "takeover"):
        page.add_style_tag(content=Path(f"static/css/{name}.css").read_text())
    assert page.locator("th span").evaluate("span => span.getClientRects().length") == 1
    assert page.locator("select").evaluate("select => select.offsetWidth") > 180
    context.close()
