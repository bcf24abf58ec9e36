"""The bar of an administration: how much of it is in line with the main administration, and what is not."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

register = template.Library()

BAR_WIDTH = 120
BAR_SEGMENTS = {
    "in_line": _("in line"),
    "behind": _("behind"),
    "changed_locally": _("changed by itself"),
    "conflict": _("waits for a decision"),
}
BAR_WORDS = {
    "conflict": ngettext_lazy("%d waits for a decision", "%d wait for a decision"),
    "behind": ngettext_lazy("%d is behind", "%d are behind"),
    "changed_locally": ngettext_lazy("%d changed by itself", "%d changed by itself"),
}


@register.inclusion_tag("includes/alignment_bar.html")
def alignment_bar(counts: Any, words: bool = True) -> dict[str, Any]:
    """The proportional bar of in line, behind, changed by itself and waiting for a decision, with its words."""
    numbers = {key: _count(counts, key) for key in BAR_SEGMENTS}
    missing = _count(counts, "missing")
    # To people what has not come yet is behind as well; the API tells the two apart.
    numbers["behind"] += missing
    is_untouched = missing > 0 and missing == sum(numbers.values())
    description = str(_("nothing received yet")) if is_untouched else _describe(numbers)
    return {"segments": _segments(numbers), "width": BAR_WIDTH, "description": description, "words": words}


@register.inclusion_tag("includes/alignment_legend.html")
def alignment_legend() -> dict[str, Any]:
    """What the colours of the bar mean."""
    return {"segments": BAR_SEGMENTS.items()}


def _count(counts: Any, key: str) -> int:
    value = counts.get(key) if isinstance(counts, Mapping) else getattr(counts, key, 0)
    return int(value or 0)


def _segments(numbers: dict[str, int]) -> list[dict[str, Any]]:
    total = sum(numbers.values())
    widths = _widths([number for number in numbers.values() if number], total)
    rows = []
    x = 0.0
    for (key, _number), width in zip(((k, n) for k, n in numbers.items() if n), widths, strict=True):
        rows.append({"key": key, "x": f"{x:.2f}", "width": f"{width:.2f}"})
        x += width
    return rows


def _widths(numbers: list[int], total: int, least: float = 5.0) -> list[float]:
    """Proportional widths of which none is too narrow to see."""
    room = BAR_WIDTH - least * len(numbers)
    return [least + room * number / total for number in numbers]


def _describe(numbers: dict[str, int]) -> str:
    total = sum(numbers.values())
    if not total:
        return str(_("nothing to compare"))
    if numbers["in_line"] == total:
        return str(_("everything in line"))
    return " · ".join(str(words % numbers[key]) for key, words in BAR_WORDS.items() if numbers[key])
