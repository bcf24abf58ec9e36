"""A reader of HTML that keeps places: which letters of a text are a tag, an attribute, a comment or text.

It begins and ends things where the standard of HTML says that browsers do, in one pass over the text. It is not what
keeps scripts out: nh3 reads by itself whatever is saved or shown (markup.py, placing.py).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

RAW_TEXT = frozenset(["style", "script", "xmp", "iframe", "noembed", "noframes", "noscript", "title", "textarea"])
"""Elements whose content is no HTML: it ends at their own end tag only."""

_TAG_NAME_END = re.compile(r"[\t\n\f\r />]")
_SPACE = re.compile(r"[\t\n\f\r /]*")
_ATTRIBUTE_NAME_END = re.compile(r"[\t\n\f\r />=]")
_BLANK = re.compile(r"[\t\n\f\r ]*")
_UNQUOTED_END = re.compile(r"[\t\n\f\r >]")
_COMMENT_END = re.compile(r"--!?>")
_LETTER = re.compile(r"[a-zA-Z]")


@dataclass(frozen=True)
class Attribute:
    """An attribute of a tag. From `start` to `end` with the space before it; its value without the quotes around it."""

    name: str
    start: int
    end: int
    value_start: int
    value_end: int


@dataclass(frozen=True)
class Piece:
    """A part of a text: `kind` is text, start, end, comment (with declarations), raw, or unfinished."""

    kind: str
    start: int
    end: int
    name: str = ""
    attributes: tuple[Attribute, ...] = ()


def scan(text: str) -> Iterator[Piece]:
    """Yield the pieces of a text in order; together they are the whole text."""
    position = 0
    while position < len(text):
        piece = _next_piece(text, position)
        yield piece
        position = piece.end
        if piece.kind == "start" and piece.name in RAW_TEXT:
            raw = _raw_text(text, position, piece.name)
            if raw.end > raw.start:
                yield raw
            position = raw.end
        elif piece.kind == "start" and piece.name == "plaintext" and position < len(text):
            yield Piece("raw", position, len(text), piece.name)
            return


def _next_piece(text: str, position: int) -> Piece:
    less = text.find("<", position)
    while less >= 0 and not _begins_something(text, less):
        less = text.find("<", less + 1)
    if less < 0:
        return Piece("text", position, len(text))
    if less > position:
        return Piece("text", position, less)
    if text[less + 1] in "!?" or (text[less + 1] == "/" and not _LETTER.match(text, less + 2)):
        return _comment(text, less)
    return _tag(text, less)


def _begins_something(text: str, less: int) -> bool:
    following = text[less + 1 : less + 2]
    if following == "/":
        return less + 2 < len(text)
    return following != "" and (following in "!?" or (following.isascii() and following.isalpha()))


def _comment(text: str, start: int) -> Piece:
    """A comment, or what browsers take for one: a declaration, `</3>`, `<?xml ?>`."""
    if not text.startswith("<!--", start):
        end = text.find(">", start)
        return Piece("comment", start, end + 1 if end >= 0 else len(text))
    if text.startswith(("<!-->", "<!--->"), start):
        return Piece("comment", start, text.index(">", start) + 1)
    match = _COMMENT_END.search(text, start + 4)
    return Piece("comment", start, match.end() if match else len(text))


def _tag(text: str, start: int) -> Piece:
    kind = "end" if text[start + 1] == "/" else "start"
    name_start = start + (2 if kind == "end" else 1)
    match = _TAG_NAME_END.search(text, name_start)
    if match is None:
        return Piece("unfinished", start, len(text))
    name = text[name_start : match.start()].lower()
    attributes: list[Attribute] = []
    position = match.start()
    while True:
        before = position
        position = _end_of(_SPACE, text, position)
        if position >= len(text):
            return Piece("unfinished", start, len(text), name)
        if text[position] == ">":
            return Piece(kind, start, position + 1, name, tuple(attributes))
        attribute = _attribute(text, before, position)
        if attribute is None:
            return Piece("unfinished", start, len(text), name)
        attributes.append(attribute)
        position = attribute.end


def _attribute(text: str, before: int, start: int) -> Attribute | None:
    """The attribute that begins at `start`; None when the text ends in it."""
    # An = at the very beginning belongs to the name.
    match = _ATTRIBUTE_NAME_END.search(text, start + 1)
    if match is None:
        return None
    name = text[start : match.start()].lower()
    equals = _end_of(_BLANK, text, match.start())
    if not text.startswith("=", equals):
        return Attribute(name, before, match.start(), match.start(), match.start())
    value = _end_of(_BLANK, text, equals + 1)
    quote = text[value : value + 1]
    if quote in ("'", '"'):
        end = text.find(quote, value + 1)
        return Attribute(name, before, end + 1, value + 1, end) if end >= 0 else None
    if quote == ">":
        return Attribute(name, before, value, value, value)
    ending = _UNQUOTED_END.search(text, value)
    return Attribute(name, before, ending.start(), value, ending.start()) if ending else None


def _raw_text(text: str, start: int, name: str) -> Piece:
    ending = re.compile(rf"</{name}(?=[\t\n\f\r />])", re.IGNORECASE).search(text, start)
    return Piece("raw", start, ending.start() if ending else len(text), name)


def _end_of(pattern: re.Pattern[str], text: str, position: int) -> int:
    match = pattern.match(text, position)
    assert match is not None
    return match.end()
