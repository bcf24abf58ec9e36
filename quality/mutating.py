"""A pytest plugin that asks of each mutant whether a test fails: `./dev mutate settings_sync/planning/merging.py`.

Everything is imported and collected once. Each mutant is tried in a copy of that process (a fork), which gets the code
with the fault and runs the tests that came through the function, until one fails. A mutant that lives shows what no
test asks for, or a fault that makes no difference; somebody has to read it. Caches of a process are those of its
mutant, because the first process runs no test itself. Each copy that needs a database has one of its own.
"""

import functools
import gc
import json
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import FrameType, FunctionType
from typing import Any

import pytest

from quality.mutants import Mutant, mutants_of

SLOWER = 10
LEAST_SECONDS = float(os.environ.get("EENLIJN_MUTANT_SECONDS", "20"))
"""A mutant that takes so many times longer than the code as it stands, and at least so long, loops for ever."""


@dataclass
class Watching:
    """Remembers through which functions each test comes, and which tests fail."""

    files: list[str]
    reached: dict[str, list[str]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Watch one test, its fixtures included."""
        here: set[str] = set()
        files = set(self.files)
        begun = time.monotonic()

        def look(frame: FrameType, event: str, _argument: Any) -> None:
            if event == "call" and frame.f_code.co_filename in files:
                here.add(place(frame.f_code.co_filename, frame.f_code.co_qualname.split(".<locals>")[0]))

        sys.setprofile(look)
        threading.setprofile(look)
        try:
            yield
        finally:
            sys.setprofile(None)
            threading.setprofile(None)
            self.reached[item.nodeid] = sorted(here)
            self.seconds[item.nodeid] = time.monotonic() - begun

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remember what failed."""
        if report.failed:
            self.failed.append(report.nodeid)

    def tests(self) -> dict[str, list[str]]:
        """Return by function the tests that come through it, the quickest first."""
        found: dict[str, list[str]] = {}
        for test in sorted(self.seconds, key=lambda name: self.seconds[name]):
            for function in self.reached[test]:
                found.setdefault(function, []).append(test)
        return found


def place(file: str, function: str) -> str:
    """A function as it is remembered."""
    return f"{file}::{function}"


class Failing:
    """Ends a copy of the process when a test fails in it."""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """End it."""
        if report.failed:
            raise Killed(report.nodeid)


class Killed(BaseException):
    """A test failed with the mutant."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--mutate", action="append", default=[], metavar="FILE", help="a module whose mutants are tried")


def pytest_runtestloop(session: pytest.Session) -> bool:
    """Instead of running the tests: try every mutant on them."""
    files = [str(Path(name).resolve()) for name in session.config.getoption("mutate")]
    if session.testsfailed:
        raise session.Interrupted("The tests could not be collected.")
    seen = in_a_copy(lambda: watch(session, files))
    if seen is None or seen["failed"]:
        raise session.Interrupted(f"These tests fail without any mutant: {seen and seen['failed']}")
    watching = Watching(**seen)
    living = [str(found) for file in files for found in try_mutants(session, file, watching)]
    session.testsfailed = len(living)
    return True


def watch(session: pytest.Session, files: list[str]) -> dict[str, Any]:
    """Run every test with the code as it stands; gives what was seen."""
    watching = Watching(files)
    session.config.pluginmanager.register(watching)
    run(session, session.items)
    return asdict(watching)


def run(session: pytest.Session, items: list[pytest.Item]) -> None:
    """Run these tests, and take down what they shared."""
    # It would write where the answer of the first process stands.
    session.config.pluginmanager.unregister(name="terminalreporter")
    try:
        for item, following in zip(items, [*items[1:], None], strict=True):
            session.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
    finally:
        session._setupstate.teardown_exact(None)


def try_mutants(session: pytest.Session, file: str, watching: Watching) -> Iterator[Mutant]:
    """Try the mutants of one module; gives those that live, and tells what became of all."""
    tell = session.config.pluginmanager.getplugin("terminalreporter").write_line
    tests = watching.tests()
    by_name = {item.nodeid: item for item in session.items}
    shown = os.path.relpath(file, session.config.rootpath)
    counts = {"killed": 0, "lived": 0, "not reached": 0}
    for mutant in mutants_of(Path(file).read_text(), file):
        names = tests.get(place(file, mutant.function), [])
        lives = not names or survives(session, file, mutant, [by_name[name] for name in names], watching)
        counts["not reached" if not names else "lived" if lives else "killed"] += 1
        if lives:
            tell(f"{shown}:{mutant}" + ("" if names else "  (no test comes here)"))
            yield mutant
    tell(f"{shown}: " + ", ".join(f"{number} {what}" for what, number in counts.items()))


def survives(session: pytest.Session, file: str, mutant: Mutant, items: list[pytest.Item], watching: Watching) -> bool:
    """Whether no test fails with this mutant."""

    def play() -> bool:
        plant(mutant, file)
        # As if it were a process of xdist: then pytest-django names the database after it, and one that is left behind
        # by a mutant that was ended stands in nobody's way.
        session.config.workerinput = {"workerid": f"mutant{os.getpid()}"}  # type: ignore[attr-defined]
        session.config.pluginmanager.register(Failing())
        try:
            run(session, items)
        except Killed:
            return False
        return True

    usual = sum(watching.seconds[item.nodeid] for item in items)
    # No answer: it looped for ever, or the process died of it.
    return bool(in_a_copy(play, at_most=max(LEAST_SECONDS, SLOWER * usual)))


def plant(mutant: Mutant, file: str) -> None:
    """Give every function of this name and file the code of the mutant, whoever holds it under whatever decorator."""
    for found in gc.get_objects():
        if isinstance(found, FunctionType) and found.__code__.co_filename == file:
            if found.__code__.co_qualname == mutant.function and found.__code__.co_freevars == mutant.code.co_freevars:
                found.__code__ = mutant.code
        elif isinstance(found, functools._lru_cache_wrapper):
            found.cache_clear()


def in_a_copy(job: Callable[[], Any], at_most: float = 0) -> Any:
    """Do something in a copy of this process, silently; gives what it returned, None when it died or took too long."""
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "answer"
        child = os.fork()
        if child == 0:
            silence()
            # Its default is to end the process.
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.setitimer(signal.ITIMER_REAL, at_most)
            with ending():
                answer.write_text(json.dumps(job()))
        os.waitpid(child, 0)
        return json.loads(answer.read_text()) if answer.exists() else None


def silence() -> None:
    """Let nobody read what this process writes."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)


@contextmanager
def ending() -> Iterator[None]:
    """End this process without doing what the process it is a copy of does at its end."""
    try:
        yield
    finally:
        os._exit(0)
