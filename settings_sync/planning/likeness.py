"""How much two settings are alike that nobody has coupled yet: by name, and by what they hold. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rapidfuzz import fuzz, process

from .differences import PARTS

Body = Mapping[str, Any]

LEAST = 60
"""The score from which a setting is worth suggesting."""

FEWEST = 3
"""Settings that say less than this number of things are not compared by content: two of them are soon equal."""

LONG = 60
WEIGHT_OF_BEST = 0.75
PIECES = re.compile(r"[\n.<>]+")
WORDS = re.compile(r"[^\w]+")
NUMBERS = re.compile(r"\d+")


@dataclass(frozen=True)
class Portrait:
    """A setting as it is compared: its natural key and name, and each thing that it holds, in words."""

    uid: str
    key: str
    name: str
    holds: frozenset[str]


@dataclass(frozen=True)
class Likeness:
    """How much a setting is like another, in percent. `content` is None where there is too little to compare.

    `shared` of `total` things are the same in both.
    """

    uid: str
    name: int
    content: int | None
    shared: int
    total: int
    is_same_key: bool
    is_exact: bool

    @property
    def score(self) -> int:
        """The better of the two counts most; an equal key or name goes before everything."""
        if self.is_exact or self.is_same_key:
            return 100
        if self.content is None:
            return self.name
        best = max(self.name, self.content)
        other = min(self.name, self.content)
        return round(WEIGHT_OF_BEST * best + (1 - WEIGHT_OF_BEST) * other)


def most_alike(one: Portrait, others: Iterable[Portrait], *, limit: int) -> list[Likeness]:
    """Those of the others that are worth suggesting, the most alike first."""
    return [found for found in rank(one, others) if found.score >= LEAST][:limit]


def rank(one: Portrait, others: Iterable[Portrait]) -> list[Likeness]:
    """How much each of the others is like it, the most alike first."""
    known = list(others)
    # All names in one call and none left out: what is called otherwise may still be equal in content.
    names = process.extract(one.name, [other.name for other in known], scorer=fuzz.token_sort_ratio, limit=None)
    found = [_likeness(one, known[number], _of_names(one, known[number], score)) for _name, score, number in names]
    return sorted(found, key=lambda likeness: (-likeness.score, not likeness.is_exact, -likeness.name, likeness.uid))


def portrait(
    uid: str, body: Body, *, key_field: str, name_field: str, known_by: Mapping[str, tuple[str, ...]], labels: Body
) -> Portrait:
    """A document as it is compared: `known_by` gives the fields by which a part of each sort is known, `labels` what
    people call the settings that it points at, by uid."""
    # Key and name have scores of their own, and whether it is archived says nothing of what it holds.
    ignored = {key_field, name_field, PARTS, "is_archived"}
    holds: set[str] = set()
    for field, value in body.items():
        if field not in ignored:
            holds.update(_said(field, value, labels))
    for part, rows in body.get(PARTS, {}).items():
        for row in rows:
            holds.update(_part(part, row, known_by.get(part, ()), labels))
    return Portrait(uid, plain(str(body.get(key_field, ""))), plain(str(body.get(name_field, ""))), frozenset(holds))


def by_name(uid: str, name: str) -> Portrait:
    """A setting that is compared by its name alone, because nothing else of it has been read."""
    return Portrait(uid, key="", name=plain(name), holds=frozenset())


def plain(text: str) -> str:
    """A name without capitals, accents and punctuation, its words apart."""
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    return " ".join(WORDS.split(bare.casefold())).strip()


def _of_names(one: Portrait, other: Portrait, score: float) -> int:
    """How much two names are alike: half as much where both have numbers and not the same, as two rates of VAT have."""
    numbers = set(NUMBERS.findall(one.name)), set(NUMBERS.findall(other.name))
    return round(score / 2 if all(numbers) and numbers[0] != numbers[1] else score)


def _likeness(one: Portrait, other: Portrait, name: int) -> Likeness:
    shared = len(one.holds & other.holds)
    total = len(one.holds | other.holds)
    both = len(one.holds) + len(other.holds)
    is_enough = min(len(one.holds), len(other.holds)) >= FEWEST
    is_same_key = bool(one.key) and one.key == other.key
    return Likeness(
        uid=other.uid,
        name=name,
        content=round(200 * shared / both) if is_enough else None,
        shared=shared,
        total=total,
        is_same_key=is_same_key,
        is_exact=is_same_key and one.name == other.name,
    )


def _part(part: str, row: Body, known_by: tuple[str, ...], labels: Body) -> Iterator[str]:
    """A part by what it is known by, and what it says beside that."""
    known = next((plain(str(row[field])) for field in known_by if row.get(field)), "")
    yield f"{part} {known}"
    for field, value in row.items():
        if field != "uid" and field not in known_by and not _points_inside(value, labels):
            yield from _said(f"{part} {known} {field}", value, labels)


def _points_inside(value: object, labels: Body) -> bool:
    """Whether a value is the uid of another part of the same setting, which differs everywhere."""
    return isinstance(value, str) and len(value) == 36 and value.count("-") == 4 and value not in labels


def _said(field: str, value: object, labels: Body) -> Iterator[str]:
    """A value as the things that it says: a list by its members, a long text by its sentences."""
    if isinstance(value, list):
        for member in value:
            yield from _said(field, member, labels)
    elif isinstance(value, str):
        text = str(labels.get(value, value))
        pieces = PIECES.split(text) if len(text) > LONG else [text]
        yield from (f"{field}: {found}" for piece in pieces if (found := plain(piece)))
    else:
        yield f"{field}: {value}"
