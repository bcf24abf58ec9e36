"""The rows of a workbook as texts, read within limits: nothing in it is run, unpacked without end or followed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal
from io import BytesIO
from typing import Any
from zipfile import BadZipFile, ZipFile

import defusedxml
from django.utils.translation import gettext as _
from openpyxl import load_workbook

from tenants.entries import as_text

MOST_BYTES = 4 * 1_048_576
MOST_UNPACKED = 40 * 1_048_576
MOST_ENTRIES = 500
MOST_ROWS = 5000
MOST_COLUMNS = 80
LONGEST_CELL = 8000
SHEETS = ("survey", "choices", "settings")


class NotReadable(ValueError):
    """A file that is no workbook, or is larger than one that a form needs; the message says which."""


@dataclass(frozen=True)
class SheetRow:
    """One row: its number as the sheet shows it, and its cells by the heading of their column, in small letters."""

    number: int
    cells: dict[str, str]

    def get(self, *names: str) -> str:
        """Return the first cell under any of these headings that has something in it."""
        return next((self.cells[name] for name in names if self.cells.get(name)), "")


Workbook = dict[str, list[SheetRow]]


def read_workbook(content: bytes) -> Workbook:
    """Return the sheets of an .xlsx by name, without empty rows. Raises NotReadable."""
    _refuse_what_unpacks_too_far(content)
    # openpyxl reads XML with the standard library, which this keeps from following entities.
    defusedxml.defuse_stdlib()
    try:
        workbook = load_workbook(BytesIO(content), read_only=True, data_only=False, keep_links=False)
        found = {sheet.title.strip().lower(): sheet for sheet in workbook.worksheets}
        sheets = {name: list(_rows(found[name])) for name in SHEETS if name in found}
    except NotReadable:
        raise
    except Exception as error:  # openpyxl raises whatever a broken file makes of it
        raise NotReadable(_("This file cannot be read as a workbook. Save it as .xlsx and try again.")) from error
    if not sheets.get("survey"):
        raise NotReadable(_("This workbook has no sheet “survey” with questions, as an XLSForm has."))
    return sheets


def _refuse_what_unpacks_too_far(content: bytes) -> None:
    if len(content) > MOST_BYTES:
        raise NotReadable(_("This file is larger than 4 MB."))
    try:
        with ZipFile(BytesIO(content)) as packed:
            entries = packed.infolist()
    except BadZipFile:
        raise NotReadable(_("This is not an .xlsx file. Save the form as .xlsx and try again.")) from None
    if len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > MOST_UNPACKED:
        raise NotReadable(_("This workbook is larger than a form needs; unpacked it is more than 40 MB."))


def _rows(sheet: Any) -> Iterator[SheetRow]:
    headings: list[str] = []
    for number, row in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS, values_only=True), 1):
        if number > MOST_ROWS:
            raise NotReadable(_("This workbook has more than %(most)d rows.") % {"most": MOST_ROWS})
        cells = [_text(value) for value in row]
        if not any(headings):
            # Above the headings there may be empty rows.
            headings = [_heading(cell) for cell in cells]
            continue
        given = {name: cell for name, cell in zip(headings, cells, strict=False) if name and cell}
        if given:
            yield SheetRow(number, given)


def _heading(cell: str) -> str:
    return re.sub(r"\s*::?\s*", "::", " ".join(cell.lower().split())).replace("list name", "list_name")


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        # A spreadsheet keeps 1 as 1.0, and shows 15 digits of 0.30000000000000004.
        return as_text(Decimal(f"{value:.15g}"))
    if isinstance(value, datetime) and value.time() == time.min:
        # A day is a moment to a spreadsheet, at midnight.
        value = value.date()
    text = as_text(value) if not isinstance(value, str) else value
    # What nobody can see in a sheet is not wanted in a form either.
    return text.replace("\u00a0", " ").replace("\0", "").replace("\r\n", "\n").strip()[:LONGEST_CELL]
