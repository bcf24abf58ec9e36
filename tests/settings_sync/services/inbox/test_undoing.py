"""One's last decision is taken back, and what it was about waits again."""

import uuid

import pytest

from settings_sync.exceptions import NotTheLast, QuestionClosed
from settings_sync.models import SyncRun
from settings_sync.services.inbox.deciding import Asked, decide
from settings_sync.services.inbox.questions import answer_question
from settings_sync.services.inbox.undoing import last_decision, take_back
from sync_ledger.models import Deviation
from tenants.schemas import inside
from tests.settings_sync.views.conftest import carry_out as work

from .conftest import carry_out, edit, label_in, settle, states, waiting


def undo(owner, main):
    taken = take_back(acting_user=owner, main=main, decision_id=last_decision(owner, main).pk)
    if taken.run is not None:
        work(SyncRun.objects.get(pk=taken.run_id))
    settle()


def test_what_was_put_back_is_as_it_was_there(owner, main, joined, followed, decided):
    edit(joined, owner, label="CO in mg/m³")
    settle()
    carry_out(decided("put_back"))
    undo(owner, main)
    assert label_in(joined) == "CO in mg/m³"
    assert states() == {"Noord": ("open", "undone")}


def test_what_nobody_has_carried_out_yet_is_stopped(owner, main, joined, followed, decided):
    edit(joined, owner, label="CO in mg/m³")
    settle()
    outcome = decided("put_back")
    undo(owner, main)
    assert SyncRun.objects.get(pk=outcome.decision.run_id).state == "cancelled"
    assert label_in(joined) == "CO in mg/m³"
    assert states() == {"Noord": ("open", "undone")}


def test_what_was_accepted_is_not_agreed_any_more(owner, main, joined, followed, decided):
    edit(joined, owner, label="CO in mg/m³")
    settle()
    carry_out(decided("accept"))
    undo(owner, main)
    with inside(joined):
        assert not Deviation.objects.exists()
    assert states() == {"Noord": ("open", "undone")}


def test_a_question_is_withdrawn_unless_it_was_answered(owner, main, joined, followed, decided):
    edit(joined, owner, label="CO in mg/m³")
    settle()
    decided("ask", reason="Waarom?")
    undo(owner, main)
    assert states() == {"Noord": ("open", "undone")}
    outcome = decided("ask", reason="Waarom dan?")
    question = outcome.decision.questions.get()
    answer_question(acting_user=owner, administration=joined, question_id=question.pk, answer="Andere meter")
    assert states() == {"Noord": ("open", "answered")}
    with pytest.raises(QuestionClosed):
        undo(owner, main)


def test_only_the_last_decision_is_taken_back_and_once(owner, main, joined, other, followed):
    edit(joined, owner, label="CO in mg/m³")
    edit(other, owner, label="CO in ppm")
    settle()
    made = []
    for entry in waiting():
        (outcome,) = decide(acting_user=owner, main=main, decisions=[Asked(entry.pk, "put_back")])
        carry_out(outcome)
        made.append(outcome.decision.pk)
    for wrong in (made[0], uuid.uuid4()):
        with pytest.raises(NotTheLast):
            take_back(acting_user=owner, main=main, decision_id=wrong)
    undo(owner, main)
    with pytest.raises(NotTheLast):
        take_back(acting_user=owner, main=main, decision_id=made[1])
    undo(owner, main)
    assert set(states().values()) == {("open", "undone")}
