"""Running a command in the foreground: it has the terminal, and it does not outlive us."""

import contextlib
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from local_servers.accounts import OWN, preparation
from local_servers.processes import PROJECT

FORWARDED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)


def run_in_foreground(command: Sequence[str | Path], environment: Mapping[str, str]) -> int:
    """Run a command to its end; its exit code, or 128 + the number of the signal that ended it."""
    process = subprocess.Popen(
        [str(part) for part in command], env=dict(environment), cwd=PROJECT, preexec_fn=preparation(OWN, signal.SIGTERM)
    )
    with forwarding_signals(process):
        code = process.wait()
    return code if code >= 0 else 128 - code


def run_manage(python: Path, environment: Mapping[str, str], arguments: Sequence[str]) -> int:
    """Run manage.py in the foreground; its exit code."""
    return run_in_foreground([python, "manage.py", *arguments], environment)


@contextmanager
def forwarding_signals(process: "subprocess.Popen[bytes]") -> Iterator[None]:
    """Pass on requests to stop; what the command then does decides when we go on."""
    former = {number: signal.getsignal(number) for number in FORWARDED}
    handler = forwarder(process)
    for number, before in former.items():
        if before != signal.SIG_IGN:
            signal.signal(number, handler)
    try:
        yield
    finally:
        for number, before in former.items():
            signal.signal(number, before)


def forwarder(process: "subprocess.Popen[bytes]") -> Callable[[int, FrameType | None], None]:
    """A signal handler that passes a signal on to the process; Ctrl-C in a terminal reaches it already."""

    def forward(number: int, _frame: FrameType | None) -> None:
        if number == signal.SIGINT and sys.stdin is not None and sys.stdin.isatty():
            return
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(number)

    return forward
