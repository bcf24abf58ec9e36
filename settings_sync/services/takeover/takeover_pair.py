"""One setting of the administration's own beside one of the main administration, as people see them."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from settings_sync.declaring.kinds import all_kinds
from settings_sync.engine.reading.index import read_documents
from settings_sync.models import Change, Document, SnapshotItem
from settings_sync.services.previews.change_details import Place, content_of

from .own_settings import Counterpart, OwnRow, rank_counterparts
from .takeover import Own, Takeover, TakeoverRow


@dataclass(frozen=True)
class Pair:
    """The two sides, and every setting of the main of that kind to choose from, the most alike first."""

    row: OwnRow
    candidates: tuple[Counterpart, ...]
    own: tuple[Place, ...]
    beside: Counterpart | None
    main: tuple[Place, ...]


def read_pair(takeover: Takeover, row: OwnRow, beside: uuid.UUID | None = None) -> Pair:
    """A row with its candidates; `beside` is the one to look at, without it what is chosen or else the most alike."""
    candidates = tuple(rank_counterparts(takeover, row.own))
    by_uid = {str(one.row.uid): one for one in candidates}
    shown = by_uid.get(str(beside or row.choice)) or (candidates[0] if candidates else None)
    labels = _labels(takeover)
    main = _main_side(shown.row, labels) if shown else ()
    return Pair(row, candidates, _own_side(takeover, row.own, labels), shown, main)


def _main_side(row: TakeoverRow, labels: Mapping[str, str]) -> tuple[Place, ...]:
    digest = Change.objects.values_list("source_digest", flat=True).get(pk=row.id)
    body = Document.objects.values_list("body", flat=True).get(pk=digest)
    return content_of(all_kinds()[row.kind], body, labels)


def _own_side(takeover: Takeover, own: Own, labels: Mapping[str, str]) -> tuple[Place, ...]:
    found = read_documents(takeover.administration.schema_name, {(own.kind, own.uid)})
    return tuple(place for one in found.values() for place in content_of(all_kinds()[own.kind], one.body, labels))


def _labels(takeover: Takeover) -> dict[str, str]:
    main = SnapshotItem.objects.filter(snapshot=takeover.plan.snapshot_id).values_list("uid", "label")
    return {str(uid): label for uid, label in main} | {str(one.uid): one.label for one in takeover.own}
