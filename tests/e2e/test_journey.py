"""The main job, by clicking: from signing in to finding the settings in the children."""

import re

from playwright.sync_api import expect

from .conftest import BEHEERDER
from .visitor import ADMINISTRATIONS, PLAN

NOTE = "Nieuwe werkwijze voor warmtepompen"
WORKFLOW = FORM = "Onderhoud warmtepomp"
UNCHOSEN = "van-dijk-west"


def test_what_is_chosen_arrives_where_it_was_sent_and_nowhere_else(visit):
    visitor = visit()
    walk_to_the_wizard(visitor)
    choose(visitor)
    changes = look_at_the_preview(visitor)
    confirm(visitor, changes)
    find_the_form(visitor)
    find_nothing_in_line_left(visitor)
    find_the_note(visitor)


def walk_to_the_wizard(visitor):
    visitor.open("/")
    visitor.sign_in(BEHEERDER)
    visitor.link("Settings", ".frame-nav").click()
    visitor.page.locator("main").get_by_role("link", name=visitor.say("Administrations")).first.click()
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text(visitor.say("Administrations"))
    actions = visitor.page.locator(".main-administration details.menu")
    actions.locator("summary").click()
    actions.get_by_role("link", name=visitor.say("Sync to sub-administrations")).click()


def choose(visitor):
    """Two administrations, one category, and a single workflow that brings its form."""
    page = visitor.page
    # The tree is compared again by itself.
    for name in ("Van Dijk Oost", "Van Dijk Service"):
        with page.expect_response("**/sync/"):
            page.get_by_label(name, exact=True).check()
    expect(page.locator("#settings > p").first).to_contain_text("2")
    tree = page.locator("#settings-tree")
    tree.locator("li:has(> #category-reference_data) > input").check()
    tree.locator("#category-workflows > summary .tree-count").click()
    tree.locator("#category-workflows").get_by_label(WORKFLOW, exact=True).check()
    tree.locator("#category-forms > summary .tree-count").click()
    needed = tree.locator("#category-forms li.needed")
    expect(needed).to_have_count(1)
    expect(needed.locator("label")).to_have_text(FORM)
    expect(needed.locator("[data-reason]")).to_contain_text(WORKFLOW)
    expect(needed.locator("input")).to_be_checked()
    expect(needed.locator("input")).to_be_disabled()
    page.locator(".choice-next button").click()
    page.wait_for_url(PLAN)


def look_at_the_preview(visitor):
    """Counts, the reason why something comes along, and a field's old and new value; the number of changes."""
    page = visitor.page
    numbers = [int(found) for found in page.locator(".consequences strong").all_inner_texts()]
    administrations, added, updated, *_others, daily = numbers
    assert (administrations, daily) == (2, 0)
    assert added > 0 and updated > 0
    per_administration = page.locator("section", has=page.locator("#per-administration")).locator("tbody tr")
    expect(per_administration).to_have_count(2)
    added_to = [int(found) for found in per_administration.locator("td:nth-of-type(1)").all_inner_texts()]
    assert sum(added_to) == added
    form = page.locator(".changes li", has=page.locator(".change-why")).first
    expect(form.locator(".change-title strong")).to_have_text(FORM)
    expect(form.locator(".change-why")).to_contain_text(WORKFLOW)
    page.locator("select[name=outcome]").select_option("update")
    page.locator("main form.toolbar button").click()
    row = page.locator(".changes li", has_text="ONDERDELEN").or_(page.locator(".changes li", has_text="onderdelen"))
    row.locator("summary").click()
    expect(row.locator("td.old")).to_have_text("Wacht op onderdelen")
    expect(row.locator("td.new")).to_have_text("Wacht op levering van onderdelen")
    return added + updated


def confirm(visitor, changes):
    page = visitor.page
    page.locator("textarea[name=note]").fill(NOTE)
    button = page.locator("main form.start button.primary")
    expect(button).to_contain_text(str(changes))
    button.click()
    visitor.wait_for_result()
    expect(page.locator(".notice.ok")).to_contain_text(str(changes))
    expect(page.locator(".progress > li.succeeded")).to_have_count(2)
    expect(page.locator("#run td.number")).to_have_text(["0", "0"])


def find_the_form(visitor):
    """In the chosen child through the switcher, and not in one that was not chosen."""
    visitor.switch_to("Van Dijk Service")
    visitor.page.wait_for_url("**/a/van-dijk-service/**")
    visitor.open("/a/van-dijk-service/settings/")
    expect(visitor.page.locator(".news")).to_contain_text(NOTE)
    visitor.link("Settings", ".frame-nav").click()
    visitor.page.locator("main").get_by_role("link", name=visitor.say("Forms")).first.click()
    visitor.page.locator("main").get_by_role("link", name=FORM).first.click()
    expect(visitor.page.locator("main")).to_contain_text("Koudemiddel")
    visitor.open(f"/a/{UNCHOSEN}/settings/forms/")
    expect(visitor.page.locator("main")).to_contain_text("Onderhoud cv-ketel")
    expect(visitor.page.locator("main")).not_to_contain_text(FORM)


def find_nothing_in_line_left(visitor):
    """The same choice again has nothing to do, and says so."""
    page = visitor.page
    visitor.open(f"{ADMINISTRATIONS}sync/?to=van-dijk-oost&to=van-dijk-service&category=reference_data")
    page.locator("#category-workflows > summary .tree-count").click()
    in_line = page.locator("#category-workflows .tree-fold summary")
    in_line.click()
    page.locator("#category-workflows").get_by_label(WORKFLOW, exact=True).check()
    page.locator(".choice-next button").click()
    page.wait_for_url(PLAN)
    expect(page.locator("main form.start button.primary")).to_be_disabled()
    expect(page.locator(".button-reason")).to_have_text(visitor.say("Everything is in line: nothing would change."))


def find_the_note(visitor):
    assert visitor.runs_with_note(NOTE) == 1
    row = visitor.page.locator("tbody tr", has_text=NOTE)
    expect(row).to_contain_text("Beheerder Van Dijk")
    row.get_by_role("link").first.click()
    expect(visitor.page.locator("blockquote")).to_have_text(NOTE)
    expect(visitor.page).to_have_url(re.compile("/runs/"))
