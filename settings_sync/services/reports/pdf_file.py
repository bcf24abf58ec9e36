"""A report on paper: A4, with names of any length and in any script that its fonts have.

DejaVu Sans has Latin, Greek, Cyrillic and more, and stands beside this file; Chinese, Japanese and Korean are left to
the fonts of whoever reads the file. What no font has is shown as a square.
"""

import functools
import io
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape  # nosec B406 # it writes and parses nothing

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import HRFlowable, Image, LongTable, Paragraph, SimpleDocTemplate, Spacer, TableStyle

from .content import Report, Table

FONTS = Path(__file__).parent / "fonts"
MARGIN = 16 * mm
FRAME_PADDING = 6
"""What reportlab leaves at each side of a text and not of a table; without it the two would not be in one line."""
CELL_PADDING = 4
HEAD_SIZE = 7.5
LOGO = (50 * mm, 18 * mm)
WIDTH = A4[0] - 2 * MARGIN
INK = colors.HexColor("#1a2328")
QUIET = colors.HexColor("#5b676d")
LINE = colors.HexColor("#d5d9da")
ACCENT = colors.HexColor("#0d5877")
HEAD = colors.HexColor("#e0edf3")
SQUARE = "□"
LONGEST_CELL = 1500
"""Characters of one cell; a row that is higher than a page cannot be laid out."""


def write_pdf(report: Report) -> bytes:
    """The report as a PDF file."""
    _fonts()
    file = io.BytesIO()
    side = MARGIN - FRAME_PADDING
    document = SimpleDocTemplate(
        file, pagesize=A4, leftMargin=side, rightMargin=side, topMargin=MARGIN, bottomMargin=MARGIN,
        title=report.title, author="Eenlijn",
    )  # fmt: skip
    document.build(list(_story(report)), canvasmaker=PagesWithFeet)
    return file.getvalue()


@functools.cache
def _fonts() -> frozenset[int]:
    """Register the fonts once; gives the characters that the one beside this file has."""
    regular = TTFont("Sans", FONTS / "DejaVuSans.ttf")
    pdfmetrics.registerFont(regular)
    pdfmetrics.registerFont(TTFont("Sans-Bold", FONTS / "DejaVuSans-Bold.ttf"))
    pdfmetrics.registerFontFamily("Sans", normal="Sans", bold="Sans-Bold", italic="Sans", boldItalic="Sans-Bold")
    for name in ("STSong-Light", "HeiseiKakuGo-W5", "HYGothic-Medium"):
        pdfmetrics.registerFont(UnicodeCIDFont(name))
    return frozenset(regular.face.charToGlyph)


def font_of(character: str) -> str:
    """The font that has a character; empty when none has."""
    code = ord(character)
    if code in _fonts():
        return "Sans"
    if 0xAC00 <= code <= 0xD7A3 or 0x1100 <= code <= 0x11FF:
        return "HYGothic-Medium"
    if 0x3040 <= code <= 0x30FF:
        return "HeiseiKakuGo-W5"
    return "STSong-Light" if 0x3000 <= code <= 0x9FFF or 0xFF00 <= code <= 0xFFEF else ""


def marked_up(text: str) -> str:
    """A text with its fonts, as paragraphs take it; nothing in it is taken for markup."""
    pieces = []
    for font, characters in groupby(text[:LONGEST_CELL], key=lambda one: "Sans" if one == "\n" else font_of(one)):
        piece = "".join(characters)
        shown = escape(piece).replace("\n", "<br/>") if font else SQUARE * len(piece)
        pieces.append(shown if font in ("", "Sans") else f'<font name="{font}">{shown}</font>')
    return "".join(pieces) + (" …" if len(text) > LONGEST_CELL else "")


def _style(size: float, *, bold: bool = False, color: Any = INK, after: float = 0) -> ParagraphStyle:
    return ParagraphStyle(
        f"{size} {bold} {color}",
        fontName="Sans-Bold" if bold else "Sans",
        fontSize=size,
        leading=size * 1.35,
        textColor=color,
        spaceAfter=after,
        # A name may be one word that is wider than its column.
        splitLongWords=1,
    )


def _story(report: Report) -> Iterator[Any]:
    yield from _logo(report.logo)
    yield Paragraph(marked_up(report.title), _style(16, bold=True, after=6))
    yield HRFlowable(width=WIDTH, thickness=1.6, color=ACCENT, spaceBefore=2, spaceAfter=8, hAlign="LEFT")
    yield Paragraph(marked_up(report.headline), _style(11, after=8))
    if report.proof:
        yield from _proof(*report.proof)
    if report.note:
        yield Paragraph(marked_up(f"“{report.note}”"), _style(10, color=QUIET, after=8))
    facts = [(Paragraph(marked_up(name), _style(8.5, color=QUIET)), _cell(value)) for name, value in report.facts]
    if facts:
        style = TableStyle([*_LINES[:1], ("LEFTPADDING", (0, 0), (0, -1), 0)])
        yield LongTable(facts, colWidths=[WIDTH * 0.25, WIDTH * 0.75], style=style, hAlign="LEFT")
    for table in report.tables:
        yield from _table(table)


