"""What is decided about deviations is carried out as any sync, and is asked again only when there is a reason."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from audit.models import AuditEntry
from forms_catalog.models import Field, Form
from settings_sync.exceptions import (
    DateNotUsable,
    DecidedTwice,
    DeviationMoved,
    DeviationSettled,
    NoGroup,
    NothingDecided,
    QuestionMissing,
    UnknownDeviation,
)
from settings_sync.models import InboxDecision, InboxDeviation, SyncRun
from settings_sync.permissions import NotAllowed
from settings_sync.services.inbox.deciding import Asked, decide
from settings_sync.services.targets.targets import execute_target
from sync_ledger.models import Deviation
from tenants.models import Administration, Membership, Role
from tenants.schemas import inside
from tests.conftest import make_administration, make_member
from tests.settings_sync.views.conftest import sync

from .conftest import carry_out, edit, in_days, label_in, settle, states, waiting


def test_what_a_sub_changed_waits_with_who_did_it_and_the_field(owner, joined, followed):
    edit(joined, owner, label="CO in mg/m³")
    settle()
    (entry,) = waiting()
    row = entry.deviations.get()
    assert (entry.label, [path.split("/")[-1] for path, *_values in entry.fields]) == ("Onderhoud cv-ketel", ["label"])
    assert entry.fields[0][1:] == ["CO-gehalte", "CO-gehalte", "CO in mg/m³"]
    assert (row.administration, row.edited_by) == (joined, str(owner))


def test_nothing_waits_where_nobody_changed_anything(followed):
    settle()
    assert waiting() == []
    assert not InboxDeviation.objects.exists()


def test_equal_deviations_are_one_and_others_are_not(owner, joined, other, followed):
    edit(joined, owner, label="CO in mg/m³")
    edit(other, owner, label="CO in mg/m³")
    settle()
    (entry,) = waiting()
    assert entry.deviations.count() == 2
    edit(other, owner, label="CO in ppm")
    settle()
    assert len(waiting()) == 2


def test_parts_that_were_added_alike_are_one_though_each_has_a_uid_of_its_own(owner, joined, other, followed):
    for administration in (joined, other):
        with inside(administration):
            section = Field.objects.get().section
            Field.objects.create(section=section, label="Foto", type="text", position=2, reference="foto")
    settle()
    (entry,) = waiting()
    assert entry.deviations.count() == 2


def test_put_back_is_a_sync_of_that_setting_and_nothing_else(owner, main, joined, other, followed, decided):
    edit(joined, owner, label="CO in mg/m³")
    settle()
    outcome = decided("put_back", reason="Zo staat het in de norm")
    assert waiting() == []
    carry_out(outcome)
    run = SyncRun.objects.get(pk=outcome.decision.run_id)
    assert (run.plan.kind, run.state, run.note) == ("sync", "succeeded", "Zo staat het in de norm")
    assert [target.administration for target in run.targets.all()] == [joined]
    assert label_in(joined) == "CO-gehalte"
    assert states() == {"Noord": ("settled", "")}
    told = AuditEntry.objects.get(action="deviation.decided").data
    assert (told["decision"], told["targets"]) == ("put_back", [joined.slug])


def test_what_was_changed_after_the_look_is_not_overwritten(owner, joined, followed, decided):
    edit(joined, owner, label="CO in mg/m³")
    settle()
    edit(joined, owner, label="CO, gemeten")
    with pytest.raises(DeviationMoved):
        decided("put_back")
    assert label_in(joined) == "CO, gemeten"
    settle()
    assert states() == {"Noord": ("open", "")}


def test_what_was_changed_after_the_decision_is_held_and_comes_back(owner, joined, followed, decided):
    edit(joined, owner, label="CO in mg/m³")
    settle()
    outcome = decided("put_back")
    with inside(joined):
        Form.objects.update(description="Lokaal")
    carry_out(outcome)
    assert label_in(joined) == "CO in mg/m³"
    assert states() == {"Noord": ("open", "changed")}


def test_what_is_accepted_is_asked_again_only_when_it_changes_anew(owner, main, joined, followed, decided):
    edit(joined, owner, label="CO in mg/m³")
    settle()
    carry_out(decided("accept", reason="Andere meter", until=in_days(30)))
    assert states() == {"Noord": ("accepted", "")}
    with inside(joined):
        kept = Deviation.objects.get()
    assert (kept.is_pinned, kept.reason, kept.review_on) == (False, "Andere meter", in_days(30))
    assert kept.decided_by == str(owner)
    with inside(main):
        Form.objects.update(description="Voor elke ketel")
    sync(owner, main, joined)
    settle()
    assert states() == {"Noord": ("accepted", "")}
    edit(joined, owner, label="CO in ppm")
    settle()
    assert states() == {"Noord": ("open", "changed")}
    settle()
    assert states() == {"Noord": ("open", "changed")}


def test_what_is_accepted_comes_back_when_the_main_changes_the_same_field(owner, main, joined, followed, decided):
    edit(joined, owner, label="CO in mg/m³")
    settle()
    carry_out(decided("accept"))
    with inside(main):
        Field.objects.update(label="Koolmonoxide")
    settle()
    assert states() == {"Noord": ("open", "changed")}


def test_what_is_accepted_comes_back_when_its_date_is_past(owner, joined, followed, decided):
    edit(joined, owner, label="CO in mg/m³")
    settle()
    carry_out(decided("accept", until=in_days(1)))
    assert waiting() == []
    with inside(joined):
        Deviation.objects.update(review_on=timezone.localdate())
    InboxDeviation.objects.update(until=timezone.localdate())
    settle()
    assert states() == {"Noord": ("open", "due")}


def test_what_was_agreed_in_a_preview_does_not_wait(owner, main, joined, followed):
    edit(joined, owner, label="CO in mg/m³")
    with inside(joined):
        uid = Form.objects.get().uid
        moment = timezone.now() + timedelta(seconds=1)
        Deviation.objects.create(kind="forms_catalog.form", uid=uid, decided_at=moment)
    settle()
    assert states() == {"Noord": ("accepted", "")}


def test_what_is_accepted_for_a_group_is_accepted_for_who_comes_with_it_later(owner, joined, other, followed, decided):
    Administration.objects.filter(pk__in=[joined.pk, other.pk]).update(groups=["Randstad"])
    edit(joined, owner, label="CO in mg/m³")
    settle()
    carry_out(decided("accept_group", reason="Zo meet de Randstad"))
    edit(other, owner, label="CO in mg/m³")
    settle()
    followed_by = InboxDecision.objects.get(follows__isnull=False)
    for target in followed_by.run.targets.all():
        execute_target(target.pk)
    settle()
    assert states() == {"Noord": ("accepted", ""), "Zuid": ("accepted", "")}


def test_a_group_is_needed_to_accept_for_it(owner, joined, followed, decided):
    edit(joined, owner, label="CO in mg/m³")
    settle()
    with pytest.raises(NoGroup):
        decided("accept_group")


def test_what_was_removed_is_brought_back_or_stays_away(owner, main, joined, other, followed):
    for administration in (joined, other):
        with inside(administration):
            Form.objects.all().delete()
    settle()
    (entry,) = waiting()
    (outcome,) = decide(acting_user=owner, main=main, decisions=[Asked(entry.pk, "accept", until=in_days(9))])
    carry_out(outcome)
    assert set(states().values()) == {("accepted", "")}
    for administration in (joined, other):
        with inside(administration):
            assert Deviation.objects.get().review_on == in_days(9)
            Deviation.objects.update(review_on=timezone.localdate())
    InboxDeviation.objects.update(until=timezone.localdate())
    settle()
    (entry,) = waiting()
    (outcome,) = decide(acting_user=owner, main=main, decisions=[Asked(entry.pk, "put_back")])
    carry_out(outcome)
    assert label_in(joined) == label_in(other) == "CO-gehalte"


def test_the_second_of_two_who_decide_is_told_who_was_first(owner, main, joined, followed, decided):
    edit(joined, owner, label="CO in mg/m³")
    settle()
    (entry,) = waiting()
    decided("put_back")
    with pytest.raises(DeviationSettled) as refused:
        decide(acting_user=owner, main=main, decisions=[Asked(entry.pk, "accept")])
    assert str(owner) in refused.value.detail
    assert SyncRun.objects.filter(plan__items=[str(entry.uid)]).count() == 1


def test_what_makes_no_sense_is_refused_before_anything_is_done(owner, main, joined, followed):
    edit(joined, owner, label="CO in mg/m³")
    settle()
    (entry,) = waiting()
    asked = {
        NothingDecided: [],
        UnknownDeviation: [Asked(uuid.uuid4(), "put_back")],
        DecidedTwice: [Asked(entry.pk, "put_back"), Asked(entry.pk, "accept")],
        DateNotUsable: [Asked(entry.pk, "accept", until=timezone.localdate())],
        QuestionMissing: [Asked(entry.pk, "ask", reason="  ")],
    }
    for refusal, decisions in asked.items():
        with pytest.raises(refusal):
            decide(acting_user=owner, main=main, decisions=decisions)
    with pytest.raises(DateNotUsable):
        decide(acting_user=owner, main=main, decisions=[Asked(entry.pk, "put_back", until=in_days(3))])
    assert not InboxDecision.objects.exists()
    assert states() == {"Noord": ("open", "")}


def test_another_customer_finds_nothing_of_it(owner, main, joined, followed):
    edit(joined, owner, label="CO in mg/m³")
    settle()
    (entry,) = waiting()
    stranger_main = make_administration("De Boer")
    stranger = make_member(stranger_main)
    with pytest.raises(UnknownDeviation):
        decide(acting_user=stranger, main=stranger_main, decisions=[Asked(entry.pk, "put_back")])
    with pytest.raises(NotAllowed):
        decide(acting_user=stranger, main=main, decisions=[Asked(entry.pk, "put_back")])


def test_who_may_not_sync_decides_nothing_and_where_one_may_not_it_stays(owner, main, joined, other, followed):
    for administration in (joined, other):
        edit(administration, owner, label="CO in mg/m³")
    settle()
    (entry,) = waiting()
    Membership.objects.filter(user=owner, administration=other).delete()
    (outcome,) = decide(acting_user=owner, main=main, decisions=[Asked(entry.pk, "put_back")])
    carry_out(outcome)
    assert states() == {"Noord": ("settled", ""), "Zuid": ("open", "")}
    role = Role.objects.create(administration=main, name="Kijker", rights=["administrations.see"])
    Membership.objects.filter(user=owner, administration=main).update(role=role)
    with pytest.raises(NotAllowed):
        decide(acting_user=owner, main=main, decisions=[Asked(entry.pk, "put_back")])


def test_an_administration_that_is_being_deleted_waits_for_nothing(owner, main, joined, followed):
    edit(joined, owner, label="CO in mg/m³")
    settle()
    (entry,) = waiting()
    Administration.objects.filter(pk=joined.pk).update(state=Administration.State.DELETING)
    with pytest.raises(UnknownDeviation):
        decide(acting_user=owner, main=main, decisions=[Asked(entry.pk, "put_back")])


def test_names_with_markup_are_told_as_they_are(owner, main, joined, followed, decided):
    edit(joined, owner, label="<script>alert(1)</script>")
    settle()
    (entry,) = waiting()
    assert entry.fields[0][3] == "<script>alert(1)</script>"
    carry_out(decided("accept", reason="<b>nee</b>"))
    assert states() == {"Noord": ("accepted", "")}


def test_several_decisions_are_carried_out_each_by_itself(owner, main, joined, other, followed):
    edit(joined, owner, label="CO in mg/m³")
    edit(other, owner, label="CO in ppm")
    settle()
    first, second = waiting()
    edit(first.deviations.get().administration, owner, label="Weer anders")
    outcomes = decide(
        acting_user=owner, main=main, decisions=[Asked(first.pk, "put_back"), Asked(second.pk, "put_back")]
    )
    assert [type(outcome.error) for outcome in outcomes] == [DeviationMoved, type(None)]
    assert InboxDecision.objects.get().entry == second
