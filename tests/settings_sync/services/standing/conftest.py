"""A package of forms, the group that it goes to, and a clock that a test sets."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from forms_catalog.models import Form
from settings_sync.models import OrderMoment, Package, StandingOrder, SyncRun
from settings_sync.services.packages.packages import Contents, create_package
from settings_sync.services.standing import advancing, due, standing_orders, windows
from settings_sync.services.standing.carrying_out import carry_out_moment
from settings_sync.services.standing.due import find_due_moments
from settings_sync.services.standing.standing_orders import Content, create_order
from settings_sync.services.targets.targets import execute_target
from tenants.models import Administration
from tenants.schemas import inside
from tests.conftest import make_administration, make_member
from tests.settings_sync.views.conftest import form, joined  # noqa: F401

NIGHTLY = {"kind": "nightly", "at": "02:00"}
NOON = datetime(2026, 11, 23, 11, tzinfo=UTC)
"""Noon of a Monday in Amsterdam."""
NIGHTLY_MOMENT = datetime(2026, 11, 24, 1, tzinfo=UTC)


class Clock:
    """What the database's clock says."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def set(self, *of: int) -> None:
        """A time in UTC."""
        self.now = datetime(*of, tzinfo=UTC)

    def go_on(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The instant that orders go by; at first noon of a Monday."""
    made = Clock()
    for room in (advancing, due, standing_orders, windows):
        monkeypatch.setattr(room, "database_now", made)
    return made


@pytest.fixture
def grouped(joined: Any) -> Any:  # noqa: F811
    joined.groups = ["Noord"]
    joined.save(update_fields=["groups"])
    return joined


@pytest.fixture
def package(owner: Any, main: Any, form: Any) -> Package:  # noqa: F811
    chosen = Contents(categories=["forms"])
    return create_package(acting_user=owner, main=main, name="Formulieren", contents=chosen, forbids_editing=False)


@pytest.fixture
def make(owner: Any, main: Any, grouped: Any, package: Package, clock: Clock) -> Callable[..., StandingOrder]:
    """An order of the owner: nightly, for the group Noord, unless something else is said."""

    def made(name: str = "Elke nacht", **content: Any) -> StandingOrder:
        said = {"package": package.pk, "groups": ["Noord"], "when": NIGHTLY, **content}
        return create_order(acting_user=owner, main=main, content=Content(name=name, **said))

    return made


@pytest.fixture
def others(grouped: Any, other_child: Any, main: Any, owner: Any) -> list[Administration]:
    """Two more of the group; the one that the other fixtures know is the test group."""
    grouped.groups = ["Noord", "Proef"]
    grouped.save(update_fields=["groups"])
    made = [other_child, make_administration("Van Dijk Zuid", main)]
    for row in made:
        row.groups = ["Noord"]
        row.save(update_fields=["groups"])
        make_member(row, user=owner)
    return made


@pytest.fixture
def night(clock: Clock) -> Callable[..., Any]:
    """A moment at which a nightly order is due; the run that it made, if it made one."""

    def come(days: int = 0) -> SyncRun | None:
        clock.now = NIGHTLY_MOMENT + timedelta(days=days, minutes=5)
        moments = work()
        return moments[0].run if moments else None

    return come


def rings_of(run: SyncRun) -> list[tuple[int, str]]:
    """The state of each ring of a run."""
    return list(run.stages.order_by("number").values_list("number", "state"))


def carry_out_ring(run: SyncRun, ring: int) -> None:
    """What the workers do with one ring."""
    for target in run.targets.filter(ring=ring):
        execute_target(target.pk)
    run.refresh_from_db()


def names_in(administration: Administration) -> set[str]:
    """The forms of an administration."""
    with inside(administration):
        return set(Form.objects.filter(is_archived=False).values_list("name", flat=True))


def work() -> list[OrderMoment]:
    """What the reaper and a worker do: the moments that were due are found and carried out; those that were."""
    find_due_moments()
    due_now = list(OrderMoment.objects.filter(state="due").values_list("pk", flat=True))
    for moment in due_now:
        carry_out_moment(moment)
    return list(OrderMoment.objects.filter(pk__in=due_now).order_by("moment"))
