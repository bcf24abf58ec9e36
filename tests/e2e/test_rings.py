"""A standing order that goes in rings: the test group by itself, and the others once somebody says so on a phone."""

import re
import uuid
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from .axe import violations
from .under_way import in_the_product
from .visitor import ADMINISTRATIONS, Visitor

OWNER = "beheerder@van-dijk.example"
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
FIRST, OTHERS = "van-dijk-oost", ("van-dijk-noord", "van-dijk-zuid")

MAKE_ORDER = f"""
from accounts.models import User
from reference_data.models import WorkType
from settings_sync.services.packages.packages import Contents, create_package
from settings_sync.services.standing.standing_orders import Content, create_order
from tenants.groups import add_to_group
from tenants.models import Administration
from tenants.schemas import inside

user = User.objects.get(email="{OWNER}")
main = Administration.objects.get(slug="van-dijk")
add_to_group(acting_user=user, main=main, slugs=["{FIRST}"], group="Proef")
add_to_group(acting_user=user, main=main, slugs=["{FIRST}", *{OTHERS}], group="In ringen")
with inside(main):
    uid = WorkType.objects.get(name="%(name)s").uid
package = create_package(acting_user=user, main=main, name="%(name)s", contents=Contents(items=[uid]))
rest = {{"kind": "rest", "start": "approval"}}
create_order(acting_user=user, main=main, content=Content(
    name="%(name)s",
    package=package.pk,
    groups=["In ringen"],
    when={{"kind": "published", "quiet_minutes": 0}},
    rings={{"steps": [{{"kind": "group", "group": "Proef"}}, rest]}},
))
"""
REMOVE_ORDER = f"""
from accounts.models import User
from settings_sync.models import Package, StandingOrder
from tenants.groups import remove_from_group
from tenants.models import Administration

user = User.objects.get(email="{OWNER}")
main = Administration.objects.get(slug="van-dijk")
for group in ("Proef", "In ringen"):
    remove_from_group(acting_user=user, main=main, slugs=["{FIRST}", *{OTHERS}], group=group)
StandingOrder.objects.filter(name="%(name)s").delete()
Package.objects.filter(name="%(name)s").delete()
"""


@pytest.fixture
def published(base_url: str, visit: Callable[..., Visitor]) -> Iterator[str]:
    """The name of a work type that its order brings since it was published."""
    name = f"Werktype {uuid.uuid4().hex[:8]}"
    owner = visit(OWNER)
    owner.make_work_type(name)
    in_the_product(MAKE_ORDER % {"name": name})
    owner.open("/a/van-dijk/settings/reference/work-types/")
    owner.page.locator("input[name=q]").first.fill(name)
    owner.page.keyboard.press("Enter")
    owner.follow(owner.page.locator("main").get_by_role("link", name=name).first)
    owner.page.locator("[name=description]").fill("In ringen")
    owner.follow(owner.page.locator("main form button.primary").first)
    yield name
    in_the_product(REMOVE_ORDER % {"name": name})


def has_it(visitor: Visitor, administration: str, name: str) -> bool:
    visitor.open(f"/a/{administration}/settings/reference/work-types/?q={name}")
    return visitor.page.locator("tbody tr", has_text=name).count() > 0


def wait_for_ring(visitor: Visitor, name: str) -> None:
    """Until the approvals name the ring that waits."""
    words = visitor.say("Ring %(number)s of %(name)s waits for your word", number=2, name=name)
    waiting = visitor.page.get_by_role("link", name=words)
    visitor.open(f"{ADMINISTRATIONS}approvals/")
    for _attempt in range(240):
        if waiting.count():
            break
        visitor.page.wait_for_timeout(500)
        visitor.page.reload()
    visitor.follow(waiting)


def test_the_others_get_it_once_somebody_lets_their_ring_begin_on_a_phone(
    published: str, visit: Callable[..., Visitor]
) -> None:
    owner = visit(OWNER, bypass_csp=True, **PHONE)
    page = owner.page
    wait_for_ring(owner, published)
    address = re.sub(r"^https?://[^/]+|#.*$", "", page.url)
    first, second = page.locator(".ring").all()
    expect(first).to_have_class(re.compile("done"))
    expect(second).to_contain_text(owner.say("waits until somebody approves it"))
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert violations(page) == []
    assert has_it(owner, FIRST, published)
    assert not any(has_it(owner, other, published) for other in OTHERS)
    owner.open(address)
    page.locator("#ring-word").fill("Oost werkt er al mee")
    owner.follow(page.locator("#ring-approve"))
    owner.wait_for_result()
    expect(page.locator(".ring").nth(1)).to_contain_text("Oost werkt er al mee")
    assert all(has_it(owner, other, published) for other in OTHERS)
