"""What people decide about a preview, drawn for a history: any decision that the row of the table allows."""

from typing import Any

from settings_sync.planning.verdicts import Word
from settings_sync.services.deciding.deciding import Asked

from . import drawing
from .edits import NAMES
from .model import Key, Outcome, Stand
from .rulings import Decided
from .statements import uid_of

BOTH = ("keep_local", "overwrite", "put_back", "create_as", "skip", "sides")
WORDS = {
    "new": ("couple", "couple", "create_as", "skip"),
    "removed locally": ("bring_back", "leave", "create_as", "skip"),
    "behind": ("overwrite", "keep_local", "create_as", "skip"),
    "removed in the source": ("keep_local", "archive", "delete", "skip"),
    "removed / changed": ("keep_local", "archive", "delete", "skip"),
    "both changed": BOTH,
    "changed locally": BOTH[:-1],
    "rejoined": BOTH[:-1],
    "already equal": BOTH[:-1],
}
"""What can be decided in each row of the table."""

FIXED = ("layout", "vat")
"""What schemes need stands there from the beginning, and nothing writes it: it is given no other name."""

SIDES = {"local": Word.KEEP_LOCAL, "source": Word.OVERWRITE}


class Decisions:
    """The decisions about one child of a preview: `found` as the model takes them, what `draw` gives for the engine."""

    def __init__(self, data: Any, slug: str, child: Stand, followed: set[Key]) -> None:
        self.data, self.slug, self.child, self.followed = data, slug, child, followed
        self.found: dict[Key, Decided] = {}

    def draw(self, told: dict[Key, Outcome]) -> list[Asked]:
        """Decide about up to three items."""
        open_to = sorted(key for key, outcome in told.items() if outcome.row in WORDS)
        if not open_to:
            return []
        keys = self.data.draw(drawing.some_of(open_to, least=1, most=3))
        new = [key for key in open_to if told[key].row == "new" and not told[key].couple]
        keys += new[:3] if self.data.draw(drawing.booleans()) else []
        asking = sorted(key for key, outcome in told.items() if outcome.asks_default)
        return [asked for key in sorted({*keys, *asking[:1]}) for asked in self._draw_about(key, told[key])]

    def _draw_about(self, key: Key, outcome: Outcome) -> list[Asked]:
        if outcome.asks_default:
            return self._draw_default(key)
        words = [word for word in WORDS[outcome.row] if word != "create_as" or key[0] not in FIXED]
        word = self.data.draw(drawing.sampled_from(words))
        if word == "sides":
            return self._draw_sides(key, outcome)
        couple = self._draw_own(key) if word == "couple" else None
        if word == "couple" and couple is None:
            return []
        name = self.data.draw(NAMES) if word == "create_as" else ""
        self.found[key] = Decided(word, couple, name)
        with_uid = uid_of(*couple) if couple else None
        return [Asked(uid_of(*key), Word(word), target=self.slug, couple_with=with_uid, name=name)]

    def _draw_own(self, key: Key) -> Key | None:
        taken, items = {found.couple for found in self.found.values()}, self.child.items
        own = [
            other
            for other in sorted(items)
            if other[0] == key[0] and other not in self.followed | taken and self._is_free(other)
        ]
        if not own:
            return None
        crossed = self.data.draw(drawing.integers(0, 3))
        return own[-crossed % len(own)]

    def _is_free(self, own: Key) -> bool:
        """Whether the child's own item can be coupled: also one that follows what the main removed, unless something
        was said about it; how that goes along is told in `test_pairs.py`."""
        return own not in self.child.base or not (own in self.child.pinned or own in self.child.agreed)

    def _draw_sides(self, key: Key, outcome: Outcome) -> list[Asked]:
        sides = {path: self.data.draw(drawing.sampled_from(["local", "source"])) for path in sorted(outcome.conflicts)}
        if sides:
            self.found[key] = Decided(sides=sides)
        return [Asked(uid_of(*key), SIDES[side], target=self.slug, path=path) for path, side in sides.items()]

    def _draw_default(self, key: Key) -> list[Asked]:
        """Which of the two is the default from now on."""
        side = self.data.draw(drawing.sampled_from(["local", "source", "source"]))
        self.found[key] = Decided(sides={"is_default": side})
        return [Asked(uid_of(*key), SIDES[side], target=self.slug, path="is_default")]
