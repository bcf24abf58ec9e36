"""`doctor` in the terminal: a sentence per fault, JSON, what was repaired, and exit codes."""

import json
import os
import subprocess
import sys
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from local_servers.processes import PROJECT
from settings_sync.services.doctor.surroundings import faults_of_servers
from tenants.models import Administration
from tests.conftest import make_administration
from tests.waiting import PATIENCE_SECONDS


@pytest.fixture
def planted(child: Administration) -> str:
    """The table of which a trigger of the sub-administration was dropped."""
    with connection.cursor() as cursor:
        cursor.execute(f'DROP TRIGGER sync_touch_update ON "{child.schema_name}".forms_catalog_form')
    return "forms_catalog_form"


def run(*arguments: str) -> tuple[str, CommandError | None]:
    """What it writes, and why it does not end well."""
    out = StringIO()
    try:
        call_command("doctor", *arguments, stdout=out)
    except CommandError as error:
        return out.getvalue(), error
    return out.getvalue(), None


def run_for_json(*arguments: str) -> Any:
    return json.loads(run(*arguments, "--json")[0])


def test_an_administration_that_is_well(child):
    assert run(child.slug) == ("All is well.\n", None)
    assert run_for_json(child.slug) == {"faults": [], "repaired": []}


def test_a_fault_is_one_sentence_and_exit_code_1(child, planted):
    written, error = run(child.slug)
    assert written == f"repair    {child.slug}: The trigger sync_touch_update on {planted} is missing.\n"
    assert (error.returncode, str(error)) == (1, "Faults: 1. With --repair 1 of them can be made right.")


def test_a_fault_as_json(child, planted):
    name = f"sync_touch_update on {planted}"
    assert run_for_json(child.slug)["faults"] == [
        {
            "code": "trigger-missing",
            "administration": child.slug,
            "sentence": f"The trigger {name} is missing.",
            "can_be_repaired": True,
            "facts": {"name": name},
        }
    ]


def test_repairing_tells_what_it_made_right(child, planted):
    written, error = run(child.slug, "--repair")
    assert written.splitlines() == [
        f"repaired  {child.slug}: The trigger sync_touch_update on {planted} is missing.",
        "All is well.",
    ]
    assert error is None
    assert run(child.slug) == ("All is well.\n", None)


def test_what_cannot_be_repaired_stays_a_fault(child, planted):
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE TABLE "{child.schema_name}".planted (id int)')
    written, error = run(child.slug, "--repair")
    assert written.splitlines() == [
        f"repaired  {child.slug}: The trigger sync_touch_update on {planted} is missing.",
        f"wrong     {child.slug}: planted is not of the product.",
    ]
    assert (error.returncode, str(error)) == (1, "Faults: 1.")


def test_without_an_address_everything_is_looked_at(child, other_child, planted):
    """The trail's trigger is off in tests, and no worker is there."""
    assert faults_of_servers()
    found = run_for_json()["faults"]
    assert {fault["code"] for fault in found if fault["administration"] == child.slug} == {"trigger-missing"}
    assert not [fault for fault in found if fault["administration"] in (other_child.slug, child.parent.slug)]
    assert {"worker-away", "trail-unguarded"} <= {fault["code"] for fault in found if not fault["administration"]}


def test_who_is_wrong_keeps_no_other_from_being_looked_at(child, planted):
    gone = make_administration("Van Dijk Aan", child.parent)
    with connection.cursor() as cursor:
        cursor.execute(f'DROP SCHEMA "{gone.schema_name}" CASCADE')
    found = {fault["administration"]: fault["code"] for fault in run_for_json()["faults"]}
    assert (found[gone.slug], found[child.slug]) == ("schema-missing", "trigger-missing")


def test_an_administration_that_does_not_exist_is_refused(db):
    written, error = run("nowhere")
    assert (written, error.returncode) == ("", 2)


@pytest.mark.parametrize(
    ("database", "code"),
    [
        ("postgres://eenlijn:none@127.0.0.1:1/eenlijn", "database-away"),
        (os.environ.get("SUPERUSER_DATABASE_URL"), "database-unfit"),
    ],
    ids=["away", "of-a-superuser"],
)
@pytest.mark.parametrize("where", [[], ["noord"]], ids=["all", "one"])
def test_a_database_that_cannot_be_used_is_a_fault_and_no_traceback(database, code, where):
    done = subprocess.run(
        [sys.executable, "manage.py", "doctor", *where, "--json"],
        cwd=PROJECT,
        env={**os.environ, "DATABASE_URL": database},
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
    )
    assert done.returncode == 1
    assert [fault["code"] for fault in json.loads(done.stdout)["faults"]] == [code]
    assert "Traceback" not in done.stderr
