"""Taking times, and showing them: a table on standard output, how far it is on standard error."""

import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable

Medians = dict[str, dict[str, float]]


class Times:
    """Seconds per scenario and way."""

    def __init__(self) -> None:
        self.taken: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))

    def take(self, scenario: str, way: str, run: Callable[[], object], per: float = 1.0) -> None:
        """Run something and note its time, divided by `per`: by how many it did, or by which part of the whole."""
        started = time.perf_counter()
        run()
        self.add(scenario, way, (time.perf_counter() - started) / per)

    def add(self, scenario: str, way: str, seconds: float) -> None:
        """Note a time."""
        self.taken[scenario][way].append(seconds)
        tell(f"{scenario}, {way}: {seconds:.4f} s")

    def medians(self) -> Medians:
        """The median in seconds per scenario and way."""
        return {
            scenario: {way: statistics.median(found) for way, found in of.items()}
            for scenario, of in self.taken.items()
        }

    def show(self, ways: Iterable[str], baseline: str) -> None:
        """A table of medians, each with its ratio to the baseline's."""
        ways = list(ways)
        print(f"{'':24}" + "".join(f"{way:>26}" for way in ways))
        for scenario, of in self.medians().items():
            cells = [_cell(of.get(way), of.get(baseline)) for way in ways]
            print(f"{scenario:24}" + "".join(f"{cell:>26}" for cell in cells))


def _cell(median: float | None, baseline: float | None) -> str:
    if median is None:
        return "–"
    return f"{median * 1000:11.1f} ms" + (f" {median / baseline:8.1f}×" if baseline else "")


def tell(line: str) -> None:
    """Say on standard error how far it is."""
    print(line, file=sys.stderr, flush=True)
