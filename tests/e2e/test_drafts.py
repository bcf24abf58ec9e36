"""A form is worked on as a draft in a browser, and published."""

import uuid

from playwright.sync_api import expect

FORMS = "/a/van-dijk/settings/forms/"


def test_a_draft_is_worked_on_looked_over_and_published(beheerder):
    page = beheerder.page
    name = f"Concept {uuid.uuid4().hex[:8]}"
    beheerder.open(f"{FORMS}new/")
    page.locator("input[name=name]").fill(name)
    beheerder.follow(page.locator("main form button.primary"))
    editor = page.url
    beheerder.follow(page.locator("form[action$='/begin/'] button"))
    expect(page.locator(".notice", has_text=name).first).to_be_visible()
    beheerder.follow(beheerder.link("Add section"))
    page.locator("input[name=title]").fill("Alleen in het concept")
    beheerder.follow(page.locator("main form button.primary"))
    # Twice arranged: what only the draft has is the same each time.
    beheerder.follow(page.locator(".panel[data-part] .section-header a.button").first)
    page.locator("input[name=label]").fill("Nieuwe vraag")
    beheerder.follow(page.locator("main form button.primary"))
    row = page.locator("tbody [data-part]").first
    row.locator("[data-opens-actions]").click()
    row.get_by_role("button", name=beheerder.say("Duplicate")).click()
    expect(page.locator("tbody [data-part]")).to_have_count(2)
    # Nobody else sees any of it.
    history = f"/a/van-dijk/settings/administrations/history/{editor.rstrip('/').rpartition('/')[2]}/"
    beheerder.open(history)
    assert "Alleen in het concept" not in page.locator("main").inner_text()
    page.goto(editor)
    beheerder.follow(beheerder.link("Look it over and publish"))
    expect(page.locator("main")).to_contain_text("Alleen in het concept")
    beheerder.follow(page.locator("form[action$='/publish/'] button"))
    expect(page.locator(".notice.ok")).to_contain_text(name)
    expect(page.locator("tbody [data-part]")).to_have_count(2)
    beheerder.open(history)
    assert page.locator("table tbody tr").count() >= 2
