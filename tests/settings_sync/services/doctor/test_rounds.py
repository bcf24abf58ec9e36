"""The reaper has a few administrations looked at a day, each at most once, and what is found is shown to support."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import User
from settings_sync.models import Checkup
from settings_sync.services.doctor.rounds import look_at_one
from tenants.models import Administration


@pytest.fixture
def planted(child: Administration) -> str:
    """A table of the sub-administration that nobody knows."""
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE TABLE "{child.schema_name}".planted (id int)')
    return "planted"


def let_time_pass(**ago: float) -> None:
    """As if every look was so long ago."""
    for checkup in Checkup.objects.all():
        checkup.at -= timedelta(**ago)
        checkup.save(update_fields=["at"])


def looked_at() -> set[str]:
    return set(Checkup.objects.values_list("administration__slug", flat=True))


def test_one_is_looked_at_and_the_next_one_later(main, child, settings):
    settings.DOCTOR_PER_DAY = 24
    assert [look_at_one(), look_at_one()] == [1, 0]
    assert looked_at() == {main.slug}
    let_time_pass(minutes=61)
    assert look_at_one() == 1
    assert looked_at() == {main.slug, child.slug}


def test_none_is_looked_at_twice_a_day(main, child):
    for _hour in range(5):
        look_at_one()
        let_time_pass(hours=2)
    first = Checkup.objects.get(administration=main).at
    assert first < timezone.now() - timedelta(hours=9)
    let_time_pass(hours=16)
    assert look_at_one() == 1
    assert Checkup.objects.get(administration=main).at > first


def test_whoever_was_never_looked_at_comes_first(main, child, other_child):
    Checkup.objects.create(administration=main, at=timezone.now() - timedelta(days=300))
    Checkup.objects.create(administration=child, at=timezone.now() - timedelta(days=30))
    assert look_at_one() == 1
    assert Checkup.objects.latest("at").administration == other_child
    let_time_pass(hours=2)
    look_at_one()
    assert Checkup.objects.latest("at").administration == main


def test_none_is_looked_at_where_that_is_switched_off(main, settings):
    settings.DOCTOR_PER_DAY = 0
    assert look_at_one() == 0
    assert not Checkup.objects.exists()


def test_one_that_cannot_be_looked_at_keeps_no_other_from_its_turn(main, child, monkeypatch):
    def fail(administration: Administration) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("settings_sync.services.doctor.rounds.examine", fail)
    for _hour in range(2):
        with pytest.raises(ZeroDivisionError):
            look_at_one()
        let_time_pass(hours=2)
    assert looked_at() == {main.slug, child.slug}


def test_what_the_reaper_finds_is_logged_kept_and_shown_to_support(main, child, planted, caplog, settings):
    settings.STAFF_SECOND_FACTOR = False
    for _hour in range(2):
        call_command("run_reaper", "--once")
        let_time_pass(hours=2)
    assert f"In administration {child.slug} something is wrong: structure-unknown" in caplog.text
    assert Checkup.objects.get(administration=child).faults == [
        {"code": "structure-unknown", "facts": {"name": planted}}
    ]
    assert Checkup.objects.get(administration=main).faults == []
    support = Client()
    support.force_login(User.objects.create_superuser("hulp@eenlijn.example", "demo", name="Hulp"))
    page = support.get("/admin/").content.decode()
    assert "planted is niet van het product." in page
    figures = support.get("/metrics", REMOTE_ADDR="127.0.0.1").content.decode()
    assert "eenlijn_administrations_unwell 1.0" in figures
