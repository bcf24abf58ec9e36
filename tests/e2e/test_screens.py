"""Every page: opened in Dutch, on a desk and on a phone, without sideways scrolling or errors, and pictured when asked.

`./dev test tests/e2e/test_screens.py --screens docs/screens` writes the pictures.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import expect

from .conftest import BEHEERDER, FAILED
from .pictures import make_small
from .visitor import ADMINISTRATIONS, Visitor

SUPPORT = "support@eenlijn.example"
DESK, PHONE = {"width": 1280, "height": 800}, {"width": 360, "height": 740}
TALLEST = {DESK["width"]: 1400, PHONE["width"]: 1400}
MAIN, CHILD = "/a/van-dijk/", "/a/van-dijk-oost/"
PREVIEW = f"{ADMINISTRATIONS}sync/?to=van-dijk-oost&to=van-dijk-zuid&to=van-dijk-west&category=forms&category=workflows"
LONG_NAME = (
    "Van Dijk Koeltechniek en Duurzame Energievoorziening Noordoost-Nederland, vestiging Appingedam-Delfzijlhaven"
)
LONG_SLUG = "lang"


@dataclass(frozen=True)
class Screen:
    """A page: its address, or the screen before it, and what is clicked there, one after the other, to reach it."""

    name: str
    address: str = ""
    clicks: tuple[str, ...] = ()
    who: str = BEHEERDER
    status: int = 0
    after: str = ""


FIRST, OPENED = "main tbody tr th a", ".changes summary"
SCREENS = [
    Screen("sign-in", "/account/sign-in/", who=""),
    Screen("overview", MAIN),
    Screen("switcher", MAIN, (".frame-administration summary",)),
    Screen("settings", f"{MAIN}settings/"),
    Screen("administrations", ADMINISTRATIONS),
    Screen("administration-actions", ADMINISTRATIONS, (".main-administration details.menu > summary",)),
    Screen("administration-new", f"{ADMINISTRATIONS}new/"),
    Screen("administration-delete", f"{ADMINISTRATIONS}delete/van-dijk-west/"),
    Screen("administrations-in-a-sub", f"{CHILD}settings/administrations/"),
    Screen("choose", f"{PREVIEW}", ("#category-workflows > summary .tree-count",)),
    Screen("choose-refused", f"{ADMINISTRATIONS}sync/", (".choice-next button",)),
    Screen("plan", PREVIEW, (".choice-next button",)),
    Screen("plan-nothing", f"{ADMINISTRATIONS}sync/?to=van-dijk-noord&category=templates", (".choice-next button",)),
    Screen("change", after="plan", clicks=(".consequences a[href*=update]", OPENED)),
    Screen("conflict", after="plan", clicks=(".consequences a[href*=hold]", OPENED)),
    Screen("takeover", f"{ADMINISTRATIONS}takeover/van-dijk-west/", ("main form button",)),
    Screen("takeover-pair", after="takeover", clicks=(".takeover-choice a",)),
    Screen("decide", after="plan", clicks=(".questions li:has-text('Zuid') a.button",)),
    Screen("groups", f"{ADMINISTRATIONS}groups/?to=van-dijk-noord&to=van-dijk-oost", ("main form button.primary",)),
    Screen("policies", f"{ADMINISTRATIONS}policies/?q=cv"),
    Screen("inbox", f"{ADMINISTRATIONS}inbox/"),
    Screen("approvals", f"{ADMINISTRATIONS}approvals/"),
    Screen("packages", f"{ADMINISTRATIONS}packages/"),
    Screen("trends", f"{ADMINISTRATIONS}trends/"),
    Screen("package-new", f"{ADMINISTRATIONS}packages/new/"),
    Screen("orders", f"{ADMINISTRATIONS}orders/"),
    Screen("order-new", f"{ADMINISTRATIONS}orders/new/"),
    Screen("drafts", f"{ADMINISTRATIONS}drafts/"),
    Screen("notices", "/account/notices/"),
    Screen("kept", f"{CHILD}settings/administrations/kept/"),
    Screen("runs", f"{ADMINISTRATIONS}runs/"),
    Screen("undo", f"{ADMINISTRATIONS}runs/", (FIRST, ".undo > summary")),
    Screen("sub-news", "/a/van-dijk-noord/settings/"),
    Screen("sub-news-all", "/a/van-dijk-noord/settings/", (".news > ul > li:first-child > p:last-child a", OPENED)),
    Screen("forms", f"{MAIN}settings/forms/"),
    Screen("forms-empty", "/a/van-dijk-service/settings/forms/"),
    Screen("form", f"{MAIN}settings/forms/", ("main a:text-is('Onderhoud cv-ketel')",)),
    Screen("form-in-a-sub", "/a/van-dijk-zuid/settings/forms/", ("main a:text-is('Onderhoud cv-ketel')",)),
    Screen("form-new", f"{MAIN}settings/forms/new/"),
    Screen("workflows", f"{MAIN}settings/workflows/"),
    Screen("workflow", f"{MAIN}settings/workflows/", (FIRST,)),
    Screen("templates", f"{MAIN}settings/templates/"),
    Screen("template", f"{MAIN}settings/templates/", (FIRST,)),
    Screen("reference", f"{MAIN}settings/reference/"),
    Screen("work-types", f"{MAIN}settings/reference/work-types/"),
    Screen("work-type", f"{MAIN}settings/reference/work-types/", (FIRST,)),
    Screen("work-type-refused", f"{MAIN}settings/reference/work-types/new/", ("main form button.primary",)),
    Screen("company", f"{MAIN}settings/company/"),
    Screen("variables", f"{MAIN}settings/templates/variables/"),
    Screen("roles", f"{MAIN}settings/roles/"),
    Screen("role-new", f"{MAIN}settings/roles/new/"),
    Screen("tokens", f"{MAIN}settings/tokens/"),
    Screen("token-new", f"{MAIN}settings/tokens/new/"),
    Screen("security", "/account/security/"),
    Screen("second-factor", "/account/security/enable/"),
    Screen("webhooks", f"{MAIN}settings/webhooks/"),
    Screen("webhook-new", f"{MAIN}settings/webhooks/new/", ("main form button.primary",)),
    Screen("mail", f"{MAIN}settings/webhooks/mail/"),
    Screen("customers", f"{MAIN}customers/"),
    Screen("customer", f"{MAIN}customers/", (FIRST,)),
    Screen("customer-new", f"{MAIN}customers/new/"),
    Screen("work-orders", f"{MAIN}work-orders/"),
    Screen("work-order", f"{MAIN}work-orders/", (FIRST,)),
    Screen("work-order-new", f"{MAIN}work-orders/new/"),
    Screen("quotations", f"{MAIN}quotations/"),
    Screen("quotation", f"{MAIN}quotations/", (FIRST,)),
    Screen("invoices", f"{MAIN}invoices/"),
    Screen("invoice", f"{MAIN}invoices/", (FIRST,)),
    Screen("not-allowed", f"{MAIN}settings/", who="planner@van-dijk.example", status=403),
    Screen("not-found", "/a/de-boer/", status=404),
    Screen("styleguide", "/styleguide/"),
    Screen("api", "/api/v1/docs/"),
    Screen("support", "/admin/", who=SUPPORT),
    Screen("support-administrations", "/admin/tenants/administration/", who=SUPPORT),
    Screen("support-runs", "/admin/settings_sync/syncrun/", who=SUPPORT),
]


@dataclass
class Camera:
    """Checks that a page fits, and pictures it when there is a folder for that."""

    folder: Path | None

    def take(self, visitor: Visitor, name: str) -> None:
        """Look at the page at the width that it has now."""
        page, width = visitor.page, visitor.page.viewport_size["width"]
        page.evaluate("() => window.scrollTo(0, 0)")
        outside = page.evaluate(OUTSIDE)
        assert not outside, f"{page.url} is wider than {width} px: {outside}"
        if self.folder is None:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        former = page.viewport_size
        height = min(page.evaluate("() => document.documentElement.scrollHeight"), TALLEST[width])
        # A taller window, and not a picture beyond its edges: bars stay at the edge and frames are drawn.
        page.set_viewport_size({"width": width, "height": max(height, former["height"])})
        page.wait_for_timeout(150)
        (self.folder / f"{name}.png").write_bytes(make_small(visitor.context, page.screenshot(animations="disabled")))
        page.set_viewport_size(former)


OUTSIDE = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  const hides = (it) => getComputedStyle(it).overflowX !== "visible";
  const scrolls = (it) => it !== document.body && (hides(it) || scrolls(it.parentElement));
  const wide = [...document.querySelectorAll("main *")].filter((it) => it.getBoundingClientRect().right > width + 1);
  return ["scrolls", ...wide.filter((it) => !scrolls(it.parentElement)).map((it) => it.outerHTML.slice(0, 120))];
}"""


