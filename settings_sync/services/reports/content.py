"""What a report says, apart from the file that it is written to."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """Rows under a title. `widths` are shares of the page; `more` rows were left out."""

    title: str
    headers: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    widths: tuple[int, ...]
    more: int = 0


@dataclass(frozen=True)
class Report:
    """A report: the sentence that says it all, facts by name, the note, and tables.

    `proof` is a number that stands out, with what it counts and how; `logo` a picture above all of it.
    """

    title: str
    headline: str
    facts: tuple[tuple[str, str], ...]
    tables: tuple[Table, ...]
    note: str = ""
    proof: tuple[str, str, str] | None = None
    logo: bytes = b""
