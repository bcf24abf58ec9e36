"""What was changed in the main administration after a preview was made: who confirms is told, or it is held."""

import hashlib
from dataclasses import dataclass

from settings_sync.engine.reading.index import look_at
from settings_sync.models import Change, Plan, SnapshotItem
from settings_sync.planning.values import Key

from .change_rows import does_something

NAMED = 3


@dataclass(frozen=True)
class SourceMoves:
    """The settings that a plan is about and that stand otherwise in the main administration now, by name and by key.

    `mark` is another text for each other state of them, and empty when there are none.
    """

    names: tuple[str, ...] = ()
    keys: tuple[Key, ...] = ()
    mark: str = ""

    @property
    def named(self) -> tuple[str, ...]:
        return self.names[:NAMED]

    @property
    def more(self) -> int:
        return max(len(self.names) - NAMED, 0)


def find_source_moves(plan: Plan) -> SourceMoves:
    """What moved since; nothing for a plan that takes a run back, or was carried out. A fixed number of queries."""
    return SourceMoves() if hasattr(plan, "run") else moved_since(plan)


def moved_since(plan: Plan) -> SourceMoves:
    """The same of a plan that was confirmed, and may wait for an approval."""
    if plan.is_undo:
        return SourceMoves()
    changes = Change.objects.filter(does_something(), plan_target__plan=plan)
    # In a fixed order, because the mark is taken over all of them in turn.
    about = changes.order_by("label", "uid").values_list("kind", "uid", "label").distinct()
    shown = _digests(plan)
    now = look_at(plan.administration).entries
    moved = {}
    mark = hashlib.sha256()
    for kind, uid, label in about:
        entry = now.get((kind, uid))
        # That it is gone is a state like any other, and no digest is empty.
        stands = entry.digest if entry else b""
        if stands != shown.get((kind, uid), b""):
            moved[kind, uid] = label
            mark.update(uid.bytes + stands)
    return SourceMoves(tuple(moved.values()), tuple(moved), mark.hexdigest() if moved else "")


def _digests(plan: Plan) -> dict[Key, bytes]:
    """What the preview was made from."""
    found = SnapshotItem.objects.filter(snapshot=plan.snapshot_id).values_list("kind", "uid", "digest")
    return {(kind, uid): bytes(digest) for kind, uid, digest in found}
