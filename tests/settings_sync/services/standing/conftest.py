"""A package of forms, the group that it goes to, and a clock that a test sets."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from settings_sync.models import OrderMoment, Package, StandingOrder
from settings_sync.services.packages.packages import Contents, create_package
from settings_sync.services.standing import due, standing_orders, windows
from settings_sync.services.standing.carrying_out import carry_out_moment
from settings_sync.services.standing.due import find_due_moments
from settings_sync.services.standing.standing_orders import Content, create_order
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
    for room in (due, standing_orders, windows):
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


def work() -> list[OrderMoment]:
    """What the reaper and a worker do: the moments that were due are found and carried out; those that were."""
    find_due_moments()
    due_now = list(OrderMoment.objects.filter(state="due").values_list("pk", flat=True))
    for moment in due_now:
        carry_out_moment(moment)
    return list(OrderMoment.objects.filter(pk__in=due_now).order_by("moment"))
