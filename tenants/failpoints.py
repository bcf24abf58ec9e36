"""Named places in the code where a test can make something go wrong. They do nothing unless EENLIJN_FAILPOINTS is set.

The variable names a folder. When somebody puts a file there with the name of a point, the next process that reaches it
takes the file away, so that it happens once, and does what stands in it:

    kill     end this process at once, as the kernel would
    raise    raise an error
    wait     write `<point>.reached` with the process id, and go on when that file is gone
"""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

VARIABLE = "EENLIJN_FAILPOINTS"
WAITS_AT_MOST_SECONDS = 300.0

POINTS = (
    "run.before-commit",
    "run.after-commit",
    "claim.before-commit",
    "claim.after-commit",
    "apply.after-locks",
    "apply.after-former-documents",
    "apply.between-kinds",
    "apply.before-result-check",
    "apply.before-receipt",
    "apply.before-commit",
    "apply.after-commit",
    "target.before-finishing-run",
    "reaper.before-waking",
    "provision.after-schema",
    "provision.after-commit",
    "delete.after-schema",
)
"""Every point that the product reaches while it works; a test compares them, and the next three, with the code."""

POINTS_OF_RINGS = ("ring.before-commit",)
POINTS_OF_DOORS = ("answer.after-commit",)
POINTS_OF_COMMANDS = ("export.before-manifest", "restore.after-rows", "restore.before-commit")


class PointReached(Exception):
    """What a point raises when it is told to."""


def reach(name: str) -> None:
    """Say that a point is reached: nothing happens, unless failpoints are on and this one is set."""
    if _folder is not None:
        _take(_folder, name)


def _take(folder: Path, name: str) -> None:
    taken = folder / f"{name}.taken-{os.getpid()}"
    try:
        (folder / name).rename(taken)
    except FileNotFoundError:
        return
    ACTIONS[taken.read_text().strip()](folder / f"{name}.reached", name)


def _kill(_note: Path, _name: str) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _raise(_note: Path, name: str) -> None:
    raise PointReached(f"The point {name} was told to fail.")


def _wait(note: Path, _name: str) -> None:
    note.write_text(str(os.getpid()))
    deadline = time.monotonic() + WAITS_AT_MOST_SECONDS
    while note.exists() and time.monotonic() < deadline:
        time.sleep(0.02)


ACTIONS: dict[str, Callable[[Path, str], None]] = {"kill": _kill, "raise": _raise, "wait": _wait}


def _folder_of_this_process() -> Path | None:
    folder = os.environ.get(VARIABLE)
    return Path(folder) if folder else None


_folder = _folder_of_this_process()


def refuse_in_production(*, debug: bool, demo: bool) -> None:
    """Refuse to start with failpoints where people work. Raises ImproperlyConfigured."""
    if _folder is not None and not (debug or demo):
        raise ImproperlyConfigured(f"{VARIABLE} is set, which breaks things on purpose; unset it to start here.")
