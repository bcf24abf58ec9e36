"""What one fault came to, and the table of all of them."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass
class Row:
    """One fault: how often it was tried, how often everything held, and what did not.

    `control` is what the same fault does without the protection, or what a planted breach shows: 0 or "" where there is
    none. `missing` says why a fault could not be tried on this machine; it then counts as neither held nor broken.
    """

    fault: str
    tried: int = 0
    survived: int = 0
    lost: int = 0
    doubled: int = 0
    half: int = 0
    control: str = ""
    note: str = ""
    missing: str = ""
    failures: list[str] = field(default_factory=list)

    @property
    def held(self) -> bool:
        """Whether everything that was tried held."""
        broken = self.lost or self.doubled or self.half or self.failures
        return not broken and self.survived == self.tried and bool(self.tried or self.missing)

    def add(self, verdict: "Verdict") -> None:
        """Count one attempt."""
        self.tried += 1
        self.survived += verdict.ok
        self._note(verdict)

    def add_targets(self, verdict: "Verdict", targets: int) -> None:
        """Count so many targets as one attempt each, where every sentence of the verdict is about one of them."""
        self.tried += targets
        self.survived += targets - len(verdict.sentences)
        self._note(verdict)

    def _note(self, verdict: "Verdict") -> None:
        self.lost += len(verdict.lost)
        self.doubled += len(verdict.doubled)
        self.half += len(verdict.half)
        self.failures += verdict.sentences

    def as_json(self) -> dict[str, Any]:
        """Plain data, for --json."""
        return {**asdict(self), "held": self.held}


@dataclass
class Verdict:
    """What was found after a fault; each list names what is not as it must be."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    half: list[str] = field(default_factory=list)
    other: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether everything is as it must be."""
        return not (self.lost or self.doubled or self.half or self.other)

    @property
    def sentences(self) -> list[str]:
        """Everything that is wrong, one line each."""
        named = {"lost": self.lost, "doubled": self.doubled, "half-applied": self.half, "": self.other}
        return [f"{name}: {found}" if name else found for name, lines in named.items() for found in lines]

    def about(self, what: str) -> "Verdict":
        """The same, with every sentence naming what was done."""
        lists = ([f"{what}: {line}" for line in found] for found in (self.lost, self.doubled, self.half, self.other))
        return Verdict(*lists)


HEADINGS = ("fault", "tried", "survived", "lost", "doubled", "half-applied", "control")


def print_table(rows: Iterable[Row]) -> None:
    """The table, and below it what the notes and failures say."""
    rows = list(rows)
    cells = [HEADINGS, *(_cells(row) for row in rows)]
    widths = [max(len(line[number]) for line in cells) for number in range(len(HEADINGS))]
    for number, line in enumerate(cells):
        print("  ".join([line[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(line[1:], widths[1:], strict=True))]))
        if number == 0:
            print("  ".join("-" * width for width in widths))
    for row in rows:
        for text in filter(None, [row.note, row.missing and f"not possible here: {row.missing}"]):
            print(f"\n{row.fault}: {text}", end="")
        for failure in row.failures[:20]:
            print(f"\n{row.fault}: FELL SHORT: {failure}", end="")
    print()


def _cells(row: Row) -> tuple[str, ...]:
    counts = (row.tried, row.survived, row.lost, row.doubled, row.half)
    shown = ["–" if row.missing else str(count) for count in counts]
    return (("" if row.held else "✗ ") + row.fault, *shown, row.control or "–")
