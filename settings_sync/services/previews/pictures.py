"""Two versions of a setting as people who use it see them: before and after, with what changed marked."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from django.utils.html import conditional_escape, escape
from django.utils.safestring import SafeString

from settings_sync.declaring.kinds import all_kinds
from settings_sync.declaring.pictures import Block, Level, Shape
from tenants.models import Administration

from .filled_in import can_be_filled_in, show_there

AROUND = 1
"""Blocks that are shown beside each one that changed, to see where it stands."""
MOST_TOKENS = 20_000
TOKENS = re.compile(r"<[^>]*>|&[a-zA-Z0-9#]+;|[^\s<&]+|\s+|.")
SPACES_OR_TAG = re.compile(r"\s+$|<")

Document = Mapping[str, Any]


@dataclass(frozen=True)
class Drawn:
    """A block with what became of it: same, changed, added, removed or moved; or so many that are left out."""

    block: Block | None
    fate: str
    left_out: int = 0


@dataclass(frozen=True)
class Picture:
    """Both versions side by side; a version that is not there has no blocks. A sheet is shown in frames instead."""

    shape: str
    before: tuple[Drawn, ...] = ()
    after: tuple[Drawn, ...] = ()

    @property
    def is_sheet(self) -> bool:
        return self.shape == "sheet"


def picture_of(kind: str, before: Document | None, after: Document | None, labels: Mapping[str, str]) -> Picture | None:
    """What a setting looks like in two versions; None for what has no look, or looks the same in both."""
    draws = all_kinds()[kind].root.declaration.picture
    if draws is None:
        return Picture("sheet") if can_be_filled_in(kind) and (before or after) and before != after else None
    old = list(draws.draw(before, labels)) if before else []
    new = list(draws.draw(after, labels)) if after else []
    if old == new:
        return None
    moved = _moved([block.uid for block in old], [block.uid for block in new])
    return Picture(
        str(Shape(draws.shape)),
        tuple(_shown(old, {block.uid: block for block in new}, moved, "removed", alone=not new)),
        tuple(_shown(new, {block.uid: block for block in old}, moved, "added", alone=not old)),
    )


def _moved(old: list[str], new: list[str]) -> set[str]:
    """What stands elsewhere among those that are in both."""
    first = [uid for uid in old if uid in set(new)]
    second = [uid for uid in new if uid in set(old)]
    staying = {
        uid
        for block in SequenceMatcher(None, first, second, autojunk=False).get_matching_blocks()
        for uid in first[block.a : block.a + block.size]
    }
    return set(first) - staying


def _shown(
    blocks: Sequence[Block], others: Mapping[str, Block], moved: set[str], missing: str, *, alone: bool
) -> Iterator[Drawn]:
    """The blocks of one side; of a long quiet stretch only how many there are."""
    fates = ["same" if alone else _fate(block, others, moved, missing) for block in blocks]
    near = {
        place + offset for place, fate in enumerate(fates) if fate != "same" for offset in range(-AROUND, AROUND + 1)
    }
    near |= {_heading_above(blocks, place) for place in near}
    left_out = 0
    for place, block in enumerate(blocks):
        if not alone and place not in near:
            left_out += 1
            continue
        if left_out:
            yield Drawn(None, "same", left_out)
            left_out = 0
        yield Drawn(block, fates[place])
    if left_out:
        yield Drawn(None, "same", left_out)


def _heading_above(blocks: Sequence[Block], place: int) -> int:
    for above in range(min(place, len(blocks) - 1), -1, -1):
        if blocks[above].level == Level.HEADING:
            return above
    return place


def _fate(block: Block, others: Mapping[str, Block], moved: set[str], missing: str) -> str:
    if block.uid not in others:
        return missing
    if others[block.uid] != block:
        return "changed"
    return "moved" if block.uid in moved else "same"


def sheets_of(
    kind: str, before: Document | None, after: Document | None, administration: Administration
) -> tuple[SafeString, SafeString]:
    """Both versions of a text, filled in with the values of an administration, with the words that differ marked."""
    old = _sheet(kind, before, administration)
    new = _sheet(kind, after, administration)
    if not old or not new:
        return _as_html(old, new)
    return mark_words(old, new)


def _sheet(kind: str, document: Document | None, administration: Administration) -> str:
    if document is None:
        return ""
    shown = show_there(administration, kind, document)
    body = f'<div class="plain">{conditional_escape(shown.body)}</div>' if shown.is_text else str(shown.body)
    return f"<h1>{escape(shown.subject)}</h1>{body}" if shown.subject else body


def mark_words(old: str, new: str) -> tuple[SafeString, SafeString]:
    """Two texts of HTML with the words that went marked in the first, and those that came in the second."""
    before = TOKENS.findall(old)
    after = TOKENS.findall(new)
    if len(before) + len(after) > MOST_TOKENS:
        return _as_html(old, new)
    steps = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    first: list[str] = []
    second: list[str] = []
    for tag, i1, i2, j1, j2 in steps:
        first += before[i1:i2] if tag == "equal" else _marked(before[i1:i2], "del")
        second += after[j1:j2] if tag == "equal" else _marked(after[j1:j2], "ins")
    return _as_html("".join(first), "".join(second))


def _as_html(old: str, new: str) -> tuple[SafeString, SafeString]:
    return SafeString(old), SafeString(new)  # nosec B308, B703 # every value is escaped; marks alone come


def _marked(tokens: Sequence[str], element: str) -> Iterator[str]:
    # Tags are let through: a mark around one would close what it opens.
    for token in tokens:
        yield token if SPACES_OR_TAG.match(token) else f"<{element}>{token}</{element}>"
