"""Following links through the product as one reader: one page of each kind, whatever it is about."""

import re
from collections import deque
from collections.abc import Iterator

from .visitor import Visitor

LINKS = "[...document.querySelectorAll('a[href^=\"/\"]')].map(link => link.getAttribute('href'))"
UNFOLD = "document.querySelectorAll('main details:not(.menu, [data-menu])').forEach(folded => { folded.open = true })"
NO_PAGES = re.compile(
    r"^/static/|/sign-out/|/logout/|\.(csv|pdf|xlsx|json|svg|png)\b|/export/|/photos/|/print/|/schema/|-\w{12}/xlsform/$|/sheet/|format=|/logo/"
)
SLUGS = re.compile(r"^/a/([^/]+)/")


def kind_of(address: str) -> str:
    """The address without what it is about, so that of a thousand work orders one is looked at."""
    path = address.partition("?")[0].partition("#")[0]
    slug = SLUGS.match(path)
    if slug:
        path = path.replace(slug[1], "main" if slug[1].count("-") == 1 else "sub", 1)
    path = re.sub(r"/van-dijk-\w+/|/de-boer[-\w]*/", "/*/", path)
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|(?<=/)\d+(?=/)", "*", path)


def crawl(visitor: Visitor, starts: list[str], most: int) -> Iterator[str]:
    """Open one page of each kind that links lead to from these, at most so many; yields each address while it is open,
    with everything that folds unfolded."""
    waiting, seen = deque(starts), set()
    shown = 0
    while waiting and shown < most:
        address = waiting.popleft()
        kind = kind_of(address)
        # The style guide shows the menu of somebody of support to everybody.
        is_beside = address.startswith("/admin/") and not starts[0].startswith("/admin/")
        if kind in seen or is_beside or NO_PAGES.search(address):
            continue
        seen.add(kind)
        response = visitor.page.goto(address)
        if response is None or response.status != 200 or "text/html" not in response.headers.get("content-type", ""):
            continue
        waiting.extend(visitor.page.evaluate(LINKS))
        visitor.page.evaluate(UNFOLD)
        shown += 1
        yield address
