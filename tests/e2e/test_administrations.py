"""Making and deleting a sub-administration, by the real worker."""

import uuid

from playwright.sync_api import expect

from .visitor import ADMINISTRATIONS


def test_a_sub_administration_is_made_with_settings_and_deleted_again(beheerder):
    name = f"Van Dijk {uuid.uuid4().hex[:6]}"
    make(beheerder, name)
    look_inside(beheerder, name)
    delete(beheerder, name)


def make(visitor, name):
    page = visitor.page
    visitor.open(ADMINISTRATIONS)
    visitor.link("Create administration").click()
    page.locator("#id_name").press_sequentially(name)
    expect(page.locator("#id_slug")).to_have_value(slug_of(name))
    page.locator("main form button.primary").click()
    expect(page.locator(".messages")).to_contain_text(name)
    # The row moves by itself until the worker is done.
    expect(row_of(visitor, name).get_by_role("link", name=name, exact=True)).to_be_visible(timeout=60_000)


def look_inside(visitor, name):
    row_of(visitor, name).get_by_role("link", name=name, exact=True).click()
    expect(visitor.page.locator(".frame-name")).to_contain_text(name)
    visitor.open(f"/a/{slug_of(name)}/settings/forms/")
    expect(visitor.page.locator("main")).to_contain_text("Onderhoud cv-ketel")
    visitor.open(f"/a/{slug_of(name)}/customers/")
    expect(visitor.page.locator("main")).not_to_contain_text("B.V.")


def delete(visitor, name):
    page = visitor.page
    visitor.open(ADMINISTRATIONS)
    actions = row_of(visitor, name).locator("details.menu")
    actions.locator("summary").click()
    actions.locator("a.danger").click()
    page.locator("#id_confirm").fill("van-dijk-noord")
    page.locator("main form button.danger").click()
    expect(page.locator(".field.has-error")).to_be_visible()
    page.locator("#id_confirm").fill(slug_of(name))
    page.locator("main form button.danger").click()
    page.wait_for_url(f"**{ADMINISTRATIONS}")
    expect(row_of(visitor, name)).to_have_count(0, timeout=60_000)
    expect(page.locator("#subs")).to_contain_text("Van Dijk Noord")
    visitor.open(f"/a/{slug_of(name)}/", refused=404)


def row_of(visitor, name):
    return visitor.page.locator("#subs tbody tr", has_text=name)


def slug_of(name):
    return name.lower().replace(" ", "-")
