"""Requests to stop, as an exception: everything is tidied up on the way out."""

import signal
from types import FrameType


class Stopped(BaseException):
    """Somebody asked this command to stop, with this signal."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def install_stop_signals() -> None:
    """Turn the signals that ask to stop into Stopped."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGQUIT):
        signal.signal(number, stop)
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        signal.signal(signal.SIGHUP, stop)


def stop(number: int, _frame: FrameType | None) -> None:
    """The signal handler."""
    raise Stopped(number)
