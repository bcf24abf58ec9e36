"""Times that do not fit together are refused at start, in a sentence."""

import pytest
from django.conf import settings as product_settings
from django.core.exceptions import ImproperlyConfigured

from tenants import leases


def test_the_times_of_the_product_fit():
    leases.refuse_bad_times()
    assert product_settings.SYNC_LEASE_SECONDS + 2 * product_settings.REAPER_INTERVAL_SECONDS < 60


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("SYNC_HOLD_SECONDS", 180, "told to stop before"),
        ("CELERY_TASK_TIME_LIMIT", 300, "told to stop before"),
        ("CELERY_TASK_SOFT_TIME_LIMIT", 180, "told to stop before"),
        ("SYNC_LEASE_RENEWED_SECONDS", 10, "three times"),
        ("SYNC_IDLE_TIMEOUT_MS", 60_000, "stopped worker"),
        ("SYNC_LEASE_SECONDS", 55, "within 60 s"),
        ("REAPER_INTERVAL_SECONDS", 30, "within 60 s"),
    ],
)
def test_times_that_do_not_fit_are_refused(settings, name, value, sentence):
    setattr(settings, name, value)
    with pytest.raises(ImproperlyConfigured, match=sentence):
        leases.refuse_bad_times()


def test_pauses_grow_and_stay_bounded(settings):
    settings.SYNC_RETRY_SECONDS = 2.0
    pauses = [leases.pause_after(attempts).total_seconds() for attempts in range(1, 12)]
    assert 1 <= pauses[0] <= 3
    assert max(pauses) <= 1.5 * settings.SYNC_RETRY_AT_MOST_SECONDS
    assert len({leases.pause_after(5) for _ in range(20)}) > 1
