"""What the reaper keeps of each day, beside what is kept after counting: every main administration once an hour."""

import logging
from datetime import timedelta

from django.db import InterfaceError, OperationalError
from django.db.models import IntegerField, Sum
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Now
from django.utils import timezone

from settings_sync.models import Alignment, Approval, InboxDeviation, WaitingDay
from settings_sync.services.administrations.days import KEPT, note_today
from tenants.models import Administration

from .publishing import note_publishing

logger = logging.getLogger(__name__)

EVERY = timedelta(hours=1)
IN_A_ROUND = 20
"""Main administrations in one round of the reaper: seven thousand have had their turn in half an hour."""


def note_figures() -> int:
    """Keep the figures of the main administrations that were not noted for an hour; returns of how many.

    Also where nothing happened: an approval expires and a group changes without anything being counted.
    """
    noted = WaitingDay.objects.filter(noted_at__gt=Now() - EVERY).values("administration")
    due = list(Administration.objects.active().mains().exclude(pk__in=noted).order_by("pk")[:IN_A_ROUND])
    for main in due:
        note_figures_of(main)
    return len(due)


def note_figures_of(main: Administration) -> None:
    """Keep the figures of one main administration as they are now; however often a day, there is one of that day."""
    # First, for it is by this that it is not due any more, whatever else goes wrong.
    note_waiting(main)
    try:
        note_today(main)
        note_publishing(main)
    # A database that is away fails for all of them.
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("The figures of administration %s could not be kept", main.slug)


def note_waiting(main: Administration) -> None:
    """Keep how many decisions wait today, and forget what is of too long ago."""
    today = timezone.localdate()
    subs = Alignment.objects.filter(administration__parent=main, administration__state=Administration.State.ACTIVE)
    conflicts = subs.aggregate(number=Sum(Cast(KT("counts__conflict"), IntegerField())))["number"]
    deviations = InboxDeviation.objects.filter(
        entry__administration=main,
        administration__state=Administration.State.ACTIVE,
        state=InboxDeviation.State.OPEN,
    )
    counted = {
        "conflicts": conflicts or 0,
        "deviations": deviations.values("entry").distinct().count(),
        "approvals": Approval.objects.filter(administration=main, state=Approval.State.WAITING).count(),
        "noted_at": Now(),
    }
    WaitingDay.objects.update_or_create(administration=main, day=today, defaults=counted)
    WaitingDay.objects.filter(administration=main, day__lt=today - KEPT).delete()