@pytest.fixture
def camera(screens_folder: Path | None) -> Camera:
    return Camera(screens_folder)


def reach(visitor: Visitor, screen: Screen, reached: dict[str, str]) -> None:
    """Open a page and click on; `reached` has where screens were found before, so that a preview is made once."""
    if screen.after:
        if screen.after not in reached:
            reach(visitor, next(before for before in SCREENS if before.name == screen.after), reached)
        visitor.open(reached[screen.after])
    else:
        visitor.open(screen.address, refused=screen.status)
    for click in screen.clicks:
        if "summary" in click:
            visitor.unfold(click)
        else:
            visitor.follow(visitor.page.locator(click).first)
    if OPENED in screen.clicks:
        expect(visitor.page.locator(".change-body").first.locator(".versions, table, dl").first).to_be_visible()
    reached[screen.name] = visitor.page.url


@pytest.fixture(scope="module")
def viewers() -> Iterator[dict[str, Visitor]]:
    """Everybody's browser, kept from screen to screen: styles and scripts are loaded once, and not for each of them."""
    known: dict[str, Visitor] = {}
    yield known
    for visitor in known.values():
        visitor.context.close()


@pytest.fixture(scope="module")
def reached() -> dict[str, str]:
    """The addresses of the screens that were looked at."""
    return {}


