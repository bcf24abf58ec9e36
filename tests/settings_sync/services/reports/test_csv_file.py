"""Files for spreadsheets."""

import csv
import io

import pytest

from settings_sync.services.reports.csv_file import harmless, write_csv


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "+31 30", "-2", "@SUM(A1)", "\t=1", "\r=1", "  =1", "\u00a0=1", "＝1", "\ufeff=1", '=HYPERLINK("x")'],
)  # fmt: skip
def test_nothing_is_taken_for_a_formula(cell):
    assert harmless(cell).startswith("'")


@pytest.mark.parametrize("cell", ["", "Onderhoud", "a=b", "CO-gehalte", "1 + 1", "'s Gravenhage", "Дом"])
def test_other_cells_stay_as_they_are(cell):
    assert harmless(cell) == cell


@pytest.mark.parametrize(("language", "separator"), [("nl", ";"), ("en", ","), ("", ",")])
def test_a_spreadsheet_of_that_language_reads_every_cell_back(language, separator):
    row = ["a;b,c", 'he said "no"', "two\nlines", "Straße Ж 中文"]
    file = b"".join(write_csv(["A", "B", "C", "D"], [row], language=language))
    assert file.startswith(b"\xef\xbb\xbf")
    assert list(csv.reader(io.StringIO(file.decode("utf-8-sig")), delimiter=separator))[1] == row
