"""How a figure grows with the number of administrations N: the a and b for which a·N + b·N² fits it best."""

from collections.abc import Mapping, Sequence
from typing import Any

# Of these the figure is what one administration takes, so that all of them take N times as long.
PER_ADMINISTRATION = ("engine_ms", "target_ms", "migrate_ms")
IN_SECONDS = ("plan_s", "apply_s", "unchanged_s", "undo_plan_s", "migrate_noop_s")

Law = dict[str, float]


def show_growth(measured: Sequence[Mapping[str, Any]]) -> dict[str, Law]:
    """Print the law of every figure, in milliseconds, and return it by the figure's name."""
    sizes = [int(figures["administrations"]) for figures in measured]
    totals = [_totals(figures) for figures in measured]
    print("\nGrowth: a·N + b·N² milliseconds for N administrations; the share of the second term at the largest N.\n")
    print(f"{'':24}{'a':>14}{'b':>14}{'b·N² of all':>14}")
    laws = {}
    for name in totals[0]:
        linear, quadratic = fit(sizes, [total[name] for total in totals])
        laws[name] = {"a": linear, "b": quadratic}
        whole = linear * sizes[-1] + quadratic * sizes[-1] ** 2
        share = quadratic * sizes[-1] ** 2 / whole if whole else 0.0
        print(f"{name:24}{linear:14.4f}{quadratic:14.6f}{share:14.0%}")
    return laws


def _totals(figures: Mapping[str, Any]) -> dict[str, float]:
    """Every figure as the milliseconds that all administrations take together."""
    number = figures["administrations"]
    totals = {name: figures[name] * number for name in PER_ADMINISTRATION}
    totals |= {name: figures[name] * 1000 for name in IN_SECONDS}
    totals["reaper_ms"] = figures["reaper_ms"]
    return totals | {f"page {name}": page["ms"] for name, page in figures["pages"].items()}


def fit(sizes: Sequence[int], totals: Sequence[float]) -> tuple[float, float]:
    """The a and b of a·N + b·N² with the least squares of what each total is off by, as a part of that total.

    As a part, or the largest size alone would decide.
    """
    rows = [(size / total, size**2 / total) for size, total in zip(sizes, totals, strict=True) if total > 0]
    aa, ab, bb = (sum(row[i] * row[j] for row in rows) for i, j in ((0, 0), (0, 1), (1, 1)))
    a1 = sum(row[0] for row in rows)
    b1 = sum(row[1] for row in rows)
    determinant = aa * bb - ab * ab
    if not determinant:
        return (a1 / aa if aa else 0.0), 0.0
    return (a1 * bb - b1 * ab) / determinant, (b1 * aa - a1 * ab) / determinant
