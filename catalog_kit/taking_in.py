"""HTML as people paste it, made into what a template keeps: the harmless to the letter, and a list of the rest.

What is between braces is covered while the HTML is read (`masked`), so that `{% if a < b %}` begins no tag.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from .html_scanning import Attribute, Piece, scan
from .markup import (
    ALLOWED_TAGS,
    has_markup,
    is_allowed_address,
    is_allowed_attribute,
    is_allowed_style,
    is_left_whole,
)
from .template_language import TemplateFault, line_of, masked

MOST_ROUNDS = 5
MOST_COMMENTS = 3
SHOWN = 60

PAGE_TAGS = frozenset(("html", "head", "body", "meta", "base", "link"))
_WITH_CONTENT = (
    "script svg math iframe object embed applet template noscript noembed noframes frameset xmp plaintext title "
    "textarea select audio video canvas"
)
WITH_CONTENT = frozenset(_WITH_CONTENT.split())
"""Elements that go with all that is in them; of any other that is not kept, the content stays."""

BODY_ATTRIBUTES = frozenset(["style", "class", "id", "dir", "lang", "align", "bgcolor", "background"])
LESS = "&lt;"
"""A < that begins no tag, as HTML writes it."""
# No element has such a name; people write an address between these signs.
_ADDRESS = re.compile(r"<(?:https?:|mailto:|www\.|[^\s<>/@]+@)", re.IGNORECASE)
_IMPORT = re.compile(r"@import\b[^;]*;?", re.IGNORECASE)

WORDS = {
    "page": gettext_noop("the page around it: %(text)s"),
    "element": gettext_noop("%(text)s and what is in it, because it could run"),
    "tag": gettext_noop("the tag %(text)s; what is in it stays"),
    "attribute": gettext_noop("%(text)s, because it could run or is nothing that a mail or page needs"),
    "address": gettext_noop(
        "the address %(text)s: a link starts with https://, mailto: or tel:, a picture with https://"
    ),
    "style": gettext_noop("the style %(text)s, because it could run or fetch something"),
    "comment": gettext_noop("the comment %(text)s"),
    "outlook": gettext_noop("the part for Outlook alone %(text)s"),
    "unfinished": gettext_noop("%(text)s as a tag, because it is not closed; every sign of it stays"),
}


@dataclass(frozen=True)
class LeftOut:
    """Something that a template does not keep: what it is, how it begins, and the line that it was on."""

    what: str
    text: str
    line: int

    def __str__(self) -> str:
        words = _(WORDS[self.what]) % {"text": self.text}
        return str(_("Line %(line)d: %(words)s") % {"line": self.line, "words": words})


@dataclass(frozen=True)
class TakenIn:
    """What is kept of a text, and what was left out in the order of the lines."""

    text: str
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True)
class _Cut:
    start: int
    end: int
    what: str
    instead: str = ""


def take_in(text: str) -> TakenIn:
    """Return what a template keeps of HTML. A text that is not Liquid comes back whole: what reads it says why."""
    left_out: list[LeftOut] = []
    kept = text
    for _round in range(MOST_ROUNDS):
        try:
            cuts = _cuts_in(kept, masked(kept))
        except TemplateFault:
            break
        if not cuts:
            break
        # What is cut can bring together what was apart: `<scr<b>ipt>`. The lines are those of the first time.
        if not left_out:
            left_out = _told(kept, cuts)
        kept = _without(kept, cuts)
    return TakenIn(kept, tuple(left_out))


def problems_of_markup(text: str) -> list[str]:
    """Return messages about HTML that a setting may not hold; none for what `take_in` gave."""
    try:
        cover = masked(text)
    except TemplateFault:
        cover = text
    cuts = _cuts_in(text, cover)
    if cuts:
        told = "; ".join(str(one) for one in _told(text, cuts)[:5])
        return [_("This cannot stand in a template. %(list)s") % {"list": told}]
    if has_markup(cover) and not is_left_whole(cover):
        return [
            _("A browser reads something here that is not allowed in a template. Look for a < or a quote too many.")
        ]
    return []


def _told(text: str, cuts: list[_Cut]) -> list[LeftOut]:
    """What is cut, with the tags of a page around it as one."""
    rows = [LeftOut(cut.what, _shown(text, cut), line_of(text, cut.start)) for cut in cuts if cut.what]
    pages = [row for row in rows if row.what == "page"]
    rest = _grouped([row for row in rows if row.what != "page"])
    if pages:
        names = dict.fromkeys(row.text for row in pages)
        rest.insert(0, LeftOut("page", _shortened(" ".join(names)), pages[0].line))
    return rest


def _grouped(rows: list[LeftOut]) -> list[LeftOut]:
    """The rows, with the first of many comments in place of all: a page of a designer has dozens."""
    counts = Counter(row.what for row in rows)
    seen: set[str] = set()
    grouped = []
    for row in rows:
        if row.what in ("comment", "outlook") and counts[row.what] > MOST_COMMENTS:
            if row.what not in seen:
                grouped.append(LeftOut(row.what, f"{row.text} (+ {counts[row.what] - 1})", row.line))
            seen.add(row.what)
        else:
            grouped.append(row)
    return grouped


def _shown(text: str, cut: _Cut) -> str:
    if cut.what == "unfinished":
        return _shortened(" ".join(text[cut.start : cut.start + 4 * SHOWN].split()))
    if cut.what == "page":
        return re.sub(r"(?s)[\s>].*", "", text[cut.start : cut.end]) + ">"
    return _shortened(" ".join(text[cut.start : min(cut.end, cut.start + 4 * SHOWN)].split()))


def _shortened(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def _without(text: str, cuts: list[_Cut]) -> str:
    pieces = []
    position = 0
    for cut in cuts:
        pieces += [text[position : cut.start], cut.instead]
        position = cut.end
    return "".join([*pieces, text[position:]]).strip("\n") if cuts else text


def _cuts_in(text: str, cover: str) -> list[_Cut]:
    """What is to go; of a text without tags nothing, for every sign of it is shown as it is."""
    return list(_cuts(text, cover)) if has_markup(cover) else []


def _cuts(text: str, cover: str) -> Iterator[_Cut]:
    """What is to go, in order and without overlap."""
    pieces = list(scan(cover))
    ends = _ends_of_elements(pieces)
    number = 0
    body_is_kept = False
    while number < len(pieces):
        piece = pieces[number]
        number += 1
        if piece.kind == "start" and piece.name in WITH_CONTENT:
            last = _end_of_element(pieces, number - 1, ends)
            yield _Cut(piece.start, pieces[last].end, "page" if piece.name == "title" else "element")
            number = last + 1
        elif piece.name == "body" and piece.kind in ("start", "end"):
            body_is_kept = body_is_kept or any(one.name in BODY_ATTRIBUTES for one in piece.attributes)
            yield from _cuts_of_body(text, cover, piece, is_kept=body_is_kept)
        elif piece.name == "style" and piece.kind == "start":
            last = _end_of_element(pieces, number - 1, ends)
            yield from _cuts_of_style(cover, pieces[number - 1 : last + 1])
            number = last + 1
        else:
            yield from _cuts_of_piece(text, cover, piece)


def _ends_of_elements(pieces: list[Piece]) -> dict[int, int]:
    """The numbers of the pieces that begin an element which ends, each with the number of the one that ends it."""
    ends: dict[int, int] = {}
    opened: dict[str, list[int]] = {}
    for number, piece in enumerate(pieces):
        if piece.name not in WITH_CONTENT and piece.name != "style":
            continue
        if piece.kind == "start":
            opened.setdefault(piece.name, []).append(number)
        elif piece.kind == "end" and opened.get(piece.name):
            ends[opened[piece.name].pop()] = number
    return ends


def _end_of_element(pieces: list[Piece], begin: int, ends: Mapping[int, int]) -> int:
    """The number of the piece that ends an element; of one that never ends, its own or the text that it swallows."""
    swallowed = begin + 1 if begin + 1 < len(pieces) and pieces[begin + 1].kind == "raw" else begin
    return ends.get(begin, swallowed)


def _cuts_of_piece(text: str, cover: str, piece: Piece) -> Iterator[_Cut]:
    if _swallows_the_rest(cover, piece):
        # Taken out as browsers read it, a quote that was forgotten would take all that follows along.
        yield _Cut(piece.start, piece.start + 1, "unfinished", LESS)
    elif piece.kind == "comment":
        yield _Cut(piece.start, piece.end, _kind_of_comment(cover, piece))
    elif piece.kind == "start" and _ADDRESS.match(cover, piece.start):
        yield _Cut(piece.start, piece.start + 1, "", LESS)
    elif piece.name in PAGE_TAGS:
        yield _Cut(piece.start, piece.end, "page")
    elif piece.kind in ("start", "end") and piece.name not in ALLOWED_TAGS:
        # Of a pair the list names the first; an end by itself does nothing.
        yield _Cut(piece.start, piece.end, "tag" if piece.kind == "start" else "")
    elif piece.kind == "end" and piece.attributes:
        yield _Cut(piece.start, piece.end, "", f"</{text[piece.start + 2 : piece.start + 2 + len(piece.name)]}>")
    else:
        yield from _cuts_of_attributes(cover, piece)


def _swallows_the_rest(cover: str, piece: Piece) -> bool:
    """Whether this begins a tag or a comment that ends nowhere."""
    if piece.kind == "comment" and cover.startswith("<!--", piece.start):
        return not cover.endswith(("-->", "--!>"), piece.start, piece.end)
    return piece.kind == "unfinished" or (piece.kind == "comment" and not cover.endswith(">", piece.start, piece.end))


def _kind_of_comment(cover: str, piece: Piece) -> str:
    written = cover[piece.start : piece.end].lower()
    if written.startswith("<!doctype"):
        return "page"
    if re.match(r"<!(--)?\s*\[if", written):
        return "outlook"
    if re.match(r"<!(--)?\s*<?!?\[endif", written):
        return ""
    return "comment"


def _cuts_of_body(text: str, cover: str, piece: Piece, *, is_kept: bool) -> Iterator[_Cut]:
    """The body of a page with a look of its own becomes a block with that look."""
    if not is_kept:
        yield _Cut(piece.start, piece.end, "page")
    elif piece.kind == "end":
        yield _Cut(piece.start, piece.end, "page", "</div>")
    else:
        begin = piece.start + len("<body")
        yield _Cut(piece.start, begin, "page", "<div")
        yield from _cuts_of_attributes(cover, piece)


def _cuts_of_style(cover: str, pieces: list[Piece]) -> Iterator[_Cut]:
    first = pieces[0]
    last = pieces[-1]
    content = next((piece for piece in pieces if piece.kind == "raw"), None)
    style = cover[content.start : content.end] if content else ""
    if last.kind != "end":
        yield _Cut(first.start, first.start + 1, "unfinished", LESS)
    elif is_allowed_style(style):
        yield from _cuts_of_attributes(cover, first)
    elif content and is_allowed_style(_IMPORT.sub("", style)):
        yield from _cuts_of_attributes(cover, first)
        for match in _IMPORT.finditer(style):
            yield _Cut(content.start + match.start(), content.start + match.end(), "style")
    else:
        yield _Cut(first.start, last.end, "style")


def _cuts_of_attributes(cover: str, piece: Piece) -> Iterator[_Cut]:
    for attribute in piece.attributes:
        what = _wrong_with(cover, attribute)
        if what:
            yield _Cut(attribute.start, attribute.end, what)


def _wrong_with(cover: str, attribute: Attribute) -> str:
    value = cover[attribute.value_start : attribute.value_end]
    if not is_allowed_attribute(attribute.name):
        return "attribute"
    if not is_allowed_address(attribute.name, value):
        return "address"
    if attribute.name == "style" and not is_allowed_style(value):
        return "style"
    return ""
