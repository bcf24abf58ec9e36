"""Nobody in: every route of the URL configuration, by every method, refuses who must not pass, and no row moves."""

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.db.models.functions import Now
from django.test import Client
from django.urls import path, reverse
from django.utils import timezone

from accounts.models import ActingSession, ApiToken, Scope
from accounts.support_rights import SupportRight
from settings_sync.engine.witness import fingerprint_tables
from tenants.models import Administration
from tenants.tokens import create_own_token
from tests.conftest import make_member
from tests.contracts.world import fingerprint

from .conftest import SECRET_WORD, World, acting_for, signed_in, token_of, with_token
from .routes import ADMIN_SAMPLES, NOT_BY_GET, OPEN_TO_MEMBERS, Route, all_routes

pytestmark = pytest.mark.usefixtures("db")
NO_METHOD, NOT_FOUND, FORBIDDEN = 405, 404, 403
OF_DAILY_DATA = (Scope.CUSTOMERS_READ, Scope.WORK_ORDERS_READ, Scope.QUOTATIONS_READ, Scope.INVOICES_READ)
SIGN_IN = "/account/sign-in/"
NOTED = {"django_session", "accounts_apitoken"}
"""Sessions of the visitors themselves, and when a token was last used."""


@pytest.fixture
def db(standing: None) -> None:
    """The database stands for this module: nothing here changes it."""


class Public:
    schema_name = "public"


def routes(area: str) -> list[Route]:
    return [route for route in all_routes() if route.area == area]


