"""A shared template as it reads in each administration, in a real browser."""

import re
import uuid

import pytest
from playwright.sync_api import expect

TEMPLATES = "/a/van-dijk/settings/templates/"
IBAN = re.compile(r"NL\d{2}DEMO\d{10}")


@pytest.fixture
def template(beheerder):
    """The name of a new SMS template of the main administration, whose page is open."""
    name = f"Sms {uuid.uuid4().hex[:8]}"
    beheerder.open(f"{TEMPLATES}messages/new/?kind=sms")
    beheerder.page.locator("[name=name]").fill(name)
    beheerder.page.locator("[name=kind]").select_option("sms")
    beheerder.page.locator("[name=body]").fill("Betaal op {{ bedrijf.iban }}. Groet, Van Dijk Groep {{ eigen.groet }}")
    beheerder.page.locator("main form button.primary").first.click()
    beheerder.page.wait_for_url(lambda address: "/new/" not in address)
    return name


DEMO = ("Van Dijk Groep", "Van Dijk Noord", "Van Dijk Oost", "Van Dijk Service", "Van Dijk West", "Van Dijk Zuid")
"""The administrations of the demo; other tests make more, which have no IBAN."""


def ibans_in_frames(page):
    """What the frame of each administration of the demo shows, after scrolling to it."""
    found = []
    for number, name in enumerate(page.locator(".filled-in h2").all_inner_texts()):
        if name not in DEMO:
            continue
        page.locator(".filled-in iframe").nth(number).scroll_into_view_if_needed()
        text = page.frame_locator(".filled-in iframe").nth(number).locator("body")
        expect(text).to_contain_text(IBAN)
        found.append(IBAN.search(text.inner_text()).group())
    return found


def test_six_administrations_show_six_ibans(beheerder, template):
    beheerder.follow(beheerder.page.locator("a[href$='/everywhere/']"))
    found = ibans_in_frames(beheerder.page)
    assert len(found) == 6 and len(set(found)) == 6


def test_the_preview_of_a_sync_shows_it_in_each_target_with_its_warnings(beheerder, template):
    beheerder.preview_of(template, "van-dijk-noord", "van-dijk-oost")
    page = beheerder.page
    expect(page.locator(".change-warnings").first).to_contain_text("{{ bedrijf.naam }}")
    expect(page.locator(".change-warnings").first).to_contain_text("{{ eigen.groet }}")
    page.locator(".changes summary").first.click()
    beheerder.follow(page.locator(".change-body a[href$='/filled-in/']"))
    assert len(set(ibans_in_frames(page))) == 2
    expect(page.locator(".filled-in h2")).to_have_text(["Van Dijk Noord", "Van Dijk Oost"])
