"""What was said about one item, and which side each of its places takes: lock, pin, decision, policy, in that order."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from .threeway import SHAPES, Shape, covers, field_of

Key = tuple[str, int]
OVERRULING = ("overwrite", "put_back", "bring_back")


@dataclass(frozen=True)
class Decided:
    """What was decided about an item: a word for all of it, or a side (`local`, `source`) per path."""

    word: str = ""
    couple: Key | None = None
    name: str = ""
    sides: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Rules:
    """What is said about the paths of one item: by locks, pins, decisions and policies, in that order."""

    key: Key
    pinned: frozenset[str]
    agreed: frozenset[str]
    locked: frozenset[str]
    policies: Mapping[str, str]
    decided: Decided
    row: str = ""
    meets: bool = False
    becoming: Mapping[Key, Key] = field(default_factory=dict)
    """What is coupled in the same sync, by what it is until then."""
    above: Mapping[str, str] = field(default_factory=dict)
    """By the path of a part that of its section: where that is kept, what stands in it is kept as well."""

    @property
    def shape(self) -> Shape:
        return SHAPES[self.key[0]]

    @property
    def everything(self) -> bool:
        return self.decided.word in ("overwrite", "put_back")

    @property
    def keeps(self) -> bool:
        """Whether it was decided to stay as it is; of what is locked as a whole nobody can decide that."""
        return self.decided.word == "keep_local" and "" not in self.locked

    @property
    def drops_what_was_kept(self) -> bool:
        """Overruling drops agreements, and pins where a lock meets them; any other pin goes before the decision."""
        return self.meets or not self.pinned

    @property
    def puts_back(self) -> bool:
        return self.policies["changed_locally"] == "put_back"

    @property
    def takes_a_path(self) -> bool:
        return "source" in self.decided.sides.values()

    @property
    def agreeing(self) -> frozenset[str]:
        """The paths that are agreed to stay by what is decided now."""
        sides = self.decided.sides.items()
        return frozenset({""}) if self.keeps else frozenset(field_of(p) for p, s in sides if s == "local")

    def force(self, path: str) -> str:
        """The side that a path takes, conflict or not; empty where the changes say."""
        if covers(self.locked, path):
            return "source"
        if covers(self.pinned, path):
            return "local"
        if self.keeps:
            return "local"
        if self.row == "both changed":
            return "source" if self.everything else ""
        if self.row == "behind":
            return ""
        goes_back = self.everything or (self.puts_back and not self._holds(self.agreed, path))
        return self._said(path) or ("source" if goes_back else "local")

    def force_around(self, asked: frozenset[str], path: str) -> str:
        """What is asked, and what was agreed, stays as it is; all else that only changed here goes back."""
        return self.force(path) or ("" if self._holds(self.agreed | asked, path) else "source")

    def answer(self, path: str) -> str:
        """The side that a conflict takes; empty when nobody says so."""
        by_policy = {"keep_local": "local", "overwrite": "source"}.get(self.policies["conflict"], "")
        return self._said(path) or by_policy

    def wish(self, path: str) -> str:
        """The side that was decided for what is no conflict."""
        return self._said(path)

    def _section_of(self, path: str) -> str:
        return self.above.get("/".join(path.split("/")[:2]), "")

    def _holds(self, paths: frozenset[str], path: str) -> bool:
        """Whether something is among the paths, or something above it."""
        section = self._section_of(path)
        return covers(paths, path) or (bool(section) and covers(paths, section))

    def _said(self, path: str) -> str:
        """The side that was decided for a path, or for what is next above it."""
        steps = path.split("/")
        paths = ["/".join(steps[:length]) for length in range(len(steps), 0, -1)]
        sides = self.decided.sides
        return next((sides[found] for found in (*paths, self._section_of(path)) if found in sides), "")
