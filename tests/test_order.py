"""Which tests run, and in which order."""

from types import SimpleNamespace
from typing import Any

import pytest

from tests import order


def asked_for(*, quick: bool) -> Any:
    return SimpleNamespace(getoption=lambda name: quick)


@pytest.mark.parametrize("name", order.NOT_QUICK)
def test_what_is_not_quick_is_there_and_is_left_out_of_what_is(name: str) -> None:
    path = order.TESTS / name
    assert path.exists()
    assert order.pytest_ignore_collect(path, asked_for(quick=True)) is True
    assert order.pytest_ignore_collect(path, asked_for(quick=False)) is None


def test_all_else_is_quick() -> None:
    assert order.pytest_ignore_collect(order.TESTS / "business", asked_for(quick=True)) is None


@pytest.mark.parametrize("prefix", [order.BROWSER_TESTS, *order.LONG_TESTS])
def test_what_is_begun_first_is_there(prefix: str) -> None:
    assert (order.TESTS.parent / prefix).exists()


def test_browser_tests_come_together_and_as_they_stood_however_the_others_are_shuffled() -> None:
    one, two, three, other = (
        SimpleNamespace(nodeid=name)
        for name in ("tests/e2e/a.py::1", "tests/e2e/b.py::2", "tests/e2e/c.py::3", "tests/x")
    )
    items: list[Any] = [one, other, two, three]
    shuffling = order.pytest_collection_modifyitems(items)
    next(shuffling)
    items[:] = [three, other, one]  # shuffled, and one of them left out
    next(shuffling, None)
    assert items == [other, one, three]
