"""One real sync: sign in, choose, preview, confirm, wait for the workers, and verify what they did."""

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any

from accounts.models import Scope
from settings_sync.declaring.kinds import all_kinds
from settings_sync.engine.witness import Fingerprint, fingerprint, fingerprint_settings
from settings_sync.models import Change, Plan, SyncTarget
from tenants.models import Administration
from tenants.schemas import inside
from tenants.tokens import create_api_token, revoke_api_token

from .browser import ApiClient, Browser, Page, PageNotAsExpected, path_of

WRITES = ("create", "update")
TARGETS = 2
ITEMS = 2

Say = Callable[[str], None]


class CheckFailed(Exception):
    """Something is not as it must be."""


class CannotRehearse(Exception):
    """There is nothing here to rehearse with."""


@dataclass(frozen=True)
class Place:
    """Where the rehearsal takes place, and as whom."""

    base_url: str
    main: str
    email: str
    password: str
    timeout: float


@dataclass
class Rehearsal:
    """One rehearsal; `say` gets a line for every check that holds, and the first that does not raises CheckFailed."""

    place: Place
    say: Say
    main: Administration = field(init=False)
    chosen: list[Administration] = field(init=False)
    others: list[Administration] = field(init=False)
    items: list[uuid.UUID] = field(init=False)
    browser: Browser = field(init=False)

    def __post_init__(self) -> None:
        self.browser = Browser(self.place.base_url)
        self.main = _find_main(self.place.main)
        children = list(self.main.children.active().order_by("slug"))
        if not children:
            raise CannotRehearse(f"{self.main.name} has no sub-administrations.")
        self.chosen = _choose(children, self._lacking)[:TARGETS]
        self.others = [child for child in children if child not in self.chosen]
        self.items = self._lacking(self.chosen[0])[:ITEMS]

    def run(self) -> None:
        """All of it, in order. Raises CheckFailed."""
        with closing(self.browser):
            self._sync_and_verify()

    def _sync_and_verify(self) -> None:
        self._sign_in()
        if not self.items:
            self._make_something_new()
        without = [child for child in self.others if not set(self.items) & _uids(child)]
        daily = {child.pk: fingerprint(child) for child in self.chosen + self.others}
        untouched = {child.pk: fingerprint_settings(child) for child in self.others}
        plan = self._preview()
        run_id = self._start(plan)
        self._wait_for_page(run_id)
        with self._api() as api:
            self._check_run(api, run_id)
            self._check_arrived(plan)
            self._check_others(untouched, without)
            self._check_second_sync(api)
        self._check_daily(daily)

    def _sign_in(self) -> None:
        page = self.browser.open("account/sign-in/")
        form = self.browser.form_with("password")
        form.fill("email", self.place.email)
        form.fill("password", self.place.password)
        page = self.browser.submit()
        self._hold(page.status_code == 200 and "sign-in" not in path_of(page), f"signed in as {self.place.email}", page)
        page = self.browser.open(self._address())
        named = all(child.name in page.text for child in self.chosen + self.others)
        self._hold(
            page.status_code == 200 and named, "the page of administrations shows every sub-administration", page
        )

    def _make_something_new(self) -> None:
        """Nothing is lacking any more: make a work type in the main administration, to have something to do."""
        page = self.browser.open(f"a/{self.main.slug}/settings/reference/work-types/new/")
        form = self.browser.form_with("name")
        form.fill("name", f"Controle {time.strftime('%Y-%m-%d %H:%M:%S')}")
        page = self.browser.submit()
        self.items = self._lacking(self.chosen[0])[:ITEMS]
        self._hold(bool(self.items), "all was there already; a new work type was made in the main administration", page)

    def _preview(self) -> Plan:
        page = self.browser.open(self._address("sync/"))
        form = self.browser.form_with("to")
        form.untick_all()
        for child in self.chosen:
            form.tick("to", child.slug)
        for uid in self.items:
            form.tick("item", str(uid))
        page = self.browser.submit(("do", "preview"))
        plan_id = _last_id(page)
        plan = Plan.objects.filter(pk=plan_id).first() if plan_id else None
        names = ", ".join(child.name for child in self.chosen)
        self._hold(
            page.status_code == 200 and plan is not None,
            f"previewed {len(self.items)} settings and what they need for {names}",
            page,
        )
        assert plan is not None
        return plan

    def _start(self, plan: Plan) -> uuid.UUID:
        page = self.browser.open(self._address(f"sync/{plan.pk}/"))
        form = self.browser.form_with("version")
        if form.has("note"):
            form.fill("note", "Controle")
        page = self.browser.submit()
        run_id = _last_id(page)
        self._hold(
            page.status_code == 200 and "/runs/" in path_of(page) and run_id is not None, "confirmed the preview", page
        )
        assert run_id is not None
        return run_id

    def _wait_for_page(self, run_id: uuid.UUID) -> None:
        started = time.monotonic()
        address = self._address(f"runs/{run_id}/")
        page = self._wait_until(lambda: self.browser.open(address), lambda page: f"{run_id}/progress/" not in page.text)
        seconds = time.monotonic() - started
        self._hold(
            page.status_code == 200, f"the worker finished the run; the page said so after {seconds:.1f} s", page
        )

    @contextmanager
    def _api(self) -> Iterator[ApiClient]:
        """A token for the length of the rehearsal."""
        token, secret = create_api_token(
            email=self.place.email, administration=self.main.slug, scopes=Scope.values, name="check_sync", days=1
        )
        try:
            with closing(ApiClient(self.place.base_url, secret)) as api:
                yield api
        finally:
            revoke_api_token(token)

    def _check_run(self, api: ApiClient, run_id: uuid.UUID) -> None:
        run = api.get(f"runs/{run_id}/")
        targets = api.get(f"runs/{run_id}/targets/")["results"]
        told = ", ".join(
            f"{row['administration']}: {(row['error'] or {}).get('detail', row['state'])}" for row in targets
        )
        self._hold(run["state"] == "succeeded", f"the run succeeded ({len(targets)} administrations)", told)
        written = [row["receipt"]["business_rows_written"] for row in targets]
        rows = sum(sum(row["receipt"]["rows"].values()) for row in targets)
        self._hold(written == [0] * len(targets), "the receipts say that 0 rows of daily data were written", written)
        self._hold(rows > 0, f"the receipts say that {rows} rows of settings were written", targets)

    def _check_arrived(self, plan: Plan) -> None:
        planned = Change.objects.filter(plan_target__plan=plan, action__in=WRITES)
        for child in self.chosen:
            written = set(planned.filter(plan_target__administration=child).values_list("uid", flat=True))
            missing = (written | set(self.items)) - _uids(child)
            self._hold(not missing, f"{child.name} has every chosen item ({len(written)} came with this run)", missing)
        self._hold(planned.exists(), f"{planned.count()} items were created or updated", plan.pk)

    def _check_others(self, before: dict[uuid.UUID, Fingerprint], without: list[Administration]) -> None:
        for child in self.others:
            same = fingerprint_settings(child) == before[child.pk]
            said = ", without the chosen items" if child in without else ""
            self._hold(same, f"the settings of {child.name}, which was not chosen, are as they were{said}", child.slug)

    def _check_second_sync(self, api: ApiClient) -> None:
        before = {child.pk: fingerprint_settings(child) for child in self.chosen}
        body = {
            "targets": [child.slug for child in self.chosen],
            "items": [str(uid) for uid in self.items],
            "note": "Controle",
        }
        run = api.post("runs/", body, uuid.uuid4().hex)
        run = self._wait_until(lambda: api.get(f"runs/{run['id']}/"), lambda found: found["finished_at"] is not None)
        targets = api.get(f"runs/{run['id']}/targets/")["results"]
        rows = [row["receipt"]["rows"] for row in targets if row["receipt"]]
        self._hold(rows == [{}] * len(self.chosen), "a second sync wrote 0 rows", targets)
        same = all(fingerprint_settings(child) == before[child.pk] for child in self.chosen)
        self._hold(same, "and moved no row of settings, by content nor on disk", before)

    def _check_daily(self, before: dict[uuid.UUID, Fingerprint]) -> None:
        for child in self.chosen + self.others:
            now = fingerprint(child)
            said = f"daily data of {child.name} is identical: {now.count} rows, content and ctid/xmin"
            self._hold(now == before[child.pk], said, (before[child.pk], now))

    def _lacking(self, child: Administration) -> list[uuid.UUID]:
        """What the main has and a child has not, one item of each kind, those that need most first."""
        there = _uids(child)
        found = []
        for kind in reversed(list(all_kinds())):
            with inside(self.main):
                rows = kind.root.model._default_manager.filter(is_archived=False).exclude(uid__in=there)
                found += list(rows.order_by(kind.item_label, "uid").values_list("uid", flat=True)[:1])
        return found

    def _address(self, rest: str = "") -> str:
        return f"a/{self.main.slug}/settings/administrations/{rest}"

    def _wait_until(self, look: Callable[[], Any], is_done: Callable[[Any], bool]) -> Any:
        deadline = time.monotonic() + self.place.timeout
        while True:
            found = look()
            if is_done(found):
                return found
            if time.monotonic() > deadline:
                raise CheckFailed(f"the run did not finish within {self.place.timeout:.0f} s")
            time.sleep(0.2)

    def _hold(self, is_so: bool, what: str, instead: object) -> None:
        """Say that a check holds, or raise CheckFailed with what was found instead."""
        if not is_so:
            raise CheckFailed(f"{what} – no: {_told(instead)}")
        self.say(what)


