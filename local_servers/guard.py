"""A small process that outlives its supervisor for one purpose: to end what the supervisor started.

It reads `add PID SIGNAL` and `forget PID` from its standard input. When that closes, because the supervisor stopped or
was killed in whatever way, it ends the process groups that are still listed: first with their signal, then for good.
"""

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterable
from pathlib import Path

GRACE_SECONDS = 4.0


def start_time(pid: int) -> str | None:
    """When a process started, in ticks, so that a reused process id is told apart; None when it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None if Path("/proc/self").exists() or not is_alive(pid) else "unknown"
    return None if fields[0] == "Z" else fields[19]


def is_alive(pid: int) -> bool:
    """Whether a process with this id exists."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def group_members(group: int) -> list[int]:
    """The living processes of a process group (Linux; elsewhere only its leader)."""
    if not Path("/proc/self/stat").exists():
        return [group] if is_alive(group) else []
    return [pid for pid in all_processes() if process_group(pid) == group]


def all_processes() -> Iterable[int]:
    """The ids of all processes."""
    return (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())


def process_group(pid: int) -> int | None:
    """The process group of a living process."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else int(fields[2])


def signal_group(group: int, number: int) -> None:
    """Send a signal to every process of a group; a group that is gone is fine."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def end_groups(groups: dict[int, int], grace: float = GRACE_SECONDS) -> None:
    """End process groups: each with its own signal, and whoever is left after `grace` seconds for good."""
    for group, number in groups.items():
        signal_group(group, number)
    deadline = time.monotonic() + grace
    while (left := [group for group in groups if group_members(group)]) and time.monotonic() < deadline:
        time.sleep(0.05)
    for group in left:
        # PostgreSQL's own children have sessions of their own; told to quit, the postmaster takes them along.
        signal_group(group, signal.SIGQUIT)
    if left:
        time.sleep(0.5)
    for group in left:
        signal_group(group, signal.SIGKILL)


def read_commands(stream: Iterable[str]) -> dict[int, int]:
    """Follow the supervisor until it ends; what is still listed then, with the signal for each."""
    listed: dict[int, tuple[int, str | None]] = {}
    for line in stream:
        match line.split():
            case ["add", pid, number]:
                listed[int(pid)] = (int(number), start_time(int(pid)))
            case ["forget", pid]:
                listed.pop(int(pid), None)
    return {pid: number for pid, (number, started) in listed.items() if not reused(pid, started)}


def reused(pid: int, started: str | None) -> bool:
    """Whether this process id now belongs to somebody else."""
    now = start_time(pid)
    return now is not None and now != started


def main() -> None:
    """Wait for the supervisor's end, then tidy up."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        signal.signal(number, signal.SIG_IGN)
    end_groups(read_commands(sys.stdin))


if __name__ == "__main__":
    main()
