"""What the reaper keeps of each day: once an hour for each main administration, one row a day."""

import logging
import uuid
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from settings_sync.models import Alignment, AlignmentDay, InboxDeviation, InboxEntry, PublishingDay, WaitingDay
from settings_sync.services.administrations.days import KEPT
from settings_sync.services.targets.reaping import reap
from settings_sync.services.trends import noting
from settings_sync.services.trends.noting import EVERY, note_figures, note_waiting
from tests.contracts.waiting import wait_for_approval

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_round_of_the_reaper_keeps_the_figures_once_an_hour(main):
    reap()
    assert WaitingDay.objects.filter(administration=main, day=timezone.localdate()).count() == 1
    assert AlignmentDay.objects.filter(administration=main).count() == 1
    assert PublishingDay.objects.filter(administration=main).count() == 1
    assert note_figures() == 0
    WaitingDay.objects.update(noted_at=timezone.now() - EVERY)
    assert note_figures() == 1
    assert WaitingDay.objects.filter(administration=main).count() == 1


def test_a_round_in_which_nothing_is_due_asks_once(main):
    note_figures()
    with CaptureQueriesContext(connection) as queries:
        note_figures()
    assert len(queries) == 1


def test_what_goes_wrong_in_one_keeps_no_other_waiting(main, foreign_main, monkeypatch, caplog):
    def fail(administration):
        if administration == main:
            raise ValueError("kapot")

    monkeypatch.setattr(noting, "note_publishing", fail)
    with caplog.at_level(logging.ERROR):
        assert note_figures() == 2
    assert main.slug in caplog.text
    assert foreign_main.slug not in caplog.text
    assert note_figures() == 0, "it is not tried again before the hour is past"


def test_a_database_that_is_away_is_raised(main, monkeypatch):
    def away(_main):
        raise OperationalError

    monkeypatch.setattr(noting, "note_publishing", away)
    with pytest.raises(OperationalError):
        note_figures()


def deviate(main, children, state="open"):
    """One entry of the inbox, with a deviation in each of these."""
    uid = uuid.uuid4()
    entry = InboxEntry.objects.create(
        id=uid, administration=main, kind="forms_catalog.form", category="forms", uid=uid, label="Ketel"
    )
    for child in children:
        InboxDeviation.objects.create(
            entry=entry, administration=child, kind=entry.kind, uid=uid, state=state, found_at=timezone.now()
        )


def waiting(main):
    note_waiting(main)
    row = WaitingDay.objects.get(administration=main)
    return row.conflicts, row.deviations, row.approvals


def test_waiting_is_what_is_open_in_the_inbox_and_what_waits_for_approval(owner, main, joined):
    assert waiting(main) == (0, 0, 0)
    for child in joined:
        Alignment.objects.create(
            administration=child, category="forms", counts={"conflict": 2, "in_line": 7}, as_of=timezone.now()
        )
    deviate(main, joined)
    deviate(main, joined[:1])
    deviate(main, joined[:1], state="settled")
    wait_for_approval(owner, main, joined[0], "Wacht")
    assert waiting(main) == (4, 2, 1), "equal deviations of several administrations are one"


def test_what_is_too_long_ago_is_forgotten(main):
    old = timezone.localdate() - KEPT - timedelta(days=1)
    WaitingDay.objects.create(
        administration=main, day=old, conflicts=1, deviations=1, approvals=1, noted_at=timezone.now()
    )
    note_waiting(main)
    assert not WaitingDay.objects.filter(day=old).exists()
