"""Rings of standing orders, in words."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from settings_sync.planning.stages import Rollout, Stage, Start, Who

HOUR = 60
DAY = 24 * HOUR


def stage_in_words(stage: Stage) -> str:
    """Who is in a ring, such as “10 % of the administrations”."""
    if stage.who == Who.GROUP:
        return _("group %(name)s") % {"name": stage.group}
    if stage.who == Who.NUMBER:
        return ngettext("%d administration", "%d administrations", stage.size) % stage.size
    if stage.who == Who.PERCENT:
        return _("%(share)d %% of the administrations") % {"share": stage.size}
    return _("the rest")


def start_in_words(stage: Stage) -> str:
    """When a ring begins; what the first one waits for is told elsewhere."""
    if stage.start == Start.AFTER:
        return _("%(time)s after the former one") % {"time": time_in_words(stage.minutes)}
    if stage.start == Start.APPROVAL:
        return _("once somebody approves")
    return _("once the former one is done")


def rings_in_words(rollout: Rollout) -> str:
    """All rings in one line; empty where everything goes at once."""
    parts = [stage_in_words(stage) for stage in rollout.stages[:1]]
    for stage in rollout.stages[1:]:
        words = {"who": stage_in_words(stage), "when": start_in_words(stage)}
        parts.append(_("%(who)s (%(when)s)") % words)
    return ", ".join(parts)


def stop_in_words(rollout: Rollout) -> str:
    """When it goes no further."""
    if rollout.is_percentage:
        return _("Stops when more than %(share)d %% fail or are held.") % {"share": rollout.at_most}
    if not rollout.at_most:
        return _("Stops at the first administration that fails or is held.")
    text = ngettext(
        "Stops when more than %d administration fails or is held.",
        "Stops when more than %d administrations fail or are held.",
        rollout.at_most,
    )
    return text % rollout.at_most


def time_in_words(minutes: int) -> str:
    """A length of time in the largest unit in which it is whole."""
    unit, number = unit_of(minutes)
    texts: Mapping[str, Any] = {
        "days": ngettext("%d day", "%d days", number),
        "hours": ngettext("%d hour", "%d hours", number),
        "minutes": ngettext("%d minute", "%d minutes", number),
    }
    return str(texts[unit] % number)


UNITS = {"minutes": 1, "hours": HOUR, "days": DAY}


def unit_of(minutes: int) -> tuple[str, int]:
    """The largest unit in which a length of time is whole, and how many of it."""
    for unit in ("days", "hours"):
        if minutes and minutes % UNITS[unit] == 0:
            return unit, minutes // UNITS[unit]
    return "minutes", minutes