def stand_of_everything() -> dict[str, Any]:
    """Where every row of every table stands, and who wrote it last."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        shared = {name for (name,) in cursor.fetchall()} - NOTED
    found: dict[str, Any] = {"public": fingerprint_tables(Public(), shared)}
    return found | {row.schema_name: fingerprint(row) for row in Administration.objects.existing()}


@contextmanager
def nothing_changes() -> Iterator[None]:
    before = stand_of_everything()
    yield
    assert stand_of_everything() == before


def ask(client: Client, method: str, address: str) -> Any:
    if "/api/" in address:
        headers = {"Idempotency-Key": uuid.uuid4().hex, "If-Match": "1"}
        return client.generic(method, address, json.dumps({}), content_type="application/json", headers=headers)
    return client.generic(method, address)


def refusals(client: Client, chosen: list[Route], samples_of: Any, methods: str, is_refused: Any) -> list[str]:
    """The routes and methods that did not refuse, with what they answered."""
    wrong = []
    for route in chosen:
        for method in methods.split():
            answer = ask(client, method, route.address(samples_of(route.name)))
            if not is_refused(route, method, answer):
                wrong.append(f"{method} {route.name} {route.pattern}: {answer.status_code}")
    return wrong


def leads_to_sign_in(_route: Route, _method: str, answer: Any) -> bool:
    return answer.status_code == NO_METHOD or (
        answer.status_code == 302 and answer.headers["Location"].startswith(SIGN_IN)
    )


class TestTheList:
    def test_every_route_is_listed(self) -> None:
        assert [route.name for route in all_routes() if route.area == "unlisted"] == []

    def test_a_planted_route_is_not(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from config import urls

        monkeypatch.setattr(
            urls, "urlpatterns", [*urls.urlpatterns, path("planted/", lambda request: None, name="planted")]
        )
        from django.urls import clear_url_caches

        clear_url_caches()
        try:
            assert [route.name for route in all_routes() if route.area == "unlisted"] == ["planted"]
        finally:
            monkeypatch.undo()
            clear_url_caches()

    def test_the_owner_gets_in_so_that_a_refusal_means_something(self, world: World) -> None:
        client, seen = signed_in(world.company.owner), 0
        for route in routes("page"):
            answer = client.get(route.address(world.samples_of(route.name)))
            is_there = answer.status_code in (200, 302, NO_METHOD) or route.name in NOT_BY_GET
            assert is_there, f"{route.name}: {answer.status_code}"
            seen += answer.status_code == 200
        assert seen > 70


class TestPages:
    def test_who_has_not_signed_in_is_asked_to(self, world: World) -> None:
        with nothing_changes():
            for area in ("page", "account"):
                assert refusals(Client(), routes(area), world.samples_of, "GET POST PUT DELETE", leads_to_sign_in) == []

    def test_another_customer_finds_nothing(self, world: World) -> None:
        def is_refused(_route: Route, _method: str, answer: Any) -> bool:
            return answer.status_code in (NOT_FOUND, NO_METHOD)

        client = signed_in(world.stranger)
        with nothing_changes():
            assert refusals(client, routes("page"), world.samples_of, "GET POST", is_refused) == []

    def test_another_customers_address_does_not_open_this_ones_things(self, world: World) -> None:
        """The stranger's own administration in the address, and this customer's ids behind it."""

        def shows_nothing(_route: Route, _method: str, answer: Any) -> bool:
            return answer.status_code != 500 and SECRET_WORD not in answer.content.decode()

        pointing = [route for route in routes("page") if len(route.converters) > 1]
        # What a stranger does in their own administration may well change rows there: not in this customer's.
        before = [fingerprint(row) for row in (world.company.main, world.child)]
        client, own = signed_in(world.stranger), {"slug": world.other_main.slug}
        wrong = refusals(client, pointing, lambda name: {**world.samples_of(name), **own}, "GET POST", shows_nothing)
        assert wrong == []
        assert [fingerprint(row) for row in (world.company.main, world.child)] == before

    def test_a_member_without_rights_may_do_nothing(self, world: World) -> None:
        def is_refused(route: Route, method: str, answer: Any) -> bool:
            if route.name in OPEN_TO_MEMBERS and method == "GET":
                return answer.status_code == 200 and SECRET_WORD not in answer.content.decode()
            return answer.status_code in (FORBIDDEN, NOT_FOUND, NO_METHOD)

        client = signed_in(world.powerless)
        with nothing_changes():
            assert refusals(client, routes("page"), world.samples_of, "GET POST", is_refused) == []


class TestApi:
    METHODS = "GET POST PUT PATCH DELETE"

    @pytest.mark.parametrize("who", ["nobody", "unknown", "revoked", "expired", "closed account"])
    def test_without_a_token_that_works_nothing_is_told(self, world: World, who: str) -> None:
        client = self.caller(world, who)

        def is_refused(_route: Route, _method: str, answer: Any) -> bool:
            return answer.status_code in (401, NO_METHOD)

        with nothing_changes():
            assert refusals(client, routes("api"), world.samples_of, self.METHODS, is_refused) == []

    def caller(self, world: World, who: str) -> Client:
        if who in ("nobody", "unknown"):
            return Client() if who == "nobody" else with_token("eenlijn_" + "x" * 43)
        user = make_member(world.company.main)
        token, client = token_of(user, world.company.main)
        if who == "closed account":
            user.is_active = False
            user.save()
        column = {"revoked": "revoked_at", "expired": "expires_at"}.get(who)
        if column:
            ApiToken.objects.filter(pk=token.pk).update(**{column: timezone.now()})
        return client

    def test_another_customers_token_finds_nothing(self, world: World) -> None:
        _token, client = token_of(world.stranger, world.other_main)

        def is_refused(route: Route, _method: str, answer: Any) -> bool:
            said = answer.content.decode()
            is_silent = SECRET_WORD not in said and world.company.main.slug not in said
            if set(route.converters) <= {"key"}:  # a list of the stranger's own
                return is_silent and answer.status_code in (200, 400, NO_METHOD)
            return is_silent and answer.status_code in (NOT_FOUND, NO_METHOD)

        with nothing_changes():
            assert refusals(client, routes("api"), world.samples_of, self.METHODS, is_refused) == []

    @pytest.mark.parametrize("left_out", Scope.values)
    def test_a_token_without_the_scope_is_refused(self, world: World, left_out: str) -> None:
        others = [scope for scope in Scope.values if scope != left_out]
        _token, client = token_of(world.company.owner, world.company.main, others)
        chosen = [route for route in routes("api") if self.takes(route, left_out)]
        assert chosen or left_out in (Scope.SYNC_PREVIEW, Scope.SETTINGS_READ)

        def is_refused(route: Route, method: str, answer: Any) -> bool:
            is_asked = set(route.view.cls.scopes.get(method, ())) == {left_out}
            return not is_asked or (answer.status_code == FORBIDDEN and answer.json()["type"] == "scope-missing")

        with nothing_changes():
            methods = [(route, method) for route in chosen for method in self.METHODS.split()]
            wrong = [
                found
                for route, method in methods
                if set(route.view.cls.scopes.get(method, ())) == {left_out}
                for found in refusals(client, [route], world.samples_of, method, is_refused)
            ]
        assert wrong == []

    @pytest.mark.parametrize("is_about_syncing", [True, False])
    def test_scopes_of_syncing_and_of_daily_data_open_nothing_of_the_other(
        self, world: World, is_about_syncing: bool
    ) -> None:
        own = [scope for scope in Scope.values if (scope in OF_DAILY_DATA) != is_about_syncing]
        _token, client = token_of(world.company.owner, world.company.main, own)
        others = [route for route in routes("api") if route.name.startswith("daily-data:") == is_about_syncing]

        def is_refused(_route: Route, _method: str, answer: Any) -> bool:
            return answer.status_code in (FORBIDDEN, NO_METHOD) and SECRET_WORD not in answer.content.decode()

        assert len(others) >= 8
        with nothing_changes():
            assert refusals(client, others, world.samples_of, self.METHODS, is_refused) == []

    def test_the_owner_reads_all_daily_data_so_that_a_refusal_means_something(self, world: World) -> None:
        _token, client = token_of(world.company.owner, world.company.main, list(OF_DAILY_DATA))
        for route in routes("api"):
            if route.name.startswith("daily-data:"):
                answer = client.get(route.address(world.samples_of(route.name)))
                assert answer.status_code == 200, route.name
                assert SECRET_WORD in answer.content.decode(), route.name

    def takes(self, route: Route, scope: str) -> bool:
        """Whether some method of this route takes this scope and no other."""
        return any(set(scopes) == {scope} for scopes in route.view.cls.scopes.values())

    def test_every_method_of_every_view_names_a_scope(self) -> None:
        silent = [
            f"{method} {route.name}"
            for route in routes("api")
            for method in self.METHODS.split()
            if hasattr(route.view.cls, method.lower()) and not route.view.cls.scopes.get(method)
        ]
        assert silent == []

    def test_a_token_of_somebody_without_rights_reads_and_changes_nothing(self, world: World) -> None:
        _token, client = token_of(world.powerless, world.company.main)

        def is_refused(route: Route, method: str, answer: Any) -> bool:
            if answer.status_code == 200:
                return method == "GET" and SECRET_WORD not in answer.content.decode()
            return answer.status_code in (400, FORBIDDEN, NOT_FOUND, NO_METHOD)

        with nothing_changes():
            assert refusals(client, routes("api"), world.samples_of, self.METHODS, is_refused) == []


class TestAdmin:
    def is_refused(self, _route: Route, _method: str, answer: Any) -> bool:
        if answer.status_code == 302:
            return answer.headers["Location"].startswith("/admin/login/")
        return answer.status_code in (FORBIDDEN, NO_METHOD)

    @pytest.mark.parametrize("who", ["nobody", "owner", "staff without a second factor", "staff without a right"])
    def test_only_support_gets_in(self, world: World, who: str, settings: Any) -> None:
        settings.STAFF_SECOND_FACTOR = who != "staff without a right"
        client = Client()
        if who != "nobody":
            user = world.company.owner if who == "owner" else make_member(world.other_main)
            type(user).objects.filter(pk=user.pk).update(
                is_staff=who != "owner",
                support_rights=SupportRight.values if who == "staff without a second factor" else ["help", "act"],
            )
            client = signed_in(user)
        chosen = [route for route in routes("admin") if route.name not in ("admin:logout", "admin:jsi18n")]
        with nothing_changes():
            assert refusals(client, chosen, lambda name: ADMIN_SAMPLES, "GET POST", self.is_refused) == []

    SENT = {
        "reason": "Zaak 12", "post": "yes", "name": "Gestolen", "email": "gestolen@example.com", "licence_cap": "99",
        "password1": "een-lang-woord-9", "password2": "een-lang-woord-9", "is_staff": "on", "rights": ["forms.read"],
    }  # fmt: skip

    def addresses(self, world: World) -> Iterator[str]:
        """Every address of the admin, with a row that is really there."""
        models = {f"admin:{model._meta.app_label}_{model._meta.model_name}": model for model in admin.site._registry}
        for route in routes("admin"):
            model = models.get(route.name.rpartition("_")[0]) or next(
                (found for name, found in models.items() if route.name.startswith(f"{name}_")), None
            )
            row = model._default_manager.first() if model else world.company.main
            key = row.pk if row is not None else uuid.UUID(int=7)
            if route.name not in ("admin:logout", "admin:jsi18n"):
                of_setting = {name: world.samples_of("")[name] for name in ("kind", "uid")}
                yield route.address({**ADMIN_SAMPLES, **of_setting, "object_id": key, "id": key})

    def actions(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Every action of every list, on the ticked rows and on all of them."""
        for model, shown in admin.site._registry.items():
            page = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
            ticked = [str(key) for key in model._default_manager.values_list("pk", flat=True)[:5]]
            for name in {"delete_selected", *shown.actions}:
                yield page, {**self.SENT, "action": name, "_selected_action": ticked, "select_across": "1"}

    def test_who_may_only_look_changes_nothing(self, world: World) -> None:
        given = {"is_staff": True, "support_rights": [SupportRight.LOOK]}
        client = signed_in(type(world.stranger).objects.create_user("kijkt@example.com", **given))
        tried = [(address, self.SENT) for address in self.addresses(world)] + list(self.actions())
        assert len(tried) > 80
        with nothing_changes():
            wrong = [page for page, sent in tried if client.post(page, sent).status_code >= 500]
        assert wrong == []


