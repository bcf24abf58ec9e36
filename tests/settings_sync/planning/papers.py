"""Items as documents, kept by digest as the database keeps them: what planning reads where it merges and composes."""

import hashlib
import json
import uuid
from collections.abc import Collection, Mapping
from typing import Any

from settings_sync.planning.merging import Shape
from settings_sync.planning.reader import Body, Described, NoReader
from settings_sync.planning.values import Entry, Key

KIND = "shelf.form"


def key_of(uid: int) -> Key:
    return (KIND, uuid.UUID(int=uid))


def body_of(item: Mapping[str, Any]) -> dict[str, Any]:
    """A document as the database keeps it: without what is absent, and of what has parts with those it has, or none."""
    return {name: value for name, value in item.items() if value or name == "parts"}


def entry_of(uid: int, item: Mapping[str, Any]) -> Entry:
    digest = hashlib.sha256(json.dumps(body_of(item), sort_keys=True).encode()).digest()
    keys = {"archived_key" if item.get("is_archived") else "name_key": item["name"].lower()}
    if item.get("is_default"):
        keys["default_key"] = "invoice"
    return Entry(KIND, uuid.UUID(int=uid), digest, item["name"], keys)


class Shelf(NoReader):
    """Documents by digest, as the database keeps them."""

    def __init__(self) -> None:
        self.by_digest: dict[bytes, dict[str, Any]] = {}
        self.child: Mapping[int, Mapping[str, Any]] = {}

    def keep(self, uid: int, item: Mapping[str, Any]) -> Entry:
        entry = entry_of(uid, item)
        self.by_digest[entry.digest] = body_of(item)
        return entry

    def bodies(self, digests: Collection[bytes]) -> Mapping[bytes, Body]:
        return {digest: self.by_digest[digest] for digest in digests}

    def local_bodies(self, keys: Collection[Key]) -> Mapping[Key, Body]:
        return {key: body_of(self.child[key[1].int]) for key in keys if key[1].int in self.child}

    def describe(self, composed: Mapping[Key, list[Body]]) -> Mapping[Key, list[Described]]:
        return {key: [Described(self.keep(key[1].int, body)) for body in bodies] for key, bodies in composed.items()}

    def shape(self, kind: str) -> Shape:
        return Shape()