def _logo(content: bytes) -> Iterator[Any]:
    """The picture as large as fits its place; left out when it cannot be drawn."""
    if not content:
        return
    try:
        picture = ImageReader(io.BytesIO(content))
        wide, high = picture.getSize()
    except OSError:
        return
    scale = min(LOGO[0] / wide, LOGO[1] / high)
    yield Image(io.BytesIO(content), width=wide * scale, height=high * scale, hAlign="LEFT")
    yield Spacer(1, 8)


def _proof(number: str, what: str, how: str) -> Iterator[Any]:
    """The number that a reader looks for, large and in a frame."""
    words = [
        Paragraph(marked_up(what), _style(11, bold=True, after=2)),
        Paragraph(marked_up(how), _style(8.5, color=QUIET)),
    ]
    frame: list[Any] = [
        ("BOX", (0, 0), (-1, -1), 0.8, LINE),
        ("LINEBEFORE", (0, 0), (0, -1), 2.4, ACCENT),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("PADDING", (0, 0), (-1, -1), 8),
    ]
    yield LongTable(
        [[Paragraph(marked_up(number), _style(26, bold=True)), words]],
        colWidths=[WIDTH * 0.14, WIDTH * 0.86],
        style=TableStyle(frame),
        hAlign="LEFT",
    )
    yield Spacer(1, 8)


_LINES: list[Any] = [
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE),
    ("BACKGROUND", (0, 0), (-1, 0), HEAD),
    ("LEFTPADDING", (0, 0), (-1, -1), CELL_PADDING),
    ("RIGHTPADDING", (0, 0), (-1, -1), CELL_PADDING),
]


def _table(table: Table) -> Iterator[Any]:
    yield Spacer(1, 8)
    yield Paragraph(marked_up(table.title), _style(11, bold=True, after=4))
    head = [Paragraph(marked_up(header), _style(HEAD_SIZE, bold=True)) for header in table.headers]
    rows = [[_cell(value) for value in row] for row in table.rows]
    if rows:
        yield LongTable(
            [head, *rows], colWidths=widths_of(table), repeatRows=1, style=TableStyle(_LINES), hAlign="LEFT"
        )
    if table.more:
        words = ngettext(
            "And %d more; the file for spreadsheets has all of them.",
            "And %d more; the file for spreadsheets has all of them.",
            table.more,
        )
        yield Paragraph(marked_up(words % table.more), _style(8.5, color=QUIET))


def _cell(text: str) -> Paragraph:
    return Paragraph(marked_up(text), _style(8.5))


def widths_of(table: Table) -> list[float]:
    """The width of each column: its share of the page, and never less than the longest word above it."""
    least = [_widest_word(header) + 2 * CELL_PADDING for header in table.headers]
    share = WIDTH / sum(table.widths)
    wanted = [max(low, share * part) for low, part in zip(least, table.widths, strict=True)]
    spare = sum(width - low for width, low in zip(wanted, least, strict=True))
    # What the long words took is given up by the columns that have room, each as much as its room allows.
    kept = 1 - (sum(wanted) - WIDTH) / spare if spare else 1
    return [low + (width - low) * kept for width, low in zip(wanted, least, strict=True)]


def _widest_word(text: str) -> float:
    return max((pdfmetrics.stringWidth(word, "Sans-Bold", HEAD_SIZE) for word in text.split()), default=0)


class PagesWithFeet(Canvas):  # type: ignore[misc]
    """Pages with a foot that says of how many they are, which is known only when all of them are there."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.pages: list[dict[str, Any]] = []

    def showPage(self) -> None:
        self.pages.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        for page in self.pages:
            self.__dict__.update(page)
            self._draw_foot(len(self.pages))
            super().showPage()
        super().save()

    def _draw_foot(self, pages: int) -> None:
        self.saveState()
        self.setFont("Sans", 7.5)
        self.setFillColor(QUIET)
        words = _("page %(page)d of %(pages)d") % {"page": self.getPageNumber(), "pages": pages}
        self.drawRightString(A4[0] - MARGIN, 9 * mm, words)
        self.drawString(MARGIN, 9 * mm, "Eenlijn")
        self.restoreState()
