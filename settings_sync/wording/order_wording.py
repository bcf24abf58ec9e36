"""When a standing order works, in words."""

from collections.abc import Collection, Mapping
from typing import Any

from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from settings_sync.planning.moments import When
from tenants.entries import written

EVERY_DAY = list(range(1, 8))
MORNING = 6
SHORTEST_RANGE = 3


def when_in_words(when: Mapping[str, Any]) -> str:
    """What makes an order due, such as “every night at 02:00”."""
    at = str(when.get("at", ""))
    kind = when.get("kind")
    if kind == When.WEEKLY:
        return _("%(day)s at %(time)s") % {"day": WEEKDAYS[int(when["weekday"]) - 1], "time": at}
    if kind == When.ONCE:
        return _("once, on %(moment)s") % {"moment": written("date_time", at)}
    if kind == When.PUBLISHED:
        return _quiet_in_words(int(when.get("quiet_minutes", 0)))
    is_night = int(at.partition(":")[0]) < MORNING
    return (_("every night at %(time)s") if is_night else _("every day at %(time)s")) % {"time": at}


def limits_in_words(windows: Mapping[str, Any]) -> list[str]:
    """When it may write and when it may not, each as a few words; nothing where it always may."""
    limits = [_window_in_words(row) for row in windows.get("allow", ())]
    closed = windows.get("closed", ())
    if len(closed) == 1:
        limits.append(_("not on %(day)s") % {"day": written("date", closed[0])})
    elif closed:
        limits.append(ngettext("not on %d day", "not on %d days", len(closed)) % len(closed))
    return [*limits, *(_closed_in_words(row) for row in windows.get("closed_in", ()))]


def _closed_in_words(row: Mapping[str, Any]) -> str:
    """Days on which nothing is written in one group."""
    number = len(row["days"])
    text = ngettext("%(group)s: not on %(number)d day", "%(group)s: not on %(number)d days", number)
    return text % {"group": row["group"], "number": number}


def days_in_words(days: Collection[int]) -> str:
    """Days of the week, 1 being Monday: “Mon–Fri”, or one by one."""
    found = sorted(set(days))
    names = [str(WEEKDAYS_ABBR[day - 1]) for day in found]
    is_range = len(found) >= SHORTEST_RANGE and found[-1] - found[0] == len(found) - 1
    return f"{names[0]}–{names[-1]}" if is_range else ", ".join(names)


def _quiet_in_words(minutes: int) -> str:
    if not minutes:
        return _("as soon as something is published")
    text = ngettext(
        "after publishing, once nothing was published for %d minute",
        "after publishing, once nothing was published for %d minutes",
        minutes,
    )
    return text % minutes


def _window_in_words(row: Mapping[str, Any]) -> str:
    times = {"from": row["from"], "until": row["until"]}
    days = row.get("days", EVERY_DAY)
    groups = row.get("groups", ())
    if sorted(set(days)) == EVERY_DAY:
        words = _("between %(from)s and %(until)s") % times
    else:
        words = _("between %(from)s and %(until)s (%(days)s)") % {**times, "days": days_in_words(days)}
    return f"{', '.join(groups)}: {words}" if groups else words
