"""A colleague is invited, reads the mail, comes in, and loses access again."""

import re
import uuid
from collections.abc import Callable

from playwright.sync_api import expect

from .visitor import Visitor

USERS = "/a/van-dijk/settings/users/"
PASSWORD = "een-lang-woord-9"


def open_mail(visitor: Visitor, address: str) -> None:
    """Wait until a mail to this address was sent, and follow its link."""
    mail = visitor.page.locator(".sent-mail", has_text=address).first
    for _attempt in range(60):
        visitor.open("/demo/mail/")
        if mail.count():
            break
        visitor.page.wait_for_timeout(250)
    visitor.follow(mail.locator(".mail-text a[href*='/account/link/']"))


def test_an_invited_colleague_reads_the_mail_and_signs_in(beheerder: Visitor, visit: Callable[..., Visitor]) -> None:
    email = f"nina-{uuid.uuid4().hex[:6]}@van-dijk.example"
    beheerder.open(USERS)
    beheerder.follow(beheerder.link("Invite somebody"))
    page = beheerder.page
    page.locator("input[name=email]").fill(email)
    page.get_by_label(beheerder.say("Role")).select_option(label="Beheerder")
    beheerder.follow(page.locator("main form button.primary"))
    expect(page.locator("tbody tr", has_text=email)).to_be_visible()

    nina = visit()
    open_mail(nina, email)
    nina.page.locator("input[name=name]").fill("Nina Nieuw")
    nina.page.locator("input[name=password]").fill(PASSWORD)
    nina.page.locator("input[name=again]").fill(PASSWORD)
    nina.follow(nina.page.locator("main form button.primary"))
    assert nina.page.url.endswith("/a/van-dijk/")
    nina.page.locator(".frame-user summary").click()
    nina.follow(nina.page.locator(".frame-user form button", has_text=nina.say("Sign out")))
    nina.sign_in(email, PASSWORD)
    nina.open(USERS)

    beheerder.open(USERS)
    beheerder.follow(page.get_by_role("link", name="Nina Nieuw"))
    beheerder.follow(page.locator(".page-header-actions a"))
    beheerder.follow(page.locator("main form button.primary"))
    expect(page.locator("tbody tr", has_text=email)).to_have_count(0)
    nina.page.goto(USERS)
    expect(nina.page).to_have_url(re.compile("/account/sign-in/"))


def test_a_forgotten_password_is_chosen_anew_by_the_link_of_the_mail(visit: Callable[..., Visitor]) -> None:
    visitor, email = visit(), "planner@van-dijk.example"
    visitor.open("/account/sign-in/")
    visitor.follow(visitor.link("Forgot your password?"))
    visitor.page.locator("input[name=email]").fill(email)
    visitor.follow(visitor.page.locator("main form button.primary"))
    open_mail(visitor, email)
    expect(visitor.page.locator("input[name=again]")).to_be_visible()
