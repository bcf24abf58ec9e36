"""Nothing of one customer is shown to another: pages, API, exports, mails and the cache, by a word that marks it."""

import re
from collections import Counter, deque
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core import mail
from django.core.cache import cache
from django.test import Client, RequestFactory
from django.urls import reverse

from settings_sync.services.runs.runs import start_run
from settings_sync.services.targets.targets import execute_target
from tenants import switching
from tenants.models import Administration
from tenants.rights import all_rights
from tests.contracts.world import Company
from webhooks.models import MailChoice
from webhooks.services.mailing import choose_mail
from webhooks.services.sending import send_due

from .conftest import SECRET_WORD, World, fill, make_samples, signed_in, token_of
from .routes import Route, all_routes

pytestmark = pytest.mark.usefixtures("db")
OWN_WORD = "Eigenwoord"
MOST_PAGES = 1500
MOST_ALIKE = 12
"""How many pages are opened that differ in nothing but which thing they are about."""
MOST_QUESTIONS = 5
"""How often one page is opened with another question behind it, such as a filter."""
WHICH = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d+")
LINKS = re.compile(r'(?:href|action|hx-get|src)="(/[^"#]*)"')
DAILY_DATA = ("customers", "work-orders", "quotations", "invoices")
CHANGES_SOMETHING = re.compile(r"/(sign-out|admin)/")


@pytest.fixture
def db(standing: None) -> None:
    """The database stands for this module."""


@pytest.fixture(scope="module")
def others(world: World) -> Company:
    """The other customer, with as much of its own, marked by another word."""
    return Company(world.other_main, world.stranger)


@pytest.fixture(scope="module")
def pages_of_others(others: Company) -> dict[str, str]:
    """Everything that the other customer reaches."""
    main, child = others.main, others.child("De Boer A")
    fill(others, child, OWN_WORD)
    samples = make_samples(others, child, OWN_WORD)[""]
    plan = reverse("sync:plan", args=[main.slug, samples["plan_id"]])
    return crawl(signed_in(others.owner), "/", f"/a/{main.slug}/", f"/a/{child.slug}/settings/", plan)


def crawl(client: Client, *starts: str, most: int = MOST_PAGES) -> dict[str, str]:
    """Every page that a reader reaches by links from these, with its text."""
    seen: dict[str, str] = {}
    waiting, asked = deque(starts), Counter[str]()
    while waiting and len(seen) < most:
        address = waiting.popleft()
        page = address.partition("?")[0]
        alike = WHICH.sub("…", page)
        if address in seen or CHANGES_SOMETHING.search(address) or asked[page] == MOST_QUESTIONS:
            continue
        if asked[alike] == MOST_ALIKE:
            continue
        asked[page] += 1
        asked[alike] += alike != page
        answer = client.get(address, headers={"Accept": "text/html"})
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        seen[address] = body.decode(errors="replace")
        if answer.status_code in (301, 302):
            waiting.append(answer.headers["Location"])
        elif answer.headers.get("Content-Type", "").startswith("text/html"):
            waiting.extend(unescape(found) for found in LINKS.findall(seen[address]))
    return seen


def crawl_api(client: Client) -> dict[str, str]:
    """Every list of the API, page by page, and everything that these name by an id of their own."""
    starts = ["/api/v1/administrations/", "/api/v1/categories/", "/api/v1/runs/", "/api/v1/alignment/?detail=true"]
    starts += ["/api/v1/webhooks/", "/api/v1/packages/", "/api/v1/orders/", "/api/v1/categories/forms/items/?limit=200"]
    seen, waiting = {}, deque(starts)
    while waiting:
        address = waiting.popleft().removeprefix("http://testserver")
        if address in seen:
            continue
        answer = client.get(address)
        assert answer.status_code == 200, address
        seen[address] = answer.content.decode()
        body = answer.json()
        if body.get("next"):
            waiting.append(body["next"])
        for row in body.get("results", []):
            waiting += below(address.partition("?")[0], row)
    return seen


def below(address: str, row: dict[str, Any]) -> list[str]:
    """Where one row of a list leads."""
    last = address.rstrip("/").rpartition("/")[2]
    if last == "administrations":
        over_time = [f"{address}{row['slug']}/alignment/"] if row["kind"] == "main" else []
        own = (f"{address}{row['slug']}/{name}/" for name in DAILY_DATA)
        return [f"{address}{row['slug']}/", *over_time, *own]
    if last == "runs":
        return [f"{address}{row['id']}/", f"{address}{row['id']}/targets/"]
    return [f"{address}{row['id']}/"] if last in DAILY_DATA else []


def leaks(seen: dict[str, str]) -> list[str]:
    return [address for address, text in seen.items() if SECRET_WORD in text]


def test_no_page_of_another_customer_holds_a_word_of_this_one(pages_of_others: dict[str, str]) -> None:
    seen = pages_of_others
    own = [address for address, text in seen.items() if OWN_WORD in text]
    assert len(seen) > 200, "the crawl reaches the pages at all"
    assert len(own) > 100
    assert any(address.endswith(".csv") or "csv" in address for address in seen), "exports are among them"
    assert leaks(seen) == []