class TestActingOnBehalf:
    """Support that acts on behalf of a user may do no more than that user, and not what is the user's own."""

    OWN = (
        "accounts:security", "accounts:enable", "accounts:renew-codes", "accounts:disable",
        "account:profile", "account:ask-address", "account:password", "account:new-address",
    )  # fmt: skip
    OWN_PAGES = (
        "token-new", "token-revoke", "webhooks:new", "webhooks:rotate",
        "people:invite", "people:edit", "people:remove", "people:withdraw", "people:again",
    )  # fmt: skip

    def test_every_page_says_who_acts_for_whom(self, world: World) -> None:
        client, silent, seen = acting_for(world.company.owner), [], 0
        for route in [*routes("page"), *routes("account")]:
            answer = client.get(route.address(world.samples_of(route.name)), follow=True)
            text = "" if answer.streaming else answer.content.decode(errors="replace")
            is_page = "<body" in text and "sandbox" not in answer.headers["Content-Security-Policy"]
            seen += is_page
            # A form is tried in a frame of its editor, which says so around it.
            if is_page and 'class="acting"' not in text and route.name != "forms_catalog:try":
                silent.append(route.name)
        assert silent == []
        assert seen > 80

    def test_what_is_the_users_own_is_closed_and_so_is_the_admin(self, world: World) -> None:
        def is_refused(_route: Route, _method: str, answer: Any) -> bool:
            is_led_on = answer.status_code == 302 and answer.headers["Location"].startswith("/admin/")
            return is_led_on or answer.status_code in (FORBIDDEN, NO_METHOD)

        client = acting_for(world.company.owner)
        own = [route for route in routes("account") if route.name in self.OWN]
        own += [route for route in routes("page") if route.name in self.OWN_PAGES]
        assert len(own) == len(self.OWN) + len(self.OWN_PAGES)
        with nothing_changes():
            assert refusals(client, own, world.samples_of, "GET POST", is_refused) == []
            admin = [route for route in routes("admin") if route.name not in ("admin:logout", "admin:jsi18n")]
            assert refusals(client, admin, lambda name: ADMIN_SAMPLES, "GET POST", is_refused) == []
            assert client.get("/admin/login/").status_code == FORBIDDEN

    def test_the_api_is_closed_with_a_token_too(self, world: World) -> None:
        _token, secret = create_own_token(acting_user=world.company.owner, main=world.company.main, scopes=Scope.values)
        client, bearing = acting_for(world.company.owner), with_token(secret)
        bearing.cookies = client.cookies
        for which, status in ((client, 401), (bearing, FORBIDDEN)):
            with nothing_changes():
                wrong = refusals(
                    which,
                    routes("api"),
                    world.samples_of,
                    TestApi.METHODS,
                    lambda _route, _method, answer, status=status: answer.status_code in (status, NO_METHOD),
                )
            assert wrong == []

    def test_once_the_time_is_over_everything_is_refused(self, world: World) -> None:
        client = acting_for(world.company.owner)
        ActingSession.objects.update(ends_at=Now())
        assert client.get("/").status_code == FORBIDDEN, "the first one tells the trail that it is over"
        chosen = [*routes("page"), *routes("account"), *routes("admin")]
        chosen = [route for route in chosen if route.name not in ("accounts:end-acting", "admin:logout")]
        assert len(chosen) > 150
        with nothing_changes():
            wrong = refusals(
                client,
                chosen,
                lambda name: ADMIN_SAMPLES if name.startswith("admin:") else world.samples_of(name),
                "GET POST PUT DELETE",
                lambda _route, _method, answer: (
                    answer.status_code == FORBIDDEN and SECRET_WORD not in answer.content.decode()
                ),
            )
            assert wrong == []
            assert client.get("/api/v1/administrations/").status_code == 401
