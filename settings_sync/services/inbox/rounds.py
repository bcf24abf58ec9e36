"""The inbox in the rounds of the reaper: who is to be looked at, and what was accepted for a group before."""

import logging
from collections import defaultdict
from collections.abc import Sequence

from django.db import InterfaceError, OperationalError
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from settings_sync.models import InboxDecision, InboxDeviation, InboxDue, SyncTarget
from settings_sync.permissions import NotAllowed
from tenants.exceptions import Refusal
from tenants.models import Administration

from .deciding import follow
from .finding import Found, look_into

logger = logging.getLogger(__name__)

IN_A_ROUND = 400
State = InboxDeviation.State


def find_deviations() -> int:
    """Look into every administration that was counted since the inbox looked there, or where something has come to its
    end: a date, or what was being carried out. Returns into how many."""
    due = dict(InboxDue.objects.order_by("at").values_list("administration", "at")[:IN_A_ROUND])
    again = InboxDeviation.objects.filter(_has_ended()).values_list("administration", flat=True)
    rows = Administration.objects.active().filter(pk__in={*due, *again[:IN_A_ROUND]}).select_related("parent")
    by_main: dict[Administration, list[Administration]] = defaultdict(list)
    for child in rows.exclude(parent=None).order_by("pk"):
        by_main[child.main].append(child)
    for main, children in by_main.items():
        _attempt(main, children)
    for administration, at in due.items():
        # Not what was counted once more meanwhile.
        InboxDue.objects.filter(administration=administration, at=at).delete()
    return sum(map(len, by_main.values()))


def _has_ended() -> Q:
    ended = SyncTarget.objects.filter(
        run=OuterRef("decision__run"), administration=OuterRef("administration"), run__finished_at__isnull=False
    )
    is_past = Q(state=State.ACCEPTED, until__lte=timezone.localdate())
    return is_past | Q(Exists(ended), state=State.WAITING)


def _attempt(main: Administration, children: Sequence[Administration]) -> None:
    try:
        for found in look_into(main, children):
            _follow_groups(main, found)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("The inbox of administration %s could not be brought up to date", main.slug)


def _follow_groups(main: Administration, found: Found) -> None:
    """Accept what was accepted before for a group that one of these administrations is in, by the right of whoever did;
    where that is not there any more, it waits."""
    rows = InboxDecision.objects.filter(
        Q(until=None) | Q(until__gt=timezone.localdate()),
        administration=main,
        entry__in=found.new,
        word=InboxDecision.Word.ACCEPT_GROUP,
        undone_at=None,
    )
    for decision in rows.select_related("decided_by", "entry", "administration"):
        groups = set(decision.groups)
        members = [child for child in found.new[decision.entry_id] if groups & set(child.groups)]
        if members and decision.decided_by is not None:
            _follow(decision, members)


def _follow(decision: InboxDecision, members: Sequence[Administration]) -> None:
    try:
        follow(decision, members)
    except (Refusal, NotAllowed) as refused:
        logger.info("What was accepted for a group waits in %s: %s", [child.slug for child in members], refused)
