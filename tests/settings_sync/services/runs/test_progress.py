"""How far a worker is with a target, as the page of the run asks for it."""

import uuid

import pytest
from django.core.cache import cache

from settings_sync.models import SyncTarget
from settings_sync.services.runs.progress import FEW, Progress, note_progress, read_progress

TARGET = SyncTarget(pk=uuid.uuid4(), administration_id=uuid.uuid4())


@pytest.fixture(autouse=True)
def nothing_noted():
    cache.clear()


def test_the_latest_that_was_noted_is_read():
    note_progress(TARGET, Progress("forms_catalog.form", 3, FEW + 1))
    note_progress(TARGET, Progress("forms_catalog.form", 9, FEW + 1))
    assert read_progress([TARGET]) == {TARGET.pk: Progress("forms_catalog.form", 9, FEW + 1)}


def test_of_a_few_settings_nothing_is_noted():
    note_progress(TARGET, Progress("forms_catalog.form", 1, FEW))
    assert read_progress([TARGET]) == {}