def _find_main(slug: str) -> Administration:
    main = Administration.objects.active().mains().filter(slug=slug).first()
    if main is None:
        raise CannotRehearse(
            f"There is no main administration “{slug}”; load the demo data first (manage.py load_demo)."
        )
    return main


def _choose(
    children: list[Administration], lacking: Callable[[Administration], list[uuid.UUID]]
) -> list[Administration]:
    """First those that were synced before: an administration that nobody synced yet stays that way when it can."""
    done = SyncTarget.objects.filter(administration__in=children, state=SyncTarget.State.SUCCEEDED)
    synced = set(done.values_list("administration", flat=True))
    found = [child for child in children if child.pk in synced] or children
    return sorted(found, key=lambda child: not lacking(child))


def _uids(administration: Administration) -> set[uuid.UUID]:
    """Every item of an administration."""
    with inside(administration):
        rows = [kind.root.model._default_manager.values_list("uid", flat=True) for kind in all_kinds()]
        return {uid for uids in rows for uid in uids}


def _last_id(page: Page) -> uuid.UUID | None:
    """The id at the end of a page's address."""
    try:
        return uuid.UUID(path_of(page).rstrip("/").rpartition("/")[2])
    except ValueError:
        return None


def _told(instead: object) -> str:
    if isinstance(instead, Page):
        return f"{instead.url} answered {instead.status_code}"
    return str(instead)[:500]


__all__ = ["CannotRehearse", "CheckFailed", "PageNotAsExpected", "Place", "Rehearsal"]
