"""Which rows differ between two documents of one kind, told from their texts alone.

Most rows of two versions of a setting are equal to the letter. So the texts are cut where a part begins and compared
piece by piece, and only the pieces that differ are taken apart: reading both documents as values takes five times as
long. Whatever is not plainly the same rows in the same places, with other values in some of them, is left to those who
write whole settings.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from settings_sync.declaring.kinds import Kind, Table

# In a text, quotes stand behind a backslash, so this is nowhere but where an object begins.
PART_BEGINS = '{"uid": "'
UID_LENGTH = 36
DECODER = json.JSONDecoder()
FIRST_LIST = re.compile(r'"parts": \{"(\w+)": \[$')
NEXT_LIST = re.compile(r'\], "(\w+)": \[$')
BETWEEN_PARTS = re.compile(r', $|\], "\w+": \[$|\]\}')


@dataclass(frozen=True)
class RowDifference:
    """One row of a setting as its two documents have it, each as text; `uid` is empty for the setting's own row.

    `columns` are the names of those that differ.
    """

    table: Table
    uid: str
    before: str
    after: str
    columns: frozenset[str]

    def values(self, uid: str, names: frozenset[str]) -> str:
        """The row's uid and these of its columns afterwards, as a JSON object; what is at its default is left out."""
        known = members_of(self.after)
        pairs = [f'"uid": "{uid}"', *(f"{json.dumps(name)}: {known[name]}" for name in names if name in known)]
        return f"{{{', '.join(pairs)}}}"


class NotPlain(Exception):
    """More differs than the values of some rows: parts came, went or moved, or links or references did."""


def differing_rows(kind: Kind, before: str, after: str) -> tuple[RowDifference, ...]:
    """The rows that differ between two texts of documents of a kind. Raises NotPlain."""
    if not kind.parts or PART_BEGINS not in before + after:
        return _with_own_row(kind, before, after, ())
    old = before.split(PART_BEGINS)
    new = after.split(PART_BEGINS)
    if len(old) != len(new) or _first_list(old) != _first_list(new):
        raise NotPlain
    found = []
    is_own_row_equal = old[0] == new[0]
    for number in range(1, len(old)):
        if old[number] == new[number]:
            continue
        one = _cut(old[number])
        other = _cut(new[number])
        if one.part != other.part:
            is_once = all(text.count(PART_BEGINS + other.uid) == 1 for text in (before, after))
            # A value of JSON may hold an object that looks like a part; no part stands in a document twice.
            if one.uid != other.uid or not is_once:
                raise NotPlain
            found.append(_row(_table_at(kind, number, new), other.uid, one.part, other.part))
        if one.behind != other.behind:
            if number != len(old) - 1:
                raise NotPlain
            # Behind the last part stands what belongs to the setting's own row.
            is_own_row_equal = False
    return tuple(found) if is_own_row_equal else _with_own_row(kind, before, after, tuple(found))


def members_of(text: str) -> dict[str, str]:
    """The members of a JSON object as PostgreSQL writes it: the text of each value by its key."""
    found = {}
    place = 1
    while text[place] != "}":
        key, end = DECODER.raw_decode(text, place)
        _value, behind = DECODER.raw_decode(text, end + len(": "))
        found[key] = text[end + len(": ") : behind]
        place = behind + len(", ") if text[behind] == "," else behind
    return found


def without_parts(text: str) -> str:
    """The text of a document of which every list of parts is empty, and gone but for the first.

    For kinds whose own row has no column of JSON: an object in such a column could be taken for a part. Raises
    ValueError where the end of the last part cannot be told.
    """
    start = text.find(PART_BEGINS)
    if start < 0:
        return text
    # What lies in a part ends deeper than the lists do, so that what is left of it here would be no JSON any more.
    _part, end = DECODER.raw_decode(text, text.rfind(PART_BEGINS))
    return text[:start] + text[end:]


@dataclass(frozen=True)
class _Cut:
    """A piece of a document: the text of the part that it begins with, and what stands behind that."""

    uid: str
    part: str
    behind: str


def _cut(piece: str) -> _Cut:
    """Raises NotPlain where no part ends in this piece, or something else than another part stands behind it."""
    whole = PART_BEGINS + piece
    try:
        _value, end = DECODER.raw_decode(whole)
    except ValueError:
        raise NotPlain from None
    if not BETWEEN_PARTS.match(whole, end):
        raise NotPlain
    return _Cut(piece[:UID_LENGTH], whole[:end], whole[end:])


def _first_list(pieces: list[str]) -> str:
    """The name of the list in which the first part stands. Raises NotPlain where there is none."""
    found = FIRST_LIST.search(pieces[0])
    if found is None:
        raise NotPlain
    return found[1]


def _table_at(kind: Kind, number: int, pieces: list[str]) -> Table:
    """The table of the list in which a piece stands."""
    begun = next(filter(None, (NEXT_LIST.search(piece) for piece in reversed(pieces[1:number]))), None)
    name = begun[1] if begun else _first_list(pieces)
    table = next((part for part in kind.parts if part.name == name), None)
    if table is None:
        raise NotPlain
    return table


def _with_own_row(kind: Kind, before: str, after: str, parts: tuple[RowDifference, ...]) -> tuple[RowDifference, ...]:
    """These rows of parts and the setting's own row, where it differs; its links must be equal."""
    old = members_of(before)
    new = members_of(after)
    if any(old.get(link.name) != new.get(link.name) for link in kind.links):
        raise NotPlain
    own = [_without_lists(kind, members) for members in (old, new)]
    return parts if own[0] == own[1] else (_row(kind.root, "", *own), *parts)


def _without_lists(kind: Kind, members: Mapping[str, str]) -> str:
    lists = {"parts", *(link.name for link in kind.links)}
    own = [f"{json.dumps(key, ensure_ascii=False)}: {value}" for key, value in members.items() if key not in lists]
    return f"{{{', '.join(own)}}}"


def _row(table: Table, uid: str, before: str, after: str) -> RowDifference:
    old = members_of(before)
    new = members_of(after)
    columns = frozenset(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
    # What a reference points at may have yet to come, and where a part stands is more than a value.
    plain = {column.name for column in table.columns if column.reference is None}
    if not columns <= plain:
        raise NotPlain
    return RowDifference(table, uid, before, after, columns)
