"""How long something took, as people say it."""

from datetime import timedelta

from django.utils.translation import gettext as _

from .ring_wording import DAY, HOUR, time_in_words


def about_in_words(length: timedelta) -> str:
    """A length of time, rounded to what one would say of it: minutes below an hour and a half, hours below a day and a
    half, and days."""
    minutes = length.total_seconds() / 60
    if minutes < 1:
        return _("less than a minute")
    unit = 1
    if minutes >= 1.5 * HOUR:
        unit = DAY if minutes >= 1.5 * DAY else HOUR
    return time_in_words(round(minutes / unit) * unit)
