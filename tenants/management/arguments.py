"""Numbers in the terminal, written as everywhere else (tenants/entries.py)."""

from argparse import ArgumentTypeError

from ..entries import Unreadable, read_number, read_whole_number


def whole_number(text: str) -> int:
    """Return a whole number that was typed; raises what argparse shows beside the argument."""
    try:
        return read_whole_number(text)
    except Unreadable as error:
        raise ArgumentTypeError(str(error)) from None


def number(text: str) -> float:
    """Return a number that was typed; raises what argparse shows beside the argument."""
    try:
        return float(read_number(text))
    except Unreadable as error:
        raise ArgumentTypeError(str(error)) from None