def test_no_answer_of_the_api_does(others: Company, pages_of_others: dict[str, str]) -> None:
    _token, client = token_of(others.owner, others.main)
    seen = crawl_api(client)
    reached = {address.partition("?")[0] for address in seen}
    for route in all_routes():
        if route.name.startswith("daily-data:"):
            pattern = re.compile("^/" + re.sub(r"<[^>]+>", "[^/]+", route.pattern) + "$")
            own = [address for address in reached if pattern.match(address)]
            assert own, route.name
            assert any(OWN_WORD in seen[address] for address in own), route.name
    assert leaks(seen) == []


def test_a_planted_leak_in_the_daily_data_is_found(world: World, others: Company, monkeypatch: Any) -> None:
    """The API that forgets to look whose administration it is asked for."""
    monkeypatch.setattr("business.api.views.find_active_administration", lambda *_asked: world.child)
    monkeypatch.setattr("business.api.views.rights_of", lambda *_asked: frozenset(all_rights()))
    _token, client = token_of(others.owner, others.main)
    found = leaks(crawl_api(client))
    assert {address.rstrip("/").rpartition("/")[2] for address in found} >= set(DAILY_DATA)


def test_a_planted_leak_is_found(world: World, others: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = switching.list_reachable
    monkeypatch.setattr(switching, "list_reachable", lambda user, *asked: listed(world.company.owner, *asked))
    name = world.company.main.name
    Administration.objects.filter(pk=world.company.main.pk).update(name=f"{name} {SECRET_WORD}")
    try:
        assert leaks(crawl(signed_in(others.owner), f"/a/{others.main.slug}/switch/", most=1))
    finally:
        Administration.objects.filter(pk=world.company.main.pk).update(name=name)


def test_mails_go_to_the_customers_own_people(world: World, others: Company, settings: Any) -> None:
    settings.SENDS_MAIL = True
    for company in (world.company, others):
        choose_mail(acting_user=company.owner, main=company.main, when=MailChoice.When.ALWAYS, language="nl")
    plan = world.company.plan(world.child, categories=["workflows"])
    run = start_run(acting_user=world.company.owner, plan=plan, version=plan.version, note=SECRET_WORD)
    execute_target(run.targets.get().pk)
    send_due(seconds=5)
    assert [message.to for message in mail.outbox] == [[world.company.owner.email]]


def test_what_is_kept_in_the_cache_carries_its_administration(world: World) -> None:
    """Whoever guesses a key of another administration finds nothing: the key holds an id that is never used again."""
    client = Client()
    sent = {"do": "preview", "to": [world.child.slug], "category": [SECRET_WORD]}
    client.post(f"/a/{world.company.main.slug}/settings/administrations/sync/", sent)  # kept until signed in again
    kept = [key for key, value in entries() if SECRET_WORD.encode() in value]
    assert kept, "the marked choice is in the cache"
    ids = {str(world.company.main.pk), str(world.child.pk)}
    assert [key for key in kept if not any(found in key for found in ids)] == []


def entries() -> Iterator[tuple[str, bytes]]:
    """Every text in the cache's server, the queue's own included."""
    server = cache._cache.get_client()
    for key in server.scan_iter("*"):
        if server.type(key) == b"string":
            yield key.decode(), server.get(key) or b""


def test_every_route_that_shows_something_is_within_reach_of_the_crawl(pages_of_others: dict[str, str]) -> None:
    """What no link leads to is named here, so that a new page does not hide from the crawl."""
    reached = {address.split("?")[0] for address in pages_of_others}
    pages = [route for route in all_routes() if route.area == "page"]
    patterns = {route.name: re.compile("^/" + re.sub(r"<[^>]+>", "[^/]+", route.pattern) + "$") for route in pages}
    missed = {name for name, pattern in patterns.items() if not any(map(pattern.match, reached))}
    assert missed - only_posted(pages) <= NOT_LINKED


def only_posted(pages: list[Route]) -> set[str]:
    """The pages that answer to nothing but a POST: a button leads there, and no link."""
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    answers = {route.name: route.view(request, **dict.fromkeys(route.converters, "")) for route in pages}
    return {name for name, answer in answers.items() if answer.status_code == 405}


NOT_LINKED = {
    "business:work-order-photo",
    "reference_data:delete",
    *(f"sync:{name}" for name in ("administration-retry", "plan-rehearse", "plan-renew", "run-cancel", "run-retry")),
    "sync:run-undo",
    "sync:decide",
    "sync:bring-setting",
    "sync:administration-row",
    "sync:change-sheet",
    "sync:run-progress",
}
"""Addresses that take a POST once one is let in, stand on the page of something that is not used, or are asked for by
a page's script. `change-sheet` shows a template that both sides have in two versions, of which the crawled company has
none; `test_matrix.py` asks for it from elsewhere.
What is crawled holds no photo of a filled-in form: `tests/business/test_photos.py` asks for one from elsewhere."""
