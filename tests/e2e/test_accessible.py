"""axe-core finds nothing on the main pages, for each kind of reader, in both languages and themes, wide and narrow."""

from collections.abc import Callable
from typing import Any

import pytest

from .axe import violations
from .support_person import SUPPORT, signed_in_support
from .visitor import Visitor

MAIN = "/a/van-dijk/"
ADMINISTRATIONS = f"{MAIN}settings/administrations/"
NOORD = "/a/van-dijk-noord/"
PAGES = {
    "": ["/account/sign-in/", "/account/forgot/"],
    "beheerder@van-dijk.example": [
        MAIN,
        f"{MAIN}settings/",
        ADMINISTRATIONS,
        f"{ADMINISTRATIONS}sync/",
        f"{ADMINISTRATIONS}runs/",
        f"{ADMINISTRATIONS}inbox/",
        f"{ADMINISTRATIONS}approvals/",
        f"{ADMINISTRATIONS}trends/",
        f"{ADMINISTRATIONS}orders/",
        f"{ADMINISTRATIONS}orders/new/",
        f"{ADMINISTRATIONS}packages/new/",
        f"{ADMINISTRATIONS}drafts/",
        f"{MAIN}settings/forms/",
        f"{MAIN}settings/users/",
        f"{MAIN}settings/users/invite/",
        f"{MAIN}search/?q=onderhoud",
        "/account/profile/",
        "/account/notices/",
        f"{MAIN}help/overview/",
        "/api/v1/docs/",
    ],
    "noord@van-dijk.example": [NOORD, f"{NOORD}settings/", f"{NOORD}work-orders/"],
    "planner@van-dijk.example": [MAIN, f"{MAIN}customers/"],
    SUPPORT: ["/admin/", "/admin/tenants/administration/"],
}
LOOKS = {
    "Dutch, wide and light": {"language": "nl", "color_scheme": "light", "viewport": {"width": 1280, "height": 900}},
    "English, narrow and dark": {"language": "en", "color_scheme": "dark", "viewport": {"width": 390, "height": 844}},
}


@pytest.mark.parametrize("look", LOOKS)
def test_the_main_pages_have_no_violation(visit: Callable[..., Visitor], sessions: dict[str, Any], look: str) -> None:
    signed_in_support(visit, sessions)
    wrong = {}
    for email, addresses in PAGES.items():
        visitor = visit(email, bypass_csp=True, **LOOKS[look])
        for address in addresses:
            visitor.open(address)
            found = violations(visitor.page)
            if found:
                wrong[address] = found
    assert wrong == {}


@pytest.mark.parametrize(
    ("script", "rule"),
    [
        ("document.querySelector('main h1').insertAdjacentHTML('afterend', '<img src=\"/favicon.ico\">')", "image-alt"),
        ("document.querySelector('main input[type=email]').removeAttribute('id')", "label"),
        ("document.querySelector('main h1').style.color = '#ccc'", "color-contrast"),
    ],
)
def test_a_planted_violation_is_found(visit: Callable[..., Visitor], script: str, rule: str) -> None:
    visitor = visit(bypass_csp=True)
    visitor.open("/account/sign-in/")
    assert violations(visitor.page) == []
    visitor.page.evaluate(script)
    assert {found.partition(":")[0] for found in violations(visitor.page)} == {rule}
