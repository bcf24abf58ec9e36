"""What axe-core says of the page that is open."""

from pathlib import Path
from typing import Any

import axe_playwright_python
from playwright.sync_api import Page

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
# Without looking for style sheets to load once more.
RUN = "axe.run(document, {preload: false, resultTypes: ['violations']})"


def violations(page: Page) -> list[str]:
    """Each violation with the element that it is of; none is an empty list.

    For a visitor with `bypass_csp`: axe measures with styles that the content security policy refuses.
    """
    page.evaluate(AXE)
    found: dict[str, Any] = page.evaluate(RUN)
    return [
        f"{rule['id']}: {node['target'][-1]} {node['html'][:120]}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]
