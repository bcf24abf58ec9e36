"""Two people on phones: one asks for a sync, the other is told of it, looks, and approves or rejects it."""

import re
import uuid
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, expect

from .axe import violations
from .under_way import in_the_product
from .visitor import PLAN, RUN, Visitor

MAIN = "/a/de-boer/"
ASKS, APPROVES = "beheerder@de-boer.example", "tweede-beheerder@de-boer.example"
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
FINGER = 40
WAITS = "%(name)s wants to sync from %(main)s. It waits for your approval."

MAKE_PERSON = f"""
from accounts.models import User
from demo.companies import make_administrator
from tenants.models import Administration
user = User.objects.create_user("{APPROVES}", "demo", name="Tweede beheerder")
for slug in ("de-boer", "de-boer-a"):
    make_administrator(user, Administration.objects.get(slug=slug))
"""
SET_POLICY = f"""
from accounts.models import User
from settings_sync.services.approvals.policy import ApprovalPolicy, set_approval_policy
from tenants.models import Administration
set_approval_policy(
    acting_user=User.objects.get(email="{ASKS}"),
    main=Administration.objects.get(slug="de-boer"),
    policy=ApprovalPolicy(always=%s),
)
"""


@pytest.fixture(scope="module")
def every_sync_waits(base_url: str) -> Iterator[None]:
    """Every sync of De Boer waits for somebody else, and there is somebody else."""
    in_the_product(MAKE_PERSON + SET_POLICY % "True")
    yield
    in_the_product(SET_POLICY % "False")


@pytest.fixture
def asked(every_sync_waits: None, visit: Callable[..., Visitor]) -> tuple[Visitor, str]:
    """Who asked for a sync on a phone, with the preview open that waits; and the setting that it brings."""
    visitor = visit(ASKS, **PHONE)
    page = visitor.page
    name = f"Werktype {uuid.uuid4().hex[:8]}"
    visitor.make_work_type(name, "de-boer")
    visitor.open(f"{MAIN}settings/administrations/sync/?to=de-boer-a")
    page.locator("[data-filters-tree]").fill(name)
    page.locator("#settings-tree").get_by_label(name, exact=True).check()
    page.locator(".choice-next button").click()
    page.wait_for_url(PLAN)
    visitor.confirm(name)
    page.wait_for_url(RUN)
    waits = visitor.say("This waits until somebody else has approved it. Nothing has started.")
    expect(page.locator("#run")).to_contain_text(waits)
    return visitor, name


def open_from_the_bell(visitor: Visitor) -> None:
    """Come in at the first page, read at the bell what waits, and open that."""
    visitor.open(MAIN)
    bell = visitor.page.locator(".frame a[href*='/account/notices/']")
    expect(bell).to_be_visible()
    visitor.follow(bell)
    words = visitor.say(WAITS, name="Beheerder De Boer", main="De Boer Techniek")
    told = visitor.page.locator(".notices .is-new").get_by_role("link", name=words).first
    for _attempt in range(240):
        if told.count():
            break
        visitor.page.wait_for_timeout(250)
        visitor.page.reload()
    visitor.follow(told)


def assert_fits_a_finger(control: Locator) -> None:
    box = control.bounding_box()
    assert box is not None
    assert box["height"] >= FINGER
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= PHONE["viewport"]["width"]


def test_somebody_else_is_told_and_approves_it_on_a_phone(
    asked: tuple[Visitor, str], visit: Callable[..., Visitor]
) -> None:
    asking, name = asked
    other = visit(APPROVES, bypass_csp=True, **PHONE)
    page = other.page
    open_from_the_bell(other)
    expect(page).to_have_url(PLAN)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["viewport"]["width"]
    expect(page.locator("main")).to_contain_text(name)
    assert violations(page) == []
    approve = page.locator("#approval button[name=approve]")
    assert_fits_a_finger(approve)
    assert_fits_a_finger(page.locator("#approval button[name=reject]"))
    page.locator("#approval textarea[name=reason]").fill("Gezien")
    other.follow(approve)
    other.wait_for_result()
    expect(page.locator("#run .notice.ok")).to_contain_text(other.say("proof"))
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["viewport"]["width"]
    asking.open("/a/de-boer-a/settings/reference/work-types/")
    expect(asking.page.locator("main")).to_contain_text(name)


def test_it_is_rejected_on_a_phone_with_a_word_that_whoever_asked_reads(
    asked: tuple[Visitor, str], visit: Callable[..., Visitor]
) -> None:
    asking, name = asked
    run = asking.page.url
    other = visit(APPROVES, **PHONE)
    page = other.page
    other.open(f"{MAIN}settings/administrations/approvals/")
    other.follow(page.locator("tbody tr", has_text=name).get_by_role("link").first)
    reason = page.locator("#approval textarea[name=reason]")
    page.locator("#approval button[name=reject]").click()
    expect(reason).to_be_focused()
    reason.fill("Eerst in één vestiging proberen")
    other.follow(page.locator("#approval button[name=reject]"))
    asking.open(re.sub(r"^https?://[^/]+", "", run))
    expect(asking.page.locator("main")).to_contain_text("Eerst in één vestiging proberen")
    asking.open("/a/de-boer-a/settings/reference/work-types/")
    expect(asking.page.locator("main")).not_to_contain_text(name)
