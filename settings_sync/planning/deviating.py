"""In what a setting of an administration stands otherwise than it came, and by what equal deviations are known."""

import hashlib
import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from .agreements import covers
from .differences import ORDER, PARTS, Document, flatten
from .values import Key

REMOVED = ""
"""The path of a setting that was removed as a whole."""


class Deviating(NamedTuple):
    """One field that stands otherwise there: what it came as, what the main has now, and what stands there."""

    path: str
    base: Any
    source: Any
    local: Any


def deviating_fields(
    base: Document | None, source: Document, local: Document | None, pins: frozenset[str]
) -> list[Deviating]:
    """What the administration changed, without what is pinned there and what the main has changed alike by now.

    Without a base, which something that was never synced has none of, all that differs from the main.
    """
    if local is None:
        return [Deviating(REMOVED, True, True, None)]
    was, main, here = (flatten(document) for document in (base if base is not None else source, source, local))
    return [
        Deviating(path, was.get(path), main.get(path), here.get(path))
        for path in main | was | here
        if _differs(path, here, was) and _differs(path, here, main) and not covers(pins, path)
    ]


def _differs(path: str, here: Mapping[str, Any], there: Mapping[str, Any]) -> bool:
    mine = here.get(path)
    other = there.get(path)
    if path.endswith(f"/{ORDER}") and isinstance(mine, list) and isinstance(other, list):
        # A part that came or went is told by itself; only what both have can stand in another order.
        return [uid for uid in mine if uid in set(other)] != [uid for uid in other if uid in set(mine)]
    return bool(mine != other)


def mark_of(key: Key, fields: Sequence[Deviating], source: Document, local: Document | None) -> bytes:
    """Equal for deviations that are one to whoever decides: the same setting, the same fields, the same values here and
    in the main administration."""
    # The base is left out: those that are behind as well differ from the main in the same way.
    names = dict(_names_of_added(source, local))
    rows = sorted(
        json.dumps([_renamed(row.path, names), row.source, _valued(row.local, names)], sort_keys=True, default=str)
        for row in fields
    )
    stated = json.dumps([key[0], str(key[1]), rows])
    return hashlib.sha256(stated.encode()).digest()


def entry_id(main: uuid.UUID, mark: bytes) -> uuid.UUID:
    """Under which id deviations with this mark are one, within a customer."""
    return uuid.UUID(bytes=hashlib.sha256(main.bytes + mark).digest()[:16], version=5)


def _names_of_added(source: Document, local: Document | None) -> Iterator[tuple[str, str]]:
    """What stands for the uid of each part that was added there: a uid of its own everywhere, with the same content."""
    known = {row["uid"] for rows in source.get(PARTS, {}).values() for row in rows}
    for part, rows in (local or {}).get(PARTS, {}).items():
        for row in rows:
            if row["uid"] not in known:
                content = {name: value for name, value in row.items() if name != "uid" and not _is_added(value, known)}
                stated = json.dumps([part, content], sort_keys=True, default=str)
                yield row["uid"], f"+{hashlib.sha256(stated.encode()).hexdigest()[:16]}"


def _is_added(value: Any, known: set[str]) -> bool:
    """Whether a value is the uid of another part that was added, which is another one elsewhere."""
    return isinstance(value, str) and value not in known and _is_uid(value)


def _is_uid(value: str) -> bool:
    try:
        return str(uuid.UUID(value)) == value
    except ValueError:
        return False


def _renamed(path: str, names: Mapping[str, str]) -> str:
    return "/".join(names.get(step, step) for step in path.split("/"))


def _valued(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, list):
        return [_valued(each, names) for each in value]
    return names.get(value, value) if isinstance(value, str) else value
