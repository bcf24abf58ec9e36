"""Parts of the first page: the chart of the last weeks, which other pages have as well, and addresses of the matrix."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django import template
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from settings_sync.services.administrations.days import Week
from settings_sync.services.trends.reading import Pace, Waiting
from settings_sync.wording.lengths import about_in_words

register = template.Library()

HEIGHT = 28
STEP = 12
BAR = 9
HUNDRED = 100
Bar = tuple[date, float | None, str]
"""The end of a week, what stands at it, or None, and that in words."""


@register.inclusion_tag("home/weeks.html")
def weeks_chart(weeks: Sequence[Week]) -> dict[str, Any]:
    """The last weeks as bars, drawn as SVG; each tells its figure to who points at it."""
    # What nobody had counted yet is left away, and not drawn as a gap.
    counted = [week for week in weeks if week.percent is not None]
    last = counted[-1].percent if counted else None
    label = _("In line over the last 12 weeks; %(percent)s %% now") % {"percent": last}
    return {"chart": _drawn(_percents(counted), HUNDRED, label), "last": last}


@register.inclusion_tag("includes/bars.html")
def percent_bars(weeks: Sequence[Week], label: str) -> dict[str, Any]:
    """Weeks as bars of a hundred, with a gap where nobody had counted."""
    return {"chart": _drawn(_percents(weeks), HUNDRED, label)}


@register.inclusion_tag("includes/bars.html")
def waiting_bars(weeks: Sequence[Waiting], label: str) -> dict[str, Any]:
    """How many decisions waited, as bars of the most that there were."""
    bars = [(week.ends_on, week.number, str(week.number)) for week in weeks]
    return {"chart": _drawn(bars, _most(bars), label, "warn")}


@register.inclusion_tag("includes/bars.html")
def pace_bars(paces: Sequence[tuple[date, Pace | None]], label: str) -> dict[str, Any]:
    """How long publishing took in the middle, as bars of the longest that it did."""
    bars = [
        (day, pace.median.total_seconds() if pace else None, about_in_words(pace.median) if pace else "")
        for day, pace in paces
    ]
    return {"chart": _drawn(bars, _most(bars), label, "info")}


@register.filter
def about(length: timedelta) -> str:
    """How long something took, in words."""
    return about_in_words(length)


def _percents(weeks: Iterable[Week]) -> list[Bar]:
    return [(week.ends_on, week.percent, f"{week.percent} %") for week in weeks]


def _most(bars: Iterable[Bar]) -> float:
    return max((value or 0 for _day, value, _words in bars), default=0)


def _drawn(bars: Sequence[Bar], most: float, label: str, colour: str = "") -> dict[str, Any]:
    # Texts, and not numbers, which a template would write as the reader's language has them: four times as slow.
    drawn = [
        {
            "x": str(number * STEP),
            "y": str(HEIGHT - _height(value, most)),
            "height": str(_height(value, most)),
            "title": f"{date_format(day, 'SHORT_DATE_FORMAT')}: {words}",
        }
        for number, (day, value, words) in enumerate(bars)
        if value is not None
    ]
    size = {"width": str(max(len(bars) * STEP, STEP)), "height": str(HEIGHT), "bar_width": str(BAR)}
    return {"bars": drawn, "label": label, "colour": colour, **size}


def _height(value: float | None, most: float) -> int:
    # At least a line, or a week in which nothing was in line would look like one that nobody counted.
    return max(round((value or 0) * HEIGHT / (most or 1)), 1)


@register.simple_tag
def picture_url(query: str, group: str, opened: str) -> str:
    """The address of the page narrowed as it is, with a category opened or none."""
    asked = {"q": query, "group": group, "open": opened}
    return f"?{urlencode({name: value for name, value in asked.items() if value})}"
