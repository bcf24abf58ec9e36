"""`check_sync` on a real web server, with a worker that is a thread."""

import threading
from contextlib import contextmanager
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from business.models import Customer
from forms_catalog.models import Form
from settings_sync.engine.applying import targets as applying
from settings_sync.engine.applying.connections import close_sync_connection
from settings_sync.engine.witness import fingerprint, fingerprint_settings, fingerprints
from settings_sync.models import SyncTarget
from settings_sync.services.targets.targets import execute_target
from tenants.schemas import inside
from tests.conftest import make_administration, make_member
from tests.settings_sync.test_journey import make_form
from tests.waiting import PATIENCE_SECONDS


@contextmanager
def a_worker():
    """Applies what is queued until the block ends."""
    is_over = threading.Event()

    def work():
        try:
            while not is_over.wait(0.05):
                for target in SyncTarget.objects.filter(state=SyncTarget.State.QUEUED):
                    execute_target(target.pk)
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()
        close_sync_connection()


@pytest.fixture
def customer(owner, main, child, other_child):
    """A main with settings and three children with daily data, all of the owner's."""
    third = make_administration("Van Dijk Zuid", main)
    for administration in (child, other_child, third):
        make_member(administration, user=owner)
        with inside(administration):
            Customer.objects.create(number=1, name="Bakkerij Jansen")
    with inside(main):
        make_form("Onderhoud cv-ketel")
    return [child, other_child, third]


def rehearse(live_server, owner, main):
    out = StringIO()
    call_command(
        "check_sync",
        base_url=live_server.url,
        main=main.slug,
        email=owner.email,
        password="demo",
        timeout=PATIENCE_SECONDS,
        stdout=out,
    )
    return out.getvalue()


def test_a_rehearsal_holds_and_so_does_a_second_one(live_server, owner, main, customer):
    with a_worker():
        first = rehearse(live_server, owner, main)
        second = rehearse(live_server, owner, main)
    assert "2 items were created or updated" not in first, "two children get two items each"
    assert "4 items were created or updated" in first
    assert first.count("daily data of") == 3
    assert "All checks hold" in first
    assert "All checks hold" in second


def test_when_all_is_in_line_it_makes_something_to_do(live_server, owner, main, customer):
    with a_worker():
        rehearse(live_server, owner, main)
        rehearse(live_server, owner, main)
        third = rehearse(live_server, owner, main)
    assert "a new work type was made" in third
    assert "All checks hold" in third


def test_it_notices_that_nobody_works(live_server, owner, main, customer):
    with pytest.raises(CommandError, match="did not finish"):
        call_command(
            "check_sync", base_url=live_server.url, main=main.slug, email=owner.email, timeout=1, stdout=StringIO()
        )


def test_it_notices_a_row_of_daily_data_that_was_written(live_server, owner, main, customer, monkeypatch):
    honest = applying.apply_target

    def careless(work, **options):
        honest(work, **options)
        with connection.cursor() as cursor:
            cursor.execute(f'UPDATE "{work.schema}".business_customer SET name = name')

    monkeypatch.setattr("settings_sync.services.targets.targets.apply_target", careless)
    with a_worker(), pytest.raises(CommandError, match="daily data of"):
        rehearse(live_server, owner, main)


def test_without_a_main_administration_there_is_nothing_to_rehearse(main):
    with pytest.raises(CommandError, match="load_demo") as refusal:
        call_command("check_sync", main="nowhere")
    assert refusal.value.returncode == 2


def test_a_fingerprint_tells_content_from_writing(child):
    with inside(child):
        Customer.objects.create(number=1, name="Bakkerij Jansen")
    before, settings = fingerprint(child), fingerprint_settings(child)
    assert fingerprint(child) == before
    with inside(child):
        Customer.objects.update(name="Bakkerij Jansen")
    same_content = fingerprint(child)
    assert same_content.content == before.content
    assert same_content.physical != before.physical
    with inside(child):
        Customer.objects.update(name="Bakkerij De Wit")
    assert fingerprint(child).content != before.content
    assert fingerprint_settings(child) == settings
    with inside(child):
        Form.objects.create(name="Nieuw")
    assert fingerprint_settings(child) != settings
    assert "business_customer" in fingerprints(child)
    assert "forms_catalog_form" not in fingerprints(child)
