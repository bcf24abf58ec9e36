"""Who is free takes the next administration, and what ends one thread ends all."""

import threading

import pytest

from tenants.models import Administration
from tenants.shared_work import SharedWork

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def db(standing: None) -> None:
    """Instead of pytest-django's: each thread has a connection of its own."""


class Noted(SharedWork):
    """Notes what is worked on; of the names in `busy`, somebody else has one in hand until it comes again."""

    def __init__(self, names: str, *, busy: str = "", breaks_at: str = "") -> None:
        super().__init__([Administration(name=name) for name in names])
        self.busy, self.breaks_at = busy, breaks_at
        self.done: list[str] = []
        self.threads: set[int] = set()

    def work_on(self, administration: Administration, comes_again: bool) -> bool:
        self.threads.add(threading.get_ident())
        if administration.name in self.busy and not comes_again:
            return False
        if administration.name == self.breaks_at:
            raise ValueError(administration.name)
        self.done.append(administration.name)
        return True


@pytest.mark.parametrize("threads", [1, 3, 50])
def test_each_is_worked_on_once(threads: int) -> None:
    work = Noted("abcdefghij")
    work.run(threads)
    assert sorted(work.done) == list("abcdefghij")


def test_one_thread_is_this_one() -> None:
    work = Noted("abc")
    work.run(1)
    assert work.threads == {threading.get_ident()}


def test_what_somebody_else_has_in_hand_comes_after_all_others() -> None:
    work = Noted("abcd", busy="ac")
    work.run(1)
    assert work.done == ["b", "d", "a", "c"]


@pytest.mark.parametrize("threads", [1, 2])
def test_what_goes_wrong_is_raised_and_no_next_one_is_taken(threads: int) -> None:
    work = Noted("a" * 500, breaks_at="a")
    with pytest.raises(ValueError, match="a"):
        work.run(threads)
    assert work.is_stopped and work.done == []


def test_nothing_to_work_on_is_nothing_to_do() -> None:
    work = Noted("")
    work.run(4)
    assert work.threads == set()
