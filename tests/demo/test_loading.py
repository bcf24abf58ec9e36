"""Loading the demo whole or not at all."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from demo import loading
from demo.companies import DE_BOER, make_main, make_people
from demo.loading import load_demo
from tenants.models import Administration
from tenants.template_schema import SchemaNotDumped


@pytest.fixture
def story(monkeypatch):
    """A story as short as can be, that breaks off when it is told to."""

    def tell(breaks_off):
        def tell_everything():
            make_main(DE_BOER.main, make_people()["de_boer"])
            if breaks_off:
                raise KeyboardInterrupt

        monkeypatch.setattr(loading, "tell_everything", tell_everything)

    return tell


def schemas():
    with connection.cursor() as cursor:
        cursor.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'a\\_%%'")
        return {name for (name,) in cursor.fetchall()}


def test_a_load_that_was_broken_off_is_cleared_away_and_told_again(committed, story):
    story(breaks_off=True)
    with pytest.raises(KeyboardInterrupt):
        load_demo()
    first = Administration.objects.get(slug="de-boer")
    story(breaks_off=False)
    assert load_demo()
    second = Administration.objects.get(slug="de-boer")
    assert second.pk != first.pk
    assert first.schema_name not in schemas()
    assert second.schema_name in schemas()
    assert load_demo() is False


def test_an_administration_of_that_name_that_somebody_made_is_left_alone(committed, story):
    story(breaks_off=False)
    own = Administration.objects.create(slug="van-dijk", name="Van Dijk", state=Administration.State.ACTIVE)
    assert load_demo() is False
    assert Administration.objects.get().pk == own.pk


def test_a_missing_pg_dump_is_said_in_a_sentence(monkeypatch):
    def needs_pg_dump():
        raise SchemaNotDumped("pg_dump was not found; install it.")

    monkeypatch.setattr("demo.management.commands.load_demo.load_demo", needs_pg_dump)
    with pytest.raises(CommandError, match="pg_dump was not found; install it") as told:
        call_command("load_demo")
    assert told.value.returncode == 1
