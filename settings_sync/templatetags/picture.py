"""Parts of the first page: the chart of the last weeks, and addresses of the matrix."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django import template

from settings_sync.services.administrations.days import Week

register = template.Library()

HEIGHT = 28
STEP = 12
BAR = 9


@register.inclusion_tag("home/weeks.html")
def weeks_chart(weeks: Sequence[Week]) -> dict[str, Any]:
    """The last weeks as bars, drawn as SVG; each tells its figure to who points at it."""
    # What nobody had counted yet is left away, and not drawn as a gap.
    counted = [week for week in weeks if week.percent is not None]
    bars = [
        {
            "x": number * STEP,
            "y": HEIGHT - _height(week.percent),
            "height": _height(week.percent),
            "week": week,
        }
        for number, week in enumerate(counted)
    ]
    last = counted[-1].percent if counted else None
    return {"bars": bars, "width": len(counted) * STEP, "height": HEIGHT, "bar_width": BAR, "last": last}


def _height(percent: int | None) -> int:
    # At least a line, or a week in which nothing was in line would look like one that nobody counted.
    return max(round((percent or 0) * HEIGHT / 100), 1)


@register.simple_tag
def picture_url(query: str, group: str, opened: str) -> str:
    """The address of the page narrowed as it is, with a category opened or none."""
    asked = {"q": query, "group": group, "open": opened}
    return f"?{urlencode({name: value for name, value in asked.items() if value})}"
