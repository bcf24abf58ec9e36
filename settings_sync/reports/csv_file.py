"""A table as a file for spreadsheets.

Excel takes the separator from the reader's country: a semicolon in Dutch, a comma in English. Both read UTF-8 only when
it begins with a byte order mark, so every file does.
"""

import csv
import io
from collections.abc import Iterable, Sequence

SEPARATORS = {"nl": ";"}
FORMULAS = "=+-@\t\r\n|%＝＋－＠"
"""What a spreadsheet may take for the beginning of a formula; full-width signs are read as the plain ones."""


def write_csv(headers: Sequence[str], rows: Iterable[Sequence[str]], *, language: str) -> bytes:
    """A CSV file as spreadsheets of that language open it; no cell of it is ever a formula."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=SEPARATORS.get(language, ","), quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(headers)
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def harmless(cell: str) -> str:
    """A cell that is shown as it is: what looks like a formula gets an apostrophe before it."""
    shown = cell.replace("\r\n", "\n").replace("\r", "\n")
    return f"'{shown}" if shown.lstrip(" \u00a0\ufeff")[:1] in tuple(FORMULAS) else shown
