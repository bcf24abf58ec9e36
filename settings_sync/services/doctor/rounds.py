"""Looking at a few administrations a day, when nobody asked: what no edit and no sync would show comes out so."""

import logging
from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now

from settings_sync.models import Checkup
from tenants.models import Administration

from .examining import examine
from .faults import SENTENCES, Fault

logger = logging.getLogger(__name__)

DAY = timedelta(days=1)
ROUNDS_LOCK = 4716


def look_at_one() -> int:
    """Look at the administration that was looked at longest ago, when the next one is due; returns how many it was.

    They are spread over the day, and none is looked at twice a day.
    """
    administration = _take_next() if settings.DOCTOR_PER_DAY else None
    if administration is None:
        return 0
    faults = examine(administration)
    if faults:
        # By their codes: sentences name settings, which are nothing for a log.
        codes = ", ".join(sorted({fault.code for fault in faults}))
        logger.warning("In administration %s something is wrong: %s", administration.slug, codes)
    kept = [{"code": fault.code, "facts": dict(fault.facts)} for fault in faults]
    Checkup.objects.filter(administration=administration).update(faults=kept, at=Now())
    return 1


def _take_next() -> Administration | None:
    """Note that one is being looked at, before it is: one that cannot be looked at must not be taken for ever."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [ROUNDS_LOCK])
            (is_alone,) = cursor.fetchone()
        if not is_alone or Checkup.objects.filter(at__gt=Now() - DAY / settings.DOCTOR_PER_DAY).exists():
            return None
        waiting = Administration.objects.active().exclude(checkup__at__gt=Now() - DAY)
        found = waiting.order_by(F("checkup__at").asc(nulls_first=True), "created_at").first()
        if found is not None:
            Checkup.objects.update_or_create(administration=found, defaults={"at": Now()})
    return found


def find_unwell() -> "QuerySet[Checkup]":
    """The last looks that found something, at administrations that are still there."""
    found = Checkup.objects.exclude(faults=[]).filter(administration__state=Administration.State.ACTIVE)
    return found.select_related("administration__parent").order_by("administration__name")


def read_faults(checkup: Checkup) -> list[Fault]:
    """What was found; of a fault that only a later version knows its code is all that can be told."""
    place = checkup.administration.slug
    return [Fault(one["code"], place, one["facts"]) for one in checkup.faults if one["code"] in SENTENCES]
