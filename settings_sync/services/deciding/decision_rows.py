"""The stored decisions of a round, read once, changed in memory and written with a fixed number of statements."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from settings_sync.models import Change, Decision
from settings_sync.planning.values import Key
from settings_sync.planning.verdicts import Word

Place = tuple[int, Key]
"""(plan target, item)"""


class DecisionRows:
    """What was decided about these changes, by item and path."""

    def __init__(self, changes: Iterable[Change]) -> None:
        self._rows: dict[Place, dict[str, Decision]] = defaultdict(dict)
        self._gone: set[int] = set()
        self._written: set[tuple[Place, str]] = set()
        found = list(changes)
        targets = {change.plan_target_id for change in found}
        uids = {change.uid for change in found}
        for row in Decision.objects.filter(plan_target__in=targets, uid__in=uids):
            self._rows[row.plan_target_id, (row.kind, row.uid)][row.path] = row

    def put(self, change: Change, path: str, word: Word | None, values: dict[str, Any]) -> None:
        """A decision in place of an earlier one; one about the whole item replaces those about its fields.

        Without a word, or with the one that leaves it to the fields, what was decided there is withdrawn.
        """
        place = (change.plan_target_id, (change.kind, change.uid))
        if word is None or word == Word.MERGE:
            self._take(place, path)
            return
        # Beside a coupling or another name something is left to decide: own parts, and who is the default.
        if not path and word not in (Word.COUPLE, Word.CREATE_AS):
            for other in list(self._rows[place]):
                self._take(place, other)
        self._take(place, path)
        values = {**values, "word": word, "decided_at": timezone.now()}
        self._rows[place][path] = Decision(
            plan_target_id=change.plan_target_id, kind=change.kind, uid=change.uid, path=path, **values
        )
        self._written.add((place, path))

    def store(self) -> None:
        """Write what changed."""
        # First, because there is one decision about each place.
        Decision.objects.filter(pk__in=self._gone).delete()
        Decision.objects.bulk_create(self._rows[place][path] for place, path in sorted(self._written, key=str))

    def _take(self, place: Place, path: str) -> None:
        former = self._rows[place].pop(path, None)
        if former is not None and former.pk is not None:
            self._gone.add(former.pk)
        self._written.discard((place, path))
