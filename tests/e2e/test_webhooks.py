"""Webhooks in the browser: a real receiver is told, and the log says so without reloading the page."""

import pytest
from playwright.sync_api import expect
from standardwebhooks.webhooks import Webhook

from tests.webhooks.receiver import receiving

WEBHOOKS = "/a/van-dijk/settings/webhooks/"
DESK, PHONE = {"width": 1280, "height": 800}, {"width": 360, "height": 740}


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_webhook_is_made_tested_and_followed(visit, size):
    visitor = visit("beheerder@van-dijk.example", viewport=size)
    page = visitor.page
    with receiving() as receiver:
        receiver.answer = 204
        receiver.body = b""
        visitor.open(f"{WEBHOOKS}new/")
        page.locator("input[name=url]").fill(receiver.url)
        page.locator("input[name=description]").fill("Planbord")
        page.locator("input[value='run.finished']").check()
        visitor.follow(page.locator("main form button.primary"))
        secret = page.locator(".shown-once").inner_text()
        visitor.follow(page.locator("#webhook-test"))
        expect(page.locator("#webhook-log")).to_contain_text(visitor.say("arrived"))
        expect(page.locator(".webhook-log > li")).to_have_count(1)
        (got,) = receiver.received
        assert Webhook(secret).verify(got.body, got.headers)["type"] == "webhook.test"
    expect(page.locator("body")).not_to_contain_text(secret)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.locator("details.menu > summary").click()
    visitor.link("Delete webhook…").click()
    page.locator("main form button.primary").click()
    expect(page.locator(".messages")).to_contain_text(visitor.say("The webhook is deleted."))
