"""What apps do with schemas: each by one set of hooks, all called, in the order in which the apps were registered."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager

import pytest

from tenants.models import Administration
from tenants.schema_hooks import Carried, HooksOfAllApps, SchemaHooks


class Noting(SchemaHooks):
    """Notes what it was called for."""

    def __init__(self, name: str, notes: list[str]) -> None:
        self.name, self.notes = name, notes

    def note(self, hook: str) -> None:
        self.notes.append(f"{self.name}: {hook}")

    def prepare_shared(self) -> None:
        self.note("prepare_shared")

    def prepare(self, schema_name: str) -> None:
        self.note(f"prepare {schema_name}")

    def mark(self) -> str:
        return self.name

    def prepare_main(self, schema_name: str) -> None:
        self.note(f"prepare_main {schema_name}")

    def make_ready(self, administration: Administration) -> None:
        self.note(f"make_ready {administration.name}")

    def welcome(self, administration: Administration) -> None:
        self.note(f"welcome {administration.name}")

    def turn(self, schema_name: str) -> AbstractContextManager[None]:
        return self._turn(schema_name)

    @contextmanager
    def _turn(self, schema_name: str) -> Iterator[None]:
        self.note(f"takes its turn in {schema_name}")
        yield
        self.note(f"ends its turn in {schema_name}")

    def hold(self, schema_name: str) -> None:
        self.note(f"hold {schema_name}")

    def carried(self) -> Sequence[Carried]:
        return [Carried(self.name, lambda administration: [], lambda administration, lines: None)]

    def accounts(self) -> Sequence[tuple[str, str]]:
        return [(self.name, "by_id")]


@pytest.fixture
def notes() -> list[str]:
    return []


@pytest.fixture
def hooks(notes: list[str]) -> HooksOfAllApps:
    """Those of two apps, and between them of one that has no need of any."""
    found = HooksOfAllApps()
    for one in (Noting("first", notes), SchemaHooks(), Noting("last", notes)):
        found.register(one)
    return found


@pytest.mark.parametrize("hook", ["prepare", "prepare_main", "hold"])
def test_each_app_is_called_for_a_schema(hooks: HooksOfAllApps, notes: list[str], hook: str) -> None:
    getattr(hooks, hook)("a1")
    assert notes == [f"first: {hook} a1", f"last: {hook} a1"]


@pytest.mark.parametrize("hook", ["make_ready", "welcome"])
def test_each_app_is_called_for_a_new_administration(hooks: HooksOfAllApps, notes: list[str], hook: str) -> None:
    getattr(hooks, hook)(Administration(name="Noord"))
    assert notes == [f"first: {hook} Noord", f"last: {hook} Noord"]


def test_each_app_is_called_for_what_is_shared(hooks: HooksOfAllApps, notes: list[str]) -> None:
    hooks.prepare_shared()
    assert notes == ["first: prepare_shared", "last: prepare_shared"]


def test_the_turns_of_all_apps_are_held_together(hooks: HooksOfAllApps, notes: list[str]) -> None:
    with hooks.turn("a1"):
        assert notes == ["first: takes its turn in a1", "last: takes its turn in a1"]
        notes.clear()
    assert notes == ["last: ends its turn in a1", "first: ends its turn in a1"]


def test_an_app_without_a_mark_leaves_none(hooks: HooksOfAllApps) -> None:
    assert hooks.mark() == "first\nlast"


def test_what_goes_with_a_backup_comes_from_all(hooks: HooksOfAllApps) -> None:
    assert [carried.name for carried in hooks.carried()] == ["first", "last"]
    assert hooks.accounts() == [("first", "by_id"), ("last", "by_id")]


def test_an_app_that_is_ready_twice_is_called_once(notes: list[str]) -> None:
    found = HooksOfAllApps()
    for _time in range(2):
        found.register(Noting("only", notes))
    found.prepare_shared()
    assert notes == ["only: prepare_shared"]
