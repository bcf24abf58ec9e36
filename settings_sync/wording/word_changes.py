"""Two versions of a long text as people compare them: the words that went and came, among the words that stayed."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

CONTEXT = 12
TOO_MANY = 6000
BREAKS = re.compile(r"(?i)<br\s*/?>|</(?:p|div|h[1-6]|li|tr|table|ul|ol|blockquote)>")
TAGS = re.compile(r"(?s)<!--.*?-->|<(?:style|script)\b.*?</(?:style|script)>|</?[a-zA-Z][^>]*>")
TOKENS = re.compile(r"\s+|[^\s]+")
LINES = re.compile(r"[^\n]*\n|[^\n]+")


class Fate(StrEnum):
    """What became of a piece of text; `skipped` stands for unchanged text that is left out."""

    SAME = "same"
    GONE = "gone"
    NEW = "new"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Piece:
    """Some words with one fate."""

    fate: Fate
    text: str


def compare_words(old: str, new: str) -> list[Piece]:
    """Both texts as one run of pieces; long unchanged stretches are left out.

    Markup is read as text. When only the markup differs, the markup itself is compared.
    """
    before = readable(old)
    after = readable(new)
    if before == after:
        before = old
        after = new
    pattern = TOKENS if max(len(before), len(after)) // 4 < TOO_MANY else LINES
    return list(_merged(_pieces(pattern.findall(before), pattern.findall(after))))


def readable(text: str) -> str:
    """Text without markup: what ends a line in a browser ends one here. Text without markup stays as it is."""
    if not TAGS.search(text):
        return text
    plain = html.unescape(TAGS.sub("", BREAKS.sub("\n", text)))
    lines = (" ".join(line.split()) for line in plain.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _pieces(old: list[str], new: list[str]) -> Iterator[Piece]:
    steps = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    for number, (tag, i1, i2, j1, j2) in enumerate(steps):
        if tag == "equal":
            yield from _shortened(old[i1:i2], is_first=number == 0, is_last=number == len(steps) - 1)
            continue
        if i2 > i1:
            yield Piece(Fate.GONE, "".join(old[i1:i2]))
        if j2 > j1:
            yield Piece(Fate.NEW, "".join(new[j1:j2]))


def _shortened(words: list[str], *, is_first: bool, is_last: bool) -> Iterator[Piece]:
    """Unchanged words: only those next to a change when there are many."""
    head = 0 if is_first else CONTEXT
    tail = 0 if is_last else CONTEXT
    if len(words) <= head + tail + CONTEXT:
        yield Piece(Fate.SAME, "".join(words))
        return
    yield Piece(Fate.SAME, "".join(words[:head]))
    yield Piece(Fate.SKIPPED, "".join(words[head : len(words) - tail]))
    yield Piece(Fate.SAME, "".join(words[len(words) - tail :]))


def _merged(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """Neighbours that changed with only a space between them become one, so that a sentence reads as one change."""
    waiting: list[Piece] = []
    for piece in pieces:
        if not piece.text:
            continue
        if piece.fate in (Fate.GONE, Fate.NEW) or (waiting and piece.fate == Fate.SAME and piece.text == " "):
            waiting.append(piece)
            continue
        yield from _flushed(waiting)
        waiting = []
        yield piece
    yield from _flushed(waiting)


def _flushed(waiting: list[Piece]) -> Iterator[Piece]:
    rest = list(waiting)
    trailing = rest.pop() if rest and rest[-1].fate == Fate.SAME else None
    old = "".join(piece.text for piece in rest if piece.fate in (Fate.GONE, Fate.SAME))
    new = "".join(piece.text for piece in rest if piece.fate in (Fate.NEW, Fate.SAME))
    if not (old + new).strip():
        yield from [Piece(Fate.SAME, new)] if new else []
    else:
        yield from [Piece(Fate.GONE, old)] if old else []
        yield from [Piece(Fate.NEW, new)] if new else []
    if trailing:
        yield trailing
