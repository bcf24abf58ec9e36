"""Reports on paper."""

import re

import pytest

from settings_sync.services.reports.content import Report, Table
from settings_sync.services.reports.pdf_file import font_of, marked_up, write_pdf


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
