"""A table as a file for spreadsheets.

Excel takes the separator from the reader's country: a semicolon in Dutch, a comma in English. Both read UTF-8 only when
it begins with a byte order mark, so every file does.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

SEPARATORS = {"nl": ";"}
BYTE_ORDER_MARK = "\ufeff"
PIECE = 64 * 1024
REMEMBERED = 4096
"""Cells that were looked at: most come back in many rows."""

FORMULAS = "=+-@\t\r\n|%＝＋－＠"
"""What a spreadsheet may take for the beginning of a formula; full-width signs are read as the plain ones."""


def write_csv(headers: Sequence[str], rows: Iterable[Sequence[str]], *, language: str) -> Iterator[bytes]:
    """A CSV file in pieces, as spreadsheets of that language open it; no cell of it is ever a formula."""
    text = io.StringIO()
    shown = lru_cache(REMEMBERED)(harmless)
    writer = csv.writer(text, delimiter=SEPARATORS.get(language, ","), quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    text.write(BYTE_ORDER_MARK)
    writer.writerow(headers)
    for row in rows:
        writer.writerow([shown(cell) for cell in row])
        if text.tell() >= PIECE:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()


def harmless(cell: str) -> str:
    """A cell that is shown as it is: what looks like a formula gets an apostrophe before it."""
    shown = cell.replace("\r\n", "\n").replace("\r", "\n")
    # Spreadsheets look past spaces for the sign that begins a formula.
    return f"'{shown}" if shown.lstrip(" \u00a0\ufeff")[:1] in tuple(FORMULAS) else shown
