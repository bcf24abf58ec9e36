"""How long something took, rounded to what one would say of it."""

from datetime import timedelta

import pytest
from django.utils import translation

from settings_sync.wording.lengths import about_in_words


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(seconds=59), "less than a minute"),
        (timedelta(seconds=61), "1 minute"),
        (timedelta(minutes=89), "89 minutes"),
        (timedelta(minutes=90), "2 hours"),
        (timedelta(hours=24, minutes=20), "1 day"),
        (timedelta(hours=25), "25 hours"),
        (timedelta(hours=36), "2 days"),
        (timedelta(days=20, hours=3), "20 days"),
    ],
)
def test_a_length_is_told_in_the_unit_that_fits(length, words):
    with translation.override("en"):
        assert about_in_words(length) == words
