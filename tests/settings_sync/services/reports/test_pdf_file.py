"""Reports on paper."""

import re

import pytest
from django.utils.translation import override
from reportlab.pdfbase.pdfmetrics import stringWidth

from settings_sync.services.reports.content import Report, Table
from settings_sync.services.reports.pdf_file import (
    CELL_PADDING,
    HEAD_SIZE,
    WIDTH,
    font_of,
    marked_up,
    widths_of,
    write_pdf,
)

from .pdf_text import pages_of


@pytest.mark.parametrize(
    ("character", "font"),
    [("é", "Sans"), ("Ж", "Sans"), ("Ω", "Sans"), ("中", "STSong-Light"), ("あ", "HeiseiKakuGo-W5"),
     ("한", "HYGothic-Medium"), ("\U0001f984", "")],
)  # fmt: skip
def test_every_script_has_a_font(character, font):
    assert font_of(character) == font


def test_a_text_is_never_markup_and_what_no_font_has_is_a_square():
    assert marked_up("<b>&</b> 中 \U0001f984") == ('&lt;b&gt;&amp;&lt;/b&gt; <font name="STSong-Light">中</font> □')


def test_long_names_and_many_rows_fill_pages():
    rows = [("x" * 400, "Straße Ж 中文 \U0001f984 <para>", "\x07\ud83c" + "y" * 5000)] * 60
    table = Table("Wat verandert", ("A", "B", "C"), rows, (1, 1, 2), more=3)
    report = Report("Titel & <zo>", "Gelukt.", (("Gemaakt door", "Iemand"),), (table, table), note="a\nb")
    file = write_pdf(report)
    assert file.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type /Page\b", file)) > 5


def test_a_report_without_rows_is_a_page():
    assert write_pdf(Report("Leeg", "", (), (Table("Niets", ("A",), [], (1,)),))).startswith(b"%PDF-")


def test_no_head_of_a_column_breaks_within_a_word_and_the_columns_fill_the_page():
    write_pdf(Report(title="Voorbeeld", headline="", facts=(), tables=()))
    headers = ("Administratie", "Vastgehouden", "Klanten, werkbonnen, facturen", "Opmerking")
    widths = widths_of(Table("Per administratie", headers, (), (60, 2, 8, 30)))
    for header, width in zip(headers, widths, strict=True):
        room = width - 2 * CELL_PADDING + 0.01
        assert all(stringWidth(word, "Sans-Bold", HEAD_SIZE) <= room for word in header.split())
    assert sum(widths) == pytest.approx(WIDTH)


def test_each_page_says_of_how_many_it_is():
    rows = [(f"Instelling {number}",) for number in range(120)]
    with override("en"):
        pages = pages_of(write_pdf(Report("Voorbeeld", "", (), (Table("Wat er verandert", ("Naam",), rows, (1,)),))))
    assert len(pages) > 1
    assert all(f"page {place} of {len(pages)}" in page for place, page in enumerate(pages, start=1))
