"""Standing orders and rings in the terminal."""

import uuid

import pytest

from settings_sync.management import terminal
from settings_sync.models import Plan, StandingOrder, SyncRun
from settings_sync.services.targets.targets import execute_target
from tests.conftest import make_member
from tests.contracts.standing import carry_out_an_order

from .test_terminal import run, settings_in_main  # noqa: F401

RINGS = {"steps": [{"kind": "number", "number": 1}, {"kind": "rest", "start": "approval"}]}


@pytest.fixture
def moment(owner, main, child, other_child, settings_in_main):  # noqa: F811
    """What an order in two rings came to, for two administrations."""
    other_child.groups = ["Elke nacht"]
    other_child.save(update_fields=["groups"])
    return carry_out_an_order(owner, main, child, "Elke nacht", rings=RINGS)


def test_orders_are_listed_paused_and_resumed_by_name(moment, main):
    order = StandingOrder.objects.get()
    code, printed = run("standing_orders", main.slug)
    assert code == 0
    assert f"{order.pk}  Elke nacht  on     every night at 02:00" in printed
    assert "1 administration, the rest (once somebody approves)" in printed
    assert run("standing_orders", main.slug, "--pause", "elke nacht") == (0, "Elke nacht: paused\n")
    assert run("standing_orders", main.slug, "--resume", str(order.pk)) == (0, "Elke nacht: on\n")
    refused = run("standing_orders", main.slug, "--pause", str(uuid.uuid4()))
    assert refused[0] == terminal.BAD_ARGUMENTS
    assert "There is no standing order" in refused[1]


def test_who_may_not_sync_sees_and_does_nothing(moment, main, child):
    stranger = make_member(child)
    code, printed = run("standing_orders", main.slug, "--as", stranger.email)
    assert (code, "Elke nacht" in printed) == (0, False)
    assert run("standing_orders", main.slug, "--as", stranger.email, "--pause", "Elke nacht")[0] == 2
    assert StandingOrder.objects.get().state == "on"


def test_trying_prints_what_it_would_do_and_starts_nothing(moment, main, child):
    code, printed = run("standing_orders", main.slug, "--try", "Elke nacht")
    assert code == 0
    assert f"Plan {Plan.objects.latest('created_at').pk}; nothing was started." in printed
    assert child.slug in printed
    assert SyncRun.objects.count() == 1


def test_rings_are_shown_paused_resumed_and_approved(moment, owner):
    made = moment.run
    code, printed = run("steer_rings", str(made.pk), "--pause")
    assert code == 0
    assert "Stops at the first administration that fails or is held. Paused." in printed
    assert "once somebody approves" in printed
    assert run("steer_rings", str(made.pk), "--approve", "2")[0] == terminal.BAD_ARGUMENTS
    run("steer_rings", str(made.pk), "--resume")
    execute_target(made.targets.get(ring=1).pk)
    assert "waits for approval" in run("steer_rings", str(made.pk))[1]
    assert run("steer_rings", str(made.pk), "--approve", "2", "--as", owner.email)[0] == 0
    assert made.stages.get(number=2).state == "open"


def test_a_run_without_rings_says_so(moment, main):
    SyncRun.objects.update(rings={})
    moment.run.stages.all().delete()
    assert run("steer_rings", str(moment.run_id)) == (terminal.BAD_ARGUMENTS, "This run has no rings.")
