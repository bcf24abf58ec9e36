"""What went wrong in a target is told to everybody in their own language."""

import psycopg
import pytest
from billiard.exceptions import SoftTimeLimitExceeded
from django.utils import translation
from psycopg import errors

from settings_sync.engine.applying.errors import explain
from settings_sync.exceptions import TargetIsStale, error_in_words
from settings_sync.services.plans.plans import create_plan
from settings_sync.services.runs.run_overview import show_run
from settings_sync.services.runs.runs import start_run
from settings_sync.services.targets.targets import execute_target
from settings_sync.shapes.answers import shape_targets
from tenants.administrations import WORKER_STOPPED
from tenants.models import Administration
from tenants.schemas import inside
from tests.conftest import make_member
from tests.settings_sync.test_journey import make_form


@pytest.mark.parametrize(
    ("error", "code", "may_pass"),
    [
        (TargetIsStale(items="Onderhoud"), "stale", False),
        (SoftTimeLimitExceeded(), "too-slow", True),
        (ValueError("secret"), "unexpected", False),
        (errors.LockNotAvailable("canceling statement"), "busy", True),
        (errors.UniqueViolation("duplicate key"), "name-taken", False),
        (errors.ForeignKeyViolation("still referenced"), "still-used", False),
        (errors.CheckViolation("violates check"), "rule-broken", False),
        (errors.DeadlockDetected("deadlock"), "database-error", True),
        (errors.SyntaxError("syntax"), "database-error", False),
        (errors.InsufficientPrivilege("permission denied for table"), "database-error", True),
        (psycopg.OperationalError("connection lost"), "database-error", True),
    ],
)
def test_every_error_has_a_code_and_a_sentence(error, code, may_pass):
    told = explain(error)
    assert (told.error.code, told.may_pass) == (code, may_pass)
    assert "secret" not in told.error.detail


def test_an_error_whose_facts_were_not_kept_is_told_as_it_was_stored():
    assert error_in_words("stale", None, "As stored.") == "As stored."
    assert error_in_words("not-a-code", {}, "As stored.") == "As stored."


def test_a_stored_error_is_told_in_the_language_of_the_reader(owner, main, child):
    make_member(child, user=owner)
    with inside(main):
        make_form("Onderhoud")
    plan = create_plan(acting_user=owner, main=main, targets=[child.slug], categories=["forms"])
    run = start_run(acting_user=owner, plan=plan, version=plan.version)
    Administration.objects.filter(pk=child.pk).update(migration_head="another")
    with translation.override("nl"):
        execute_target(run.targets.get().pk)
    target = run.targets.get()
    assert target.error_detail.startswith("Deze administratie heeft een andere versie")
    with translation.override("en"):
        told = show_run(acting_user=owner, run=run).targets[0].error
        assert told.startswith("This administration is on another version")
        assert shape_targets([target])[0]["error"] == {"code": "heads-differ", "detail": told}


def test_why_a_target_was_not_ready_is_told_in_the_language_of_the_reader(owner, main, child):
    make_member(child, user=owner)
    with inside(main):
        make_form("Onderhoud")
    plan = create_plan(acting_user=owner, main=main, targets=[child.slug], categories=["forms"])
    run = start_run(acting_user=owner, plan=plan, version=plan.version)
    Administration.objects.filter(pk=child.pk).update(state="provisioning")
    with translation.override("de"):
        execute_target(run.targets.get().pk)
    target = run.targets.get()
    assert target.error_facts == {"name": child.name, "state": "provisioning"}
    for language, words in (
        ("nl", f"Naar {child.name} kan nu niet gesynct worden: wordt gemaakt."),
        ("en", f"{child.name} cannot be synced now: being created."),
    ):
        with translation.override(language):
            assert show_run(acting_user=owner, run=run).targets[0].error == words
            assert shape_targets([target])[0]["error"] == {"code": "target-not-ready", "detail": words}


def test_a_state_that_was_stored_in_words_is_told_as_it_was():
    assert error_in_words("target-not-ready", {"name": "Oost", "state": "wordt gemaakt"}, "").endswith("wordt gemaakt.")


@pytest.mark.parametrize(("language", "words"), [("nl", "De worker die ermee"), ("en", "The worker that was")])
def test_why_an_administration_was_given_up_is_told_in_the_language_of_the_reader(main, language, words):
    child = Administration(parent=main, state_detail=WORKER_STOPPED)
    with translation.override(language):
        assert child.went_wrong.startswith(words)
        assert Administration(state_detail="the disk is full").went_wrong == "the disk is full"
        assert Administration().went_wrong == ""
