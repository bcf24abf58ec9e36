"""The running product, a browser, and people who use it."""

import os
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, StorageState, expect, sync_playwright

from local_servers.browser import find_browser

from .product import running_product
from .visitor import Visitor

NO_BROWSER = (
    "The browser tests need chromium. Install it (Debian, as root: apt-get install chromium), or name it: "
    "CHROMIUM=/path/to/chromium ./dev test"
)
WITHOUT = [
    # Below the address bar of every window that opens, also of one that nobody sees, is a page of its own: without it
    # a window takes a quarter of the time of a processor (Chromium 156).
    "WebUIOmniboxAimPopup",
    "WebUIOmniboxPopup",
    # What Playwright does without, whose list this one replaces.
    "AimEnabled",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
]
ARGUMENTS = ["--no-sandbox", "--disable-background-networking", f"--disable-features={','.join(WITHOUT)}"]
FAILED = pytest.StashKey[bool]()
BEHEERDER = "beheerder@van-dijk.example"


@pytest.fixture(scope="package")
def browser_program() -> str:
    """The browser; without one these tests fail and say how to get it."""
    program = find_browser()
    if program is None:
        pytest.fail(NO_BROWSER, pytrace=False)
    return program


@pytest.fixture(scope="package")
def base_url(browser_program: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the product runs: our own, unless EENLIJN_E2E_URL names one. Tests share it; each makes what it syncs."""
    if named := os.environ.get("EENLIJN_E2E_URL"):
        yield named
        return
    with running_product(tmp_path_factory.mktemp("product")) as product:
        yield product.base_url


@pytest.fixture(scope="package")
def browser(browser_program: str) -> Iterator[Browser]:
    """Chromium. It ends with these tests: while it runs, Django takes this process for an asynchronous one."""
    expect.set_options(timeout=60_000)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser_program, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="package")
def sessions() -> dict[str, StorageState]:
    """The cookies of who signed in before, so that most tests need not do so again."""
    return {}


@pytest.fixture(scope="package")
def new_visitor(base_url: str, browser: Browser, sessions: dict[str, StorageState]) -> Callable[..., Visitor]:
    """Give somebody a browser, signed in when an address is given; who asks closes it, and looks at its problems."""

    def start(email: str = "", *, language: str = "nl", **options: Any) -> Visitor:
        options = {"locale": "nl-NL", **options}
        context = browser.new_context(base_url=base_url, storage_state=sessions.get(email), **options)
        context.add_cookies([{"name": "django_language", "value": language, "url": base_url}])
        context.set_default_timeout(60_000)
        visitor = Visitor(context, language)
        if email and email not in sessions:
            visitor.open("/")
            visitor.sign_in(email)
            sessions[email] = context.storage_state()
        return visitor

    return start


@pytest.fixture
def visit(
    new_visitor: Callable[..., Visitor], request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Callable[..., Visitor]]:
    """Give somebody a browser: `visit("a@b.example")` is signed in, `visit()` not. Errors on any page fail the test."""
    visitors: list[Visitor] = []

    def start(email: str = "", **options: Any) -> Visitor:
        visitors.append(new_visitor(email, **options))
        return visitors[-1]

    yield start
    for number, visitor in enumerate(visitors):
        if request.node.stash.get(FAILED, False):
            visitor.tell_where_it_stood(tmp_path / f"visitor-{number}.png")
        visitor.context.close()
    problems = [problem for visitor in visitors for problem in visitor.problems]
    assert not problems, "\n".join(problems)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember that a test failed, for the fixture that ends it."""
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report


@pytest.fixture
def beheerder(visit: Callable[..., Visitor]) -> Visitor:
    """Who may do everything in Van Dijk."""
    return visit(BEHEERDER)


@pytest.fixture(scope="session")
def screens_folder(request: pytest.FixtureRequest) -> Path | None:
    """Where --screens says that the pictures go."""
    folder = request.config.getoption("--screens", default=None)
    return Path(folder).absolute() if folder else None


def pytest_addoption(parser: pytest.Parser) -> None:
    """`./dev test tests/e2e/test_screens.py --screens docs/screens` writes the pictures of every page."""
    parser.addoption("--screens", metavar="FOLDER", help="write a picture of every page into this folder")
