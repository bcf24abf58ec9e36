"""Links that follow from texts: what a merged text names is what is linked, whichever side it came from."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from functools import partial
from typing import Any
from unicodedata import normalize

from .differences import Document
from .merging import Shape
from .values import ARCHIVED_KEY, NAME_KEY, Entry, Key, Local, Source

NamesIn = Callable[[Mapping[str, Any]], Collection[str]]


def with_names(shape: Shape, source: Source, local: Local) -> Shape:
    """The shape in which links that follow from texts know what the items of both sides are called."""
    named = {
        link: partial(_follow, link, names_in, _called(kind, source.entries), _called(kind, local.entries))
        for link, (kind, names_in) in shape.in_texts.items()
    }
    return replace(shape, named=named) if named else shape


def _called(kind: str, entries: Mapping[Key, Entry]) -> Mapping[str, str]:
    """The names of items of one kind, as names are compared, by uid."""
    found = (entry for entry in entries.values() if entry.kind == kind)
    return {str(entry.uid): _plain(entry.keys.get(NAME_KEY) or entry.keys.get(ARCHIVED_KEY, "")) for entry in found}


def _follow(
    link: str,
    names_in: NamesIn,
    theirs: Mapping[str, str],
    ours: Mapping[str, str],
    merged: Document,
    source: Document,
    local: Document,
) -> Collection[str] | None:
    asked, at_source, here = ({_plain(name) for name in names_in(side)} for side in (merged, source, local))
    if at_source == here:
        return None
    # What one side names as a whole it links already, also by a name that an item had before.
    if asked in (at_source, here):
        return list((source if asked == at_source else local).get(link, ()))
    linked: set[str] = set()
    for name in asked:
        found = {uid for uid in source.get(link, ()) if theirs.get(uid) == name}
        found = found or {uid for uid in local.get(link, ()) if ours.get(uid) == name}
        # By a former name, which no list of ours has: it is one of those that either side links.
        linked |= found or {*source.get(link, ()), *local.get(link, ())}
    return linked


def _plain(name: str) -> str:
    return normalize("NFC", " ".join(name.split())).lower()
