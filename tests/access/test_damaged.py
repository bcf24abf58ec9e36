"""Of a sub-administration that lost its schema or a table no page and no answer breaks, its own or another's."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import ProgrammingError, connection
from django.test import Client

from accounts.models import User
from accounts.support_rights import SupportRight
from tenants.models import Administration

from .conftest import World, signed_in, token_of
from .routes import ADMIN_SAMPLES, NOT_BY_GET, Route, all_routes

pytestmark = pytest.mark.usefixtures("db")
READ = ("page", "api", "admin")


@pytest.fixture
def db(standing: None) -> None:
    """The database stands for this module."""


@contextmanager
def lost(administration: Administration, table: str) -> Iterator[None]:
    """A table of this administration is elsewhere during a block; without a name of a table its schema is."""
    schema = administration.schema_name
    there, gone = ("TABLE", f"{schema}.elsewhere") if table else ("SCHEMA", "elsewhere")
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER {there} {f'{schema}.{table}' if table else schema} RENAME TO elsewhere")
        yield
        cursor.execute(f"ALTER {there} {gone} RENAME TO {table or schema}")
    Administration.objects.filter(pk=administration.pk).update(state_detail="")


def addresses(world: World, area: str, slug: str) -> Iterator[tuple[Route, str]]:
    """Every address of one area that is read, with this administration wherever one is named first."""
    for route in all_routes():
        if route.area == area and route.name not in NOT_BY_GET:
            named = {**world.samples_of(route.name), **(ADMIN_SAMPLES if area == "admin" else {"slug": slug})}
            yield route, route.address(named)


def readers(world: World) -> dict[str, Client]:
    """Who reads each area: the owner, a program with the owner's token, and support."""
    support = list(SupportRight.values)
    staff = User.objects.create_user(f"{uuid.uuid4().hex}@example.com", is_staff=True, support_rights=support)
    _token, program = token_of(world.company.owner, world.company.main)
    found = {"page": signed_in(world.company.owner), "api": program, "admin": signed_in(staff)}
    for client in found.values():
        client.raise_request_exception = False
    return found


@pytest.mark.parametrize("whose", ["child", "main"])
@pytest.mark.parametrize("table", ["", "business_workorder"], ids=["schema", "table"])
def test_nothing_breaks(world: World, whose: str, table: str) -> None:
    slug = (world.child if whose == "child" else world.company.main).slug
    clients = readers(world)
    with lost(world.child, table):
        broken = [
            address
            for area in READ
            for _route, address in addresses(world, area, slug)
            if clients[area].get(address).status_code == 500
        ]
    assert broken == []


def test_the_api_says_what_is_wrong(world: World) -> None:
    _token, program = token_of(world.company.owner, world.company.main)
    with lost(world.child, ""):
        for path in ("customers/", "work-orders/", f"quotations/{uuid.uuid4()}/"):
            answer = program.get(f"/api/v1/administrations/{world.child.slug}/{path}")
            assert (answer.status_code, answer.json()["type"]) == (409, "administration-damaged"), path
            assert world.child.name in answer.json()["detail"]


def test_what_fails_before_anybody_is_known_is_answered_as_ever(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """As where the shared tables themselves are not there yet."""

    def fail(_secret: str) -> None:
        raise ProgrammingError("no such table")

    _token, program = token_of(world.company.owner, world.company.main)
    program.raise_request_exception = False
    monkeypatch.setattr("settings_sync.api.protocol.authentication.accept_token", fail)
    answer = program.get("/api/v1/administrations/")
    assert (answer.status_code, answer.json()["type"]) == (500, "server-error")
