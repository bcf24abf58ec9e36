"""Filling in a form on a phone, with a photo, and seeing it on paper."""

import re
import struct
import uuid
import zlib

from playwright.sync_api import expect

FORMS = "/a/van-dijk-noord/settings/forms/"
WORK_ORDERS = "/a/van-dijk-noord/work-orders/"


def blue_picture():
    """A PNG of 32 by 24."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + b"\x40\x90\xd0" * 32 for _row in range(24))
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 32, 24, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def make_form(visitor, name):
    """A form with a required note and a photo."""
    page = visitor.page
    visitor.open(f"{FORMS}new/")
    page.locator("input[name=name]").fill(name)
    page.locator("textarea[name=print_template]").fill("")
    page.locator("main form .primary").click()
    page.wait_for_url(re.compile(r"/settings/forms/[0-9a-f-]{36}/"))
    page.locator("a[href$='/sections/new/']").first.click()
    page.locator("input[name=title]").fill("Bezoek")
    page.locator("main form .primary").click()
    for label, kind in (("Bijzonderheden", "text"), ("Foto van de ketel", "photo")):
        page.locator("a[href*='/fields/new/']").first.click()
        page.locator("input[name=label]").fill(label)
        page.locator("select[name=type]").select_option(kind)
        page.locator("input[name=is_required]").set_checked(kind == "text")
        page.locator("main form .primary").click()
        expect(page.locator("section.panel").first).to_contain_text(label)


def test_a_photo_is_taken_kept_and_printed(beheerder):
    page, name = beheerder.page, f"Foto's {uuid.uuid4().hex[:8]}"
    make_form(beheerder, name)
    page.set_viewport_size({"width": 390, "height": 844})
    beheerder.open(f"{WORK_ORDERS}?stage=picked_up")
    page.locator("main tbody th a, main tbody td a").first.click()
    page.locator("select[name=form]").select_option(label=name)
    page.locator("form.toolbar button").click()
    page.get_by_role("link", name=name).last.click()
    page.locator("input[type=file]").set_input_files(
        {"name": "ketel.png", "mimeType": "image/png", "buffer": blue_picture()}
    )
    beheerder.follow(page.locator("main form .primary"))
    expect(page.locator("[role=alert]")).to_be_visible()
    picture = page.locator(".photo img")
    expect(picture).to_be_visible()
    expect(picture).to_have_js_property("naturalWidth", 32)
    note = page.locator("textarea.grows")
    before = note.bounding_box()["height"]
    note.fill("\n".join(["Regel"] * 12))
    assert note.bounding_box()["height"] > before
    page.locator("main form .primary").click()
    page.wait_for_url(re.compile(r"/work-orders/\d+/$"))
    beheerder.follow(page.get_by_role("link", name=name).last)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    with page.expect_popup() as opened:
        page.locator("a[target=_blank]").click()
    paper = opened.value
    expect(paper.locator("dt").first).to_have_text("Bijzonderheden")
    expect(paper.locator("img")).to_have_js_property("naturalWidth", 32)


def test_a_print_template_is_seen_while_it_is_typed(beheerder):
    page, name = beheerder.page, f"Papier {uuid.uuid4().hex[:8]}"
    make_form(beheerder, name)
    page.locator("a[href$='/details/']").first.click()
    paper = page.frame_locator("iframe[name=preview]")
    expect(paper.locator("body")).to_contain_text("Foto van de ketel")
    page.locator("textarea[name=print_template]").fill("<h1>Rapport</h1><p>{{ veld.bijzonderheden }}</p>")
    page.locator("button[formtarget=preview]").click()
    expect(paper.locator("h1")).to_have_text("Rapport")
    page.locator("textarea[name=print_template]").fill("{{ veld.nergens }}")
    page.locator("button[formtarget=preview]").click()
    expect(paper.locator(".errors")).to_contain_text("veld.nergens")
