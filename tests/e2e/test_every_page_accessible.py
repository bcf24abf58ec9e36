"""axe-core over every page that links lead to, as main, sub, planner and support, in both languages and themes, on both
widths: `EENLIJN_AXE=all ./dev test tests/e2e/test_every_page_accessible.py -n 0`, or one part of it by the id of its
test: `…/test_every_page_accessible.py::test_no_page_has_a_violation[main-en]`.

Without it a few pages of each are looked at, so that the crawl is known to work; test_accessible.py has the main pages.
"""

import os
from collections.abc import Callable
from typing import Any

import pytest

from .axe import violations
from .conftest import BEHEERDER
from .crawling import crawl
from .support_person import SUPPORT, signed_in_support
from .under_way import make_under_way
from .visitor import Visitor

IS_WHOLE = os.environ.get("EENLIJN_AXE") == "all"
MOST_PAGES = 600 if IS_WHOLE else 3
LEAST_PAGES = {BEHEERDER: 60, "noord@van-dijk.example": 40, "planner@van-dijk.example": 8, SUPPORT: 20}
STARTS = {
    BEHEERDER: ["/a/van-dijk/", "/api/v1/docs/", "/a/van-dijk/settings/", "/account/notices/", "/styleguide/"],
    "noord@van-dijk.example": ["/a/van-dijk-noord/", "/a/van-dijk-noord/settings/"],
    "planner@van-dijk.example": ["/a/van-dijk/", "/a/van-dijk-zuid/"],
    SUPPORT: ["/admin/", "/account/security/"],
}
SCHEMES = ("light", "dark") if IS_WHOLE else ("dark",)
WIDTHS = (1280, 390) if IS_WHOLE else (390,)


@pytest.fixture(scope="module")
def under_way(base_url: str) -> None:
    """What only whoever looks at everything needs: other tests count what the demo has."""
    if IS_WHOLE:
        make_under_way()


@pytest.mark.usefixtures("under_way")
@pytest.mark.parametrize("language", ["nl", "en"] if IS_WHOLE else ["nl"])
@pytest.mark.parametrize("email", STARTS, ids=["main", "sub", "planner", "support"])
def test_no_page_has_a_violation(
    visit: Callable[..., Visitor], sessions: dict[str, Any], email: str, language: str
) -> None:
    if email == SUPPORT:
        signed_in_support(visit, sessions)
    # Without motion, so that no colour is looked at halfway from light to dark.
    visitor = visit(email, language=language, bypass_csp=True, reduced_motion="reduce")
    wrong: dict[str, list[str]] = {}
    pages = 0
    for address in crawl(visitor, STARTS[email], MOST_PAGES):
        pages += 1
        for scheme in SCHEMES:
            for width in WIDTHS:
                visitor.page.emulate_media(color_scheme=scheme)
                visitor.page.set_viewport_size({"width": width, "height": 900})
                for fault in violations(visitor.page):
                    # At once: the whole crawl takes long, and this tells of it while it goes on.
                    print(f"{address} {scheme} {width} {fault}", flush=True)
                    wrong.setdefault(f"{address} {scheme} {width}", []).append(fault)
    print(f"{email} in {language}: {pages} pages")
    assert wrong == {}
    assert pages >= (LEAST_PAGES[email] if IS_WHOLE else MOST_PAGES - 1)
