"""Typed confirmation, rehearsal, policies of the wizard, and taking a run back."""

import re

import pytest
from django.utils import timezone

from forms_catalog.models import Field, Form
from reference_data.models import WorkType
from settings_sync.models import Plan, SyncRun, SyncTarget
from settings_sync.services.runs.runs import start_run
from settings_sync.services.undos import making, undoing
from settings_sync.services.undos.undoing import create_undo_plan
from tenants.schemas import inside
from tests.conftest import make_member

from .conftest import carry_out, make_plan, sync
from .test_plans import text_of


@pytest.fixture
def removal(owner, main, joined):
    """A preview that archives what the main administration removed."""
    with inside(main):
        WorkType.objects.create(name="Storing")
        WorkType.objects.create(name="Onderhoud")
    sync(owner, main, joined, categories=["reference_data"])
    with inside(main):
        WorkType.objects.filter(name="Storing").delete()
    return make_plan(owner, main, joined, categories=["reference_data"], policies={"removed_in_source": "archive"})


def test_much_is_confirmed_by_typing_and_a_wrong_word_keeps_the_note(owner_client, url, main, removal):
    address = url("plan", removal.pk)
    said = text_of(owner_client.get(address))
    assert "1 is archived" in said
    assert "1 setting is removed or archived." in said
    assert f"Type “{main.name}” to confirm" in said
    answer = owner_client.post(address, {"version": 1, "note": "Nieuwe eisen", "confirmation": "ja"})
    assert answer.status_code == 200
    assert f"confirm it by typing “{main.name}” or {main.slug}" in text_of(answer)
    assert "Nieuwe eisen" in answer.content.decode()
    assert SyncRun.objects.count() == 1
    answer = owner_client.post(address, {"version": 1, "confirmation": main.slug})
    assert answer.status_code == 302
    assert SyncRun.objects.count() == 2


def test_a_rehearsal_is_told_per_administration_and_changes_nothing(owner_client, url, joined, removal):
    assert "not tried" in text_of(owner_client.get(url("plan", removal.pk)))
    answer = owner_client.post(url("plan-rehearse", removal.pk), follow=True)
    assert "rolled back: it works" in text_of(answer)
    assert removal.targets.get().rehearsal["state"] == "passed"
    with inside(joined):
        assert not WorkType.objects.filter(is_archived=True).exists()


def test_policies_of_the_wizard_go_into_the_plan_and_come_back_with_it(owner_client, url, joined, form):
    page = text_of(owner_client.get(url("choose")))
    assert "What happens where nobody decides" in page
    assert "waits until somebody decides" in page
    owner_client.post(
        url("choose"), {"do": "preview", "to": [joined.slug], "category": ["forms"], "conflict": "overwrite"}
    )
    plan = Plan.objects.get()
    assert (plan.policies["conflict"], plan.policies["stale"]) == ("overwrite", "hold")
    page = owner_client.get(url("choose"), {"plan": plan.pk}).content.decode()
    assert re.search(r'value="overwrite" selected', page)
    answer = owner_client.post(
        url("choose"), {"do": "preview", "to": [joined.slug], "category": ["forms"], "conflict": "nonsense"}
    )
    assert answer.status_code == 200
    assert Plan.objects.count() == 1


def test_a_run_is_taken_back_where_ticked_and_both_say_so(owner_client, url, owner, main, joined, other_child, form):
    make_member(other_child, user=owner)
    run = sync(owner, main, joined, other_child)
    page = text_of(owner_client.get(url("run", run.pk)))
    assert "Where is it taken back?" in page
    assert "2 of 2 chosen" in page
    answer = owner_client.post(url("run-undo", run.pk), follow=True)
    assert "Tick the administrations" in text_of(answer)
    answer = owner_client.post(url("run-undo", run.pk), {"target": [joined.slug]}, follow=True)
    said = text_of(answer)
    assert "Take back the sync of" in said
    assert "What do you take along?" not in said
    assert "Was added by that sync, and is deleted again." in said
    plan = Plan.objects.get(kind="undo")
    assert [target.administration for target in plan.targets.all()] == [joined]
    assert f"Type “{main.name}” to confirm" in said
    assert owner_client.post(url("plan", plan.pk), {"version": 1}).status_code == 200
    assert not SyncRun.objects.filter(plan=plan).exists()
    answer = owner_client.post(url("plan", plan.pk), {"version": 1, "confirmation": main.slug})
    assert answer.status_code == 302, text_of(answer)
    back = carry_out(SyncRun.objects.get(plan=plan))
    for administration, number in ((joined, 0), (other_child, 1)):
        with inside(administration):
            assert Form.objects.count() == number
    assert "The sync that was taken back" in text_of(owner_client.get(url("run", back.pk)))
    assert f"Taken back by {owner}" in text_of(owner_client.get(url("run", run.pk)))
    history = text_of(owner_client.get(url("runs")))
    assert f"Taken back by {owner}" in history
    assert "The sync that was taken back" in history


def test_the_page_follows_a_worker_that_compares_many(owner_client, url, owner, main, joined, form, monkeypatch):
    run = sync(owner, main, joined)
    monkeypatch.setattr(undoing, "MADE_AT_ONCE", 0)
    answer = owner_client.post(url("run-undo", run.pk), {"target": [joined.slug]}, follow=True)
    plan = Plan.objects.get(kind="undo")
    assert "0 of 1 administration is compared" in text_of(answer)
    assert f'hx-get="{url("plan", plan.pk)}"' in answer.content.decode()
    making.make_plan(plan.pk)
    assert owner_client.get(url("plan", plan.pk), headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    assert "Was added by that sync, and is deleted again." in text_of(owner_client.get(url("plan", plan.pk)))


def test_what_changed_since_is_asked_first(owner_client, url, owner, main, joined, form):
    sync(owner, main, joined)
    with inside(main):
        Field.objects.update(label="CO (groep)")
    run = sync(owner, main, joined)
    with inside(joined):
        Field.objects.update(label="CO (later)")
    answer = owner_client.post(url("run-undo", run.pk), {"target": [joined.slug]}, follow=True)
    said = text_of(answer)
    assert "To decide" in said
    assert f"Was changed in {joined.name} after that sync." in said
    change = Plan.objects.get(kind="undo").targets.get().changes.get(action="hold")
    said = text_of(owner_client.get(url("change", change.plan_target.plan_id, change.pk)))
    assert f"Put back what {joined.name} had before that sync CO-gehalte" in said
    assert f"Keep what {joined.name} has now CO (later)" in said
    assert "Before that sync CO-gehalte" in said and "After that sync CO (groep)" in said


def test_what_tried_to_take_a_run_back_and_wrote_nothing_is_not_told_as_done(
    owner_client, url, owner, main, joined, form
):
    run = sync(owner, main, joined)
    plan = create_undo_plan(acting_user=owner, run=run, targets=[joined.slug])
    back = start_run(acting_user=owner, plan=plan, version=1, confirmation=main.slug)
    assert f"Taken back by {owner}" in text_of(owner_client.get(url("run", run.pk)))
    back.targets.update(state=SyncTarget.State.FAILED, error_code="busy", finished_at=timezone.now())
    SyncRun.objects.filter(pk=back.pk).update(state=SyncRun.State.FAILED, finished_at=timezone.now())
    assert "Taken back by" not in text_of(owner_client.get(url("run", run.pk)))
