"""Pausing rings, letting them go on, and approving one: by whom it may be, and what it does."""

import pytest

from audit.models import AuditEntry
from forms_catalog.rights import FormRight
from reference_data.rights import ReferenceDataRight
from settings_sync.exceptions import NoRings, RingNotWaiting, WordMissing
from settings_sync.models import SyncTarget
from settings_sync.permissions import NotAllowed
from settings_sync.services.runs.runs import retry_run
from settings_sync.services.standing.advancing import advance_rings
from settings_sync.services.standing.steering import approve_ring, pause_rings, resume_rings, rings_that_wait
from settings_sync.services.targets import targets as targets_service
from settings_sync.services.targets.targets import claim_target, execute_target
from tenants.rights import AdministrationRight, SyncRight
from tests.conftest import make_member
from tests.settings_sync.services.undos.test_right_to_undo import give

from .conftest import carry_out_ring, rings_of
from .test_advancing import APPROVED, CANARY_FIRST

pytestmark = pytest.mark.django_db(transaction=True)


def test_paused_nothing_more_begins_and_going_on_begins_it(make, night, owner, others):
    make(rings=CANARY_FIRST)
    run = night()
    pause_rings(acting_user=owner, run=run)
    first = run.targets.get(ring=1)
    assert claim_target(first.pk) is None
    SyncTarget.objects.update(woken_at=None)
    assert targets_service.take_targets_to_wake() == []
    resume_rings(acting_user=owner, run=run)
    assert execute_target(first.pk)
    assert rings_of(run) == [(1, "done"), (2, "open")]
    assert [entry.action for entry in AuditEntry.objects.filter(action__in=["run.paused", "run.resumed"])]


def test_a_ring_that_is_done_while_paused_lets_the_next_begin_when_it_goes_on(make, night, owner, others):
    make(rings=CANARY_FIRST)
    run = night()
    claim = claim_target(run.targets.get(ring=1).pk)
    pause_rings(acting_user=owner, run=run)
    targets_service._apply(claim)
    advance_rings()
    assert rings_of(run) == [(1, "done"), (2, "waiting")]
    resume_rings(acting_user=owner, run=run)
    assert rings_of(run) == [(1, "done"), (2, "open")]
    carry_out_ring(run, 2)
    assert run.state == "succeeded"


def test_approved_while_paused_it_begins_when_it_goes_on(make, night, owner, others):
    make(rings=APPROVED)
    run = night()
    carry_out_ring(run, 1)
    pause_rings(acting_user=owner, run=run)
    approve_ring(acting_user=owner, run=run, number=2)
    assert rings_of(run) == [(1, "done"), (2, "waiting")]
    resume_rings(acting_user=owner, run=run)
    assert rings_of(run) == [(1, "done"), (2, "open")]


def test_only_a_ring_that_waits_for_it_is_approved_and_once(make, night, owner, others):
    make(rings=APPROVED)
    run = night()
    with pytest.raises(RingNotWaiting):
        approve_ring(acting_user=owner, run=run, number=2)
    carry_out_ring(run, 1)
    with pytest.raises(RingNotWaiting):
        approve_ring(acting_user=owner, run=run, number=3)
    approve_ring(acting_user=owner, run=run, number=2)
    with pytest.raises(RingNotWaiting):
        approve_ring(acting_user=owner, run=run, number=2)


def test_a_word_is_kept_with_the_ring_and_in_the_trail_and_goes_when_it_is_tried_again(make, night, owner, others):
    make(rings=APPROVED)
    run = night()
    carry_out_ring(run, 1)
    with pytest.raises(WordMissing):
        approve_ring(acting_user=owner, run=run, number=2, reason="x" * 1001)
    approve_ring(acting_user=owner, run=run, number=2, reason=" Gezien ")
    assert run.stages.get(number=2).reason == "Gezien"
    assert AuditEntry.objects.get(action="ring.approved").note == "Gezien"
    carry_out_ring(run, 2)
    run.targets.filter(ring=2).update(state="failed", error_code="busy")
    run.refresh_from_db()
    retry_run(acting_user=owner, run=run)
    assert run.stages.get(number=2).reason == ""


def test_a_ring_that_waits_is_shown_to_who_may_approve_it_and_to_nobody_else(make, night, owner, main, others):
    make(rings=APPROVED)
    run = night()
    assert rings_that_wait(acting_user=owner, main=main) == []
    carry_out_ring(run, 1)
    assert [(ring.run, ring.number) for ring in rings_that_wait(acting_user=owner, main=main)] == [(run, 2)]
    # May approve, but cannot see where it would go.
    assert rings_that_wait(acting_user=make_member(main), main=main) == []
    approve_ring(acting_user=owner, run=run, number=2)
    assert rings_that_wait(acting_user=owner, main=main) == []


def test_a_run_that_has_ended_or_has_no_rings_has_none_to_pause(make, night, owner, others):
    make()
    run = night()
    for do in (pause_rings, resume_rings):
        with pytest.raises(NoRings):
            do(acting_user=owner, run=run)


def test_who_may_not_sync_may_not_pause_and_who_may_not_approve_may_not_approve(make, night, main, grouped, others):
    make(rings=APPROVED)
    run = night()
    carry_out_ring(run, 1)
    reader = make_member(main)
    give(reader, [AdministrationRight.SEE], main)
    for do in (pause_rings, resume_rings):
        with pytest.raises(NotAllowed):
            do(acting_user=reader, run=run)
    runner = make_member(main)
    for row in (grouped, *others):
        make_member(row, user=runner)
    give(runner, [AdministrationRight.SEE, SyncRight.RUN, FormRight.READ, ReferenceDataRight.READ], main)
    with pytest.raises(NotAllowed):
        approve_ring(acting_user=runner, run=run, number=2)
    # Who may approve, but cannot see where it would go.
    approver = make_member(main)
    with pytest.raises(NotAllowed):
        approve_ring(acting_user=approver, run=run, number=2)
    assert rings_of(run) == [(1, "done"), (2, "waiting")]
