"""What stands otherwise in one sub-administration than it came: read there, and nothing decided yet."""

import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone

from settings_sync.declaring.kinds import all_kinds
from settings_sync.engine.reading.index import ReadDocument, look_at, read_documents
from settings_sync.models import Document
from settings_sync.planning.agreements import covers
from settings_sync.planning.alignment import relations
from settings_sync.planning.deviating import Deviating, deviating_fields, entry_id, mark_of
from settings_sync.planning.differences import Document as Body
from settings_sync.planning.values import Entry, Key, Local
from settings_sync.services.assignments.assigned import Expectations
from settings_sync.services.plans.usage import count_open
from sync_ledger.models import Deviation, Edit
from tenants.models import Administration
from tenants.schemas import inside


@dataclass(frozen=True)
class Seen:
    """One setting as it stands otherwise in an administration.

    `agreed_at` is when all of that was agreed, as far as it is not to be looked at again by now.
    """

    key: Key
    label: str
    entry: uuid.UUID
    fields: Sequence[Deviating]
    base: bytes | None
    source: bytes
    local: bytes | None
    affected: Mapping[str, int] = field(default_factory=dict)
    edited_by: str = ""
    edited_at: datetime | None = None
    agreed_at: datetime | None = None

    @property
    def is_removed(self) -> bool:
        return self.local is None


class Looker:
    """Looks into the sub-administrations of one main administration; what belongs to the main is read once."""

    def __init__(self, main: Administration) -> None:
        self._main = main
        self._source = look_at(main, keep_documents=True).entries
        self._expectations = Expectations(main, self._source)
        self._bodies: dict[bytes, Body] = {}

    def look(self, child: Administration) -> list[Seen]:
        """Everything that stands otherwise in one of them; a fixed number of queries."""
        local = look_at(child)
        keys = list(self._deviating(child, local))
        if not keys:
            return []
        there = read_documents(child.schema_name, {key for key in keys if key in local.entries})
        self._read({digest for key in keys for digest in (local.bases.get(key), self._source[key].digest) if digest})
        with inside(child):
            edits = _latest_edits(keys)
            agreed = _agreements(keys)
        uses = self._uses(child, there)
        found = (self._seen(key, local, there.get(key), agreed.get(key, [])) for key in keys)
        return [_told(seen, uses.get(seen.key[1], {}), edits.get(seen.key)) for seen in found if seen]

    def _deviating(self, child: Administration, local: Local) -> Iterator[Key]:
        """The settings that somebody changed or removed there, without those that are pinned as a whole."""
        words = relations(self._source, local, self._expectations.of(child))
        for key, word in words.items():
            is_removed = word == "missing" and key in local.bases and not self._source[key].is_archived
            if (word in ("changed_locally", "conflict") or is_removed) and "" not in local.pins.get(key, ()):
                yield key

    def _read(self, digests: set[bytes]) -> None:
        missing = digests - self._bodies.keys()
        if missing:
            rows = Document.objects.filter(digest__in=missing).values_list("digest", "body")
            self._bodies |= {bytes(digest): body for digest, body in rows}

    def _uses(self, child: Administration, there: Mapping[Key, ReadDocument]) -> Mapping[uuid.UUID, dict[str, int]]:
        uids: dict[str, list[uuid.UUID]] = defaultdict(list)
        for kind, uid in there:
            uids[kind].append(uid)
        return count_open(child.schema_name, uids).per_item if uids else {}

    def _seen(
        self, key: Key, local: Local, there: ReadDocument | None, agreed: Sequence[tuple[str, datetime]]
    ) -> Seen | None:
        entry: Entry = self._source[key]
        source = self._bodies.get(entry.digest)
        # Edited away between two reads: the next look tells.
        if source is None or (there is None) != (key not in local.entries):
            return None
        base = local.bases.get(key)
        here = there.body if there else None
        fields = deviating_fields(
            self._bodies.get(base) if base else None, source, here, local.pins.get(key, frozenset())
        )
        if not fields:
            return None
        mark = mark_of(key, fields, source, here)
        digest = there.entry.digest if there else None
        label = entry.label
        agreed_at = _agreed_at(fields, agreed)
        return Seen(key, label, entry_id(self._main.pk, mark), fields, base, entry.digest, digest, agreed_at=agreed_at)


def _told(seen: Seen, affected: Mapping[str, int], edit: tuple[str, datetime] | None) -> Seen:
    by, at = edit or ("", None)
    return Seen(**{**vars(seen), "affected": affected, "edited_by": by, "edited_at": at})


def _latest_edits(keys: Sequence[Key]) -> dict[Key, tuple[str, datetime]]:
    rows = Edit.objects.filter(uid__in=[uid for _kind, uid in keys]).order_by("kind", "uid", "-at", "-id")
    latest = rows.distinct("kind", "uid").values_list("kind", "uid", "by_name", "at")
    return {(kind, uid): (by, at) for kind, uid, by, at in latest}


def _agreements(keys: Sequence[Key]) -> dict[Key, list[tuple[str, datetime]]]:
    """The paths that were agreed and are not to be looked at again yet, with when that was."""
    found: dict[Key, list[tuple[str, datetime]]] = defaultdict(list)
    rows = Deviation.objects.filter(uid__in=[uid for _kind, uid in keys], is_pinned=False)
    for kind, uid, path, review_on, at in rows.values_list("kind", "uid", "path", "review_on", "decided_at"):
        if review_on is None or review_on > timezone.localdate():
            found[kind, uid].append((path, at))
    return found


def _agreed_at(fields: Sequence[Deviating], agreed: Sequence[tuple[str, datetime]]) -> datetime | None:
    paths = frozenset(path for path, _at in agreed)
    if not agreed or not all(covers(paths, row.path) for row in fields):
        return None
    return max(at for _path, at in agreed)


def kind_label(kind: str) -> str:
    """What settings of a kind are called; the kind itself where a release took it away."""
    declared = all_kinds().by_key.get(kind)
    return str(declared.label) if declared else kind