@pytest.fixture
def viewer(
    screen: Screen,
    viewers: dict[str, Visitor],
    new_visitor: Callable[..., Visitor],
    request: pytest.FixtureRequest,
    tmp_path: Path,
) -> Iterator[Visitor]:
    """Who looks at this screen, at a desk; errors on its pages fail the test."""
    visitor = viewers[screen.who] = viewers.get(screen.who) or new_visitor(screen.who, viewport=DESK)
    visitor.page.set_viewport_size(DESK)
    yield visitor
    if request.node.stash.get(FAILED, False):
        visitor.tell_where_it_stood(tmp_path / "viewer.png")
    problems, visitor.problems[:] = list(visitor.problems), []
    visitor.refusals.clear()
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_a_page_fits_on_a_desk_and_on_a_phone(
    viewer: Visitor, camera: Camera, screen: Screen, reached: dict[str, str]
) -> None:
    reach(viewer, screen, reached)
    camera.take(viewer, screen.name)
    viewer.page.set_viewport_size(PHONE)
    Camera(None).take(viewer, screen.name)


LOOKS = {
    "-phone": {"viewport": PHONE, "has_touch": True, "is_mobile": True},
    "-english": {"viewport": DESK, "language": "en"},
    "-dark": {"viewport": DESK, "color_scheme": "dark"},
    "": {"viewport": DESK},
}
IN_EVERY_LOOK = ("administrations", "choose", "plan", "change", "conflict", "runs")


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look or "plain")
def test_the_main_job_in_every_look(visit: Callable[..., Visitor], camera: Camera, look: str) -> None:
    visitor = visit(BEHEERDER, **LOOKS[look])
    reached: dict[str, str] = {}
    for screen in SCREENS:
        if look and screen.name in IN_EVERY_LOOK:
            reach(visitor, screen, reached)
            camera.take(visitor, screen.name + look)
    name = f"Keuring gereedschap{look}"
    visitor.make_work_type(name)
    categories = ["forms", "workflows"] if not look else []
    visitor.preview_of(name, "van-dijk-noord", "van-dijk-oost", "van-dijk-zuid", categories=categories)
    visitor.confirm("Nieuwe CO-eisen per 1 december")
    visitor.wait_for_result()
    camera.take(visitor, f"run{look}")


def test_a_very_long_name_fits(visit: Callable[..., Visitor], camera: Camera) -> None:
    visitor = visit(BEHEERDER, viewport=DESK)
    page = visitor.page
    visitor.open(f"{ADMINISTRATIONS}new/")
    page.locator("#id_name").fill(LONG_NAME)
    page.locator("#id_slug").fill(LONG_SLUG)
    page.locator("main form button.primary").click()
    expect(page.locator("#subs").get_by_role("link", name=LONG_NAME)).to_be_visible(timeout=60_000)
    for name, address in LONG_PAGES.items():
        visitor.open(address)
        for look, viewport in (("-phone", PHONE), ("", DESK)):
            page.set_viewport_size(viewport)
            camera.take(visitor, f"long-name-{name}{look}")


def test_on_a_phone_the_administration_is_named_whole_and_help_is_in_the_menu(visit: Callable[..., Visitor]) -> None:
    visitor = visit(BEHEERDER, **LOOKS["-phone"])
    page = visitor.page
    visitor.open(MAIN)
    name = page.locator(".frame-name > strong")
    expect(name).to_have_text("Van Dijk Groep")
    assert name.evaluate("name => name.scrollWidth <= name.clientWidth")
    visitor.unfold(".frame-user > summary")
    visitor.follow(page.locator(".frame-user .on-phone"))
    expect(page).to_have_url(re.compile("/help/"))


LONG_PAGES = {
    "administrations": ADMINISTRATIONS,
    "choose": f"{ADMINISTRATIONS}sync/?to={LONG_SLUG}",
    "delete": f"{ADMINISTRATIONS}delete/{LONG_SLUG}/",
    "overview": f"/a/{LONG_SLUG}/",
    "settings": f"/a/{LONG_SLUG}/settings/",
    "in-a-sub": f"/a/{LONG_SLUG}/settings/administrations/",
}
