"""Documents of before a migration, and all shared rows that point at them, brought to the form that today's version
reads. What an administration itself remembers follows in `remembered.py`.

What is stored stays as it is, and notes what it became, until nothing points at it: an administration whose migration
went wrong still does. Everything here may be broken off and done again.
"""

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db import DataError, connection, transaction

from settings_sync.declaring.kinds import Kind, all_kinds
from settings_sync.models import Change, Decision, Document, ItemRule, Receipt

from .composed import describe_documents
from .index import ReadDocument, store_documents

AT_ONCE = 500
NOBODY = uuid.UUID(int=0)
"""A document is stored without the uid of its item, on which nothing of it depends."""
CHANGE_DIGESTS = ("base_digest", "source_digest", "local_digest", "result_digest", "next_base_digest")
BECAME = (
    "SELECT kind, digest AS former, became FROM public.settings_sync_document"
    " WHERE became IS NOT NULL AND kind = ANY(%s)"
)


def upgrade_shared() -> None:
    """Upgrade the stored documents, and let snapshots, plans and what is locked name what they became."""
    kinds = upgraded_kinds()
    for kind in kinds.values():
        upgrade_documents(kind)
    if not kinds:
        return
    with transaction.atomic():
        follow("public.settings_sync_snapshotitem", ["digest"], BECAME, [list(kinds)])
        follow("public.settings_sync_change", CHANGE_DIGESTS, BECAME, [list(kinds)])
        _move_paths(kinds)


def upgraded_kinds() -> dict[str, Kind]:
    """The kinds whose documents had another form once."""
    return {kind.key: kind for kind in all_kinds() if kind.upgrades}


def upgrade_documents(kind: Kind) -> None:
    """Store what the documents of a kind became, and note it with each of them."""
    # What became another one goes on as that.
    behind = Document.objects.filter(kind=kind.key, version__lt=kind.version, became=None)
    digests = list(behind.values_list("digest", flat=True))
    for start in range(0, len(digests), AT_ONCE):
        with transaction.atomic():
            _upgrade(kind, list(behind.filter(digest__in=digests[start : start + AT_ONCE])))


def _upgrade(kind: Kind, documents: list[Document]) -> None:
    bodies = [upgraded(kind, document.body, document.version) for document in documents]
    # What says more than this version knows would lose it; it stays as it is, and is refused where it is to be written.
    known = [(document, body) for document, body in zip(documents, bodies, strict=True) if knows(kind, body)]
    now = described(kind, [body for _document, body in known])
    moved = [(document, read) for (document, _body), read in zip(known, now, strict=True) if read is not None]
    store_documents([read for _document, read in moved])
    for document, read in moved:
        document.became = read.entry.digest
    Document.objects.bulk_update([document for document, _read in moved], ["became"])


def upgraded(kind: Kind, body: Mapping[str, Any], version: int) -> Mapping[str, Any]:
    """A document of this version as it is written today."""
    for upgrade in kind.upgrades[version:]:
        body = upgrade.body(body)
    return body


def knows(kind: Kind, body: Mapping[str, Any]) -> bool:
    """Whether this version has a place for all that a document says."""
    parts = body.get("parts", {})
    own = {"parts", *(column.name for column in kind.root.columns), *(link.name for link in kind.links)}
    if not (body.keys() <= own and parts.keys() <= {part.name for part in kind.parts}):
        return False
    return all(
        row.keys() <= {"uid", part.parent_name, *(column.name for column in part.columns)}
        for part in kind.parts
        for row in parts.get(part.name, ())
    )


def described(kind: Kind, bodies: Sequence[Mapping[str, Any]]) -> list[ReadDocument | None]:
    """The documents as they are read today; None for one that the columns of today do not take."""
    if not bodies:
        return []
    try:
        with transaction.atomic():
            return list(describe_documents(kind, [(NOBODY, body) for body in bodies]))
    except DataError:
        if len(bodies) == 1:
            return [None]
    half = len(bodies) // 2
    return [*described(kind, bodies[:half]), *described(kind, bodies[half:])]


def follow(table: str, columns: Iterable[str], became: str, params: list[Any]) -> None:
    """Let columns of digests name what their documents became, through as many releases as lie between."""
    with connection.cursor() as cursor:
        for column in columns:
            moved = 1
            while moved:
                cursor.execute(
                    f"UPDATE {table} t SET {column} = m.became FROM ({became}) m"  # nosec B608 # quoted names
                    f" WHERE t.kind = m.kind AND t.{column} = m.former",
                    params,
                )
                moved = cursor.rowcount


def _move_paths(kinds: Mapping[str, Kind]) -> None:
    """Let places in what was planned, decided and locked be called as they are today."""
    changes = Change.objects.filter(kind__in=kinds).exclude(deviations=[], pins=[], conflicts=[])
    for change in changes.iterator(AT_ONCE):
        move = Mover(kinds[change.kind])
        former = [change.pins, change.conflicts, change.deviations]
        change.pins = [path for old in change.pins if (path := move(old)) is not None]
        change.conflicts = [[path, side] for old, side in change.conflicts if (path := move(old)) is not None]
        change.deviations = list(move.kept(change.deviations))
        if [change.pins, change.conflicts, change.deviations] != former:
            change.save(update_fields=["pins", "conflicts", "deviations"])
    for receipt in Receipt.objects.filter(former_deviations__isnull=False).iterator(AT_ONCE):
        former = receipt.former_deviations or []
        receipt.former_deviations = [
            kept
            for row in former
            for kept in (Mover(kinds[row["kind"]]).kept([row]) if row["kind"] in kinds else [row])
        ]
        if receipt.former_deviations != former:
            receipt.save(update_fields=["former_deviations"])
    for rule in ItemRule.objects.filter(kind__in=kinds):
        move = Mover(kinds[rule.kind])
        rule.locked_paths = [path for old in rule.locked_paths if (path := move(old)) is not None]
        rule.save(update_fields=["locked_paths"])
    for decision in Decision.objects.filter(kind__in=kinds).exclude(path="").iterator(AT_ONCE):
        path = Mover(kinds[decision.kind])(decision.path)
        if path is None:
            decision.delete()
        elif path != decision.path:
            decision.path = path
            decision.save(update_fields=["path"])


class Mover:
    """Where places in the documents of a kind are today. A name that is gone is never used again, so whoever asks of a
    place that was moved already gets it as it is."""

    def __init__(self, kind: Kind) -> None:
        self._kind = kind

    def __call__(self, path: str) -> str | None:
        """The path of today; None for a place that is no longer there."""
        for upgrade in self._kind.upgrades:
            moved = upgrade.path(path)
            if moved is None:
                return None
            path = moved
        return path

    def kept(self, rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """What stays as it is somewhere, with the paths of today."""
        for row in rows:
            path = self(row["path"])
            if path is not None:
                yield {**row, "path": path}
