"""What a sub changed becomes the main's, and a sync of it leaves everybody in line."""

import pytest

from forms_catalog.models import Field, Form
from reference_data.models import WorkType
from settings_sync.exceptions import BroughtToOthers, CannotPromote, DeviationMoved
from settings_sync.models import InboxDecision, Plan, SyncRun
from settings_sync.permissions import NotAllowed
from settings_sync.services.administrations.alignment import alignment_of
from settings_sync.services.inbox.deciding import Asked, decide
from settings_sync.services.inbox.undoing import last_decision, take_back
from settings_sync.services.runs.runs import start_run
from sync_ledger.models import Edit
from tenants.models import Membership, Role
from tenants.schemas import inside
from tests.settings_sync.views.conftest import carry_out as work
from tests.settings_sync.views.conftest import sync

from .conftest import carry_out, edit, label_in, settle, states, waiting


def out_of_line(*administrations):
    settle()
    found = alignment_of(administrations)
    words = ("behind", "changed_locally", "conflict", "missing")
    return {
        row.name.removeprefix("Van Dijk "): sum(found[row.pk]["forms"][word] for word in words)
        for row in administrations
    }


def bring(owner, decision):
    offered = Plan.objects.get(pk=decision.offered_id)
    return work(start_run(acting_user=owner, plan=offered, version=offered.version))


def test_taken_over_and_brought_to_the_others_everybody_is_in_line(owner, main, joined, other, followed, decided):
    edit(joined, owner, label="CO in mg/m³")
    settle()
    outcome = decided("promote", reason="Beter zo")
    carry_out(outcome)
    assert label_in(main) == "CO in mg/m³"
    promoted = Plan.objects.get(kind="promote")
    assert (promoted.run.state, promoted.run.note) == ("succeeded", "Beter zo")
    assert [target.administration for target in promoted.run.targets.all()] == [main]
    offered = Plan.objects.get(pk=outcome.decision.offered_id)
    assert (offered.kind, [target.administration for target in offered.targets.all()]) == ("sync", [other])
    bring(owner, outcome.decision)
    assert label_in(other) == "CO in mg/m³"
    assert out_of_line(joined, other) == {"Noord": 0, "Zuid": 0}
    assert waiting() == []
    with inside(main):
        assert Edit.objects.filter(by_name=str(owner)).exists()


def test_a_question_that_several_added_is_one_in_all_of_them_then(owner, main, joined, other, followed, decided):
    for administration in (joined, other):
        with inside(administration):
            section = Field.objects.get().section
            Field.objects.create(section=section, label="Foto", type="text", position=2, reference="foto")
    settle()
    carry_out(decided("promote"))
    uids = set()
    for administration in (main, joined, other):
        with inside(administration):
            uids.add(Field.objects.get(reference="foto").uid)
    assert len(uids) == 1
    assert out_of_line(joined, other) == {"Noord": 0, "Zuid": 0}
    assert waiting() == []


def test_the_next_change_of_the_main_reaches_where_it_came_from(owner, main, joined, followed, decided):
    edit(joined, owner, label="CO in mg/m³")
    settle()
    carry_out(decided("promote"))
    edit(main, owner, label="Koolmonoxide")
    sync(owner, main, joined)
    assert label_in(joined) == "Koolmonoxide"


def test_what_the_main_changed_elsewhere_in_the_setting_stays(owner, main, joined, other, followed, decided):
    edit(joined, owner, label="CO in mg/m³")
    with inside(main):
        Form.objects.update(description="Voor elke ketel")
    settle()
    outcome = decided("promote")
    carry_out(outcome)
    bring(owner, outcome.decision)
    for administration in (main, joined, other):
        with inside(administration):
            assert Form.objects.get().description == "Voor elke ketel"
        assert label_in(administration) == "CO in mg/m³"
    assert out_of_line(joined, other) == {"Noord": 0, "Zuid": 0}


def test_what_the_main_does_not_have_cannot_be_pointed_at(owner, main, joined, followed, decided):
    with inside(joined):
        Form.objects.get().work_types.add(WorkType.objects.create(name="Alleen hier"))
    settle()
    with pytest.raises(CannotPromote):
        decided("promote")
    assert states() == {"Noord": ("open", "")}
    assert not InboxDecision.objects.exists()


def test_what_was_removed_cannot_be_taken_over(owner, joined, followed, decided):
    with inside(joined):
        Form.objects.all().delete()
    settle()
    with pytest.raises(CannotPromote):
        decided("promote")


def test_who_may_not_edit_the_main_takes_nothing_over(owner, main, joined, followed, decided):
    edit(joined, owner, label="CO in mg/m³")
    settle()
    rights = Membership.objects.get(user=owner, administration=main).role.rights
    kept = [right for right in rights if right != "forms.update"]
    role = Role.objects.create(administration=main, name="Coördinator", rights=kept)
    Membership.objects.filter(user=owner, administration=main).update(role=role)
    with pytest.raises(NotAllowed):
        decided("promote")
    assert label_in(main) == "CO-gehalte"
    carry_out(decided("put_back"))
    assert label_in(joined) == "CO-gehalte"


def test_an_edit_of_the_main_since_the_look_is_not_overwritten(owner, main, joined, followed, decided):
    edit(joined, owner, label="CO in mg/m³")
    settle()
    edit(main, owner, label="Koolmonoxide")
    with pytest.raises(DeviationMoved):
        decided("promote")
    assert label_in(main) == "Koolmonoxide"


def test_taken_back_the_main_is_as_it_was_and_the_deviation_waits_again(owner, main, joined, other, followed, decided):
    edit(joined, owner, label="CO in mg/m³")
    settle()
    carry_out(decided("promote"))
    taken = take_back(acting_user=owner, main=main, decision_id=last_decision(owner, main).pk)
    if taken.run is not None:
        work(SyncRun.objects.get(pk=taken.run_id))
    settle()
    assert (label_in(main), label_in(joined)) == ("CO-gehalte", "CO in mg/m³")
    assert [entry.label for entry in waiting()] == ["Onderhoud cv-ketel"]


def test_what_was_brought_to_others_is_not_taken_back_here(owner, main, joined, other, followed, decided):
    edit(joined, owner, label="CO in mg/m³")
    settle()
    outcome = decided("promote")
    carry_out(outcome)
    bring(owner, outcome.decision)
    with pytest.raises(BroughtToOthers):
        take_back(acting_user=owner, main=main, decision_id=outcome.decision.pk)


def test_of_two_different_ones_the_other_waits_against_what_was_taken_over(owner, main, joined, other, followed):
    edit(joined, owner, label="CO in mg/m³")
    edit(other, owner, label="CO in ppm")
    settle()
    entry = next(entry for entry in waiting() if entry.deviations.get().administration == joined)
    (outcome,) = decide(acting_user=owner, main=main, decisions=[Asked(entry.pk, "promote")])
    carry_out(outcome)
    (left,) = waiting()
    assert [value for _path, *value in left.fields] == [["CO-gehalte", "CO in mg/m³", "CO in ppm"]]
    with inside(other):
        assert Field.objects.get().label == "CO in ppm"
