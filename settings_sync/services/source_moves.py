"""What was changed in the main administration after a preview was made: the preview brings what it showed, not that."""

import hashlib
from dataclasses import dataclass

from ..models import Change, Plan
from ..reading.index import look_at
from ..verdicts import Action

BROUGHT = (Action.CREATE, Action.UPDATE, Action.COUPLE)
NAMED = 3


@dataclass(frozen=True)
class SourceMoves:
    """The settings that a plan brings and that stand otherwise in the main administration now.

    `mark` is another text for each other state of them, and empty when there are none.
    """

    names: tuple[str, ...] = ()
    mark: str = ""

    @property
    def named(self) -> tuple[str, ...]:
        return self.names[:NAMED]

    @property
    def more(self) -> int:
        return max(len(self.names) - NAMED, 0)


def find_source_moves(plan: Plan) -> SourceMoves:
    """What moved since; nothing for a plan that takes a run back, or was carried out. A fixed number of queries."""
    if plan.is_undo or hasattr(plan, "run"):
        return SourceMoves()
    brought = Change.objects.filter(plan_target__plan=plan, action__in=BROUGHT, source_digest__isnull=False)
    seen = brought.order_by("label", "uid").values_list("kind", "uid", "label", "source_digest").distinct()
    entries = look_at(plan.administration).entries
    moved, mark = [], hashlib.sha256()
    for kind, uid, label, digest in seen:
        entry = entries.get((kind, uid))
        if entry is None or bytes(entry.digest) != bytes(digest or b""):
            moved.append(label)
            mark.update(uid.bytes + (bytes(entry.digest) if entry else b""))
    return SourceMoves(tuple(moved), mark.hexdigest() if moved else "")
