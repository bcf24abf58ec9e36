"""Deciding about a change on its page."""

import re

import pytest

from forms_catalog.models import Field, Form
from settings_sync.models import Change, Decision
from settings_sync.services.deciding import Asked, decide
from settings_sync.services.runs import start_run
from settings_sync.verdicts import Word
from tenants.schemas import inside
from tests.conftest import make_member

from .conftest import carry_out, make_plan, sync
from .test_plans import text_of


def relabel(administration, label):
    with inside(administration):
        Field.objects.update(label=label)


@pytest.fixture
def conflict(owner, main, joined, form):
    """A preview in which both sides have another label for the same field."""
    sync(owner, main, joined)
    relabel(main, "CO (groep)")
    relabel(joined, "CO (hier)")
    return make_plan(owner, main, joined)


def change_of(plan, form):
    return Change.objects.get(plan_target__plan=plan, uid=form.uid)


def sent(plan, **values):
    return {"version": plan.version, **values}


def path_of(change):
    ((path, _side),) = change.conflicts
    return path


def test_a_conflict_is_decided_field_by_field_and_withdrawn(owner_client, url, owner, conflict, form, joined):
    change = change_of(conflict, form)
    address = url("change", conflict.pk, change.pk)
    said = text_of(owner_client.get(address))
    for words in ("Keep what is here", "Take over from the main administration", "CO (groep)", "Here: CO (hier)"):
        assert words in said
    assert "keep_local" not in said
    assert re.search(r"<button[^>]* disabled", owner_client.get(url("plan", conflict.pk)).content.decode())
    path = f"path:{path_of(change)}"
    answer = owner_client.post(
        address, sent(conflict, word="merge", reason="klantwens", review_on="2027-01-31", **{path: "keep_local"})
    )
    assert answer["Location"] == f"{url('plan', conflict.pk)}#questions"
    said = text_of(owner_client.get(url("plan", conflict.pk)))
    assert "Start sync: remember that 1 setting stays as it is" in said
    decision = Decision.objects.get()
    assert (decision.word, f"path:{decision.path}", decision.reason) == ("keep_local", path, "klantwens")
    said = text_of(owner_client.get(address))
    assert "Keep what is here" in said.split("What was decided")[1].split("Withdraw")[0]
    assert str(owner) in said
    conflict.refresh_from_db()
    owner_client.post(address, sent(conflict, withdraw="yes"))
    assert not Decision.objects.exists()
    assert change_of(conflict, form).action == "hold"


def test_what_cannot_be_decided_keeps_what_was_filled_in(owner_client, url, owner, conflict, form):
    address = url("change", conflict.pk, change_of(conflict, form).pk)
    answer = owner_client.post(address, sent(conflict, word="merge", reason="klantwens"))
    assert "Choose for each field below" in text_of(answer)
    decide(acting_user=owner, plan=conflict, version=1, decisions=[Asked(form.uid, Word.SKIP)])
    answer = owner_client.post(address, sent(conflict, word="overwrite", reason="klantwens"))
    assert "This preview has changed since you looked at it" in text_of(answer)
    page = answer.content.decode()
    assert 'value="klantwens"' in page
    assert re.search(r'name="version" value="2"', page)
    assert Decision.objects.get().word == "skip"
    owner_client.post(address, {"version": "2", "word": "overwrite", "reason": "klantwens"})
    assert Decision.objects.get().word == "overwrite"


def test_the_same_conflict_elsewhere_is_decided_at_once(owner_client, url, owner, main, joined, other_child, form):
    make_member(other_child, user=owner)
    sync(owner, main, joined, other_child)
    for administration, label in ((main, "CO (groep)"), (joined, "CO (hier)"), (other_child, "CO (daar)")):
        relabel(administration, label)
    plan = make_plan(owner, main, joined, other_child)
    change = Change.objects.get(plan_target__plan=plan, uid=form.uid, plan_target__administration=joined)
    address = url("change", plan.pk, change.pk)
    assert f"Also in the other administration where this is asked: {other_child.name}" in text_of(
        owner_client.get(address)
    )
    owner_client.post(address, sent(plan, word="overwrite", scope="all"))
    assert Decision.objects.count() == 2
    assert not Change.objects.filter(plan_target__plan=plan, action="hold").exists()


@pytest.mark.parametrize(("name", "is_preselected"), [("Onderhoud cv-ketel", True), ("ONDERHOUD cv-ketel", False)])
def test_a_taken_name_is_coupled_and_only_an_equal_one_preselected(
    owner_client, url, owner, main, joined, form, name, is_preselected
):
    with inside(joined):
        own = Form.objects.create(name=name)
        Form.objects.create(name="Iets heel anders")
    plan = make_plan(owner, main, joined)
    address = url("change", plan.pk, change_of(plan, form).pk)
    page = owner_client.get(address).content.decode()
    assert bool(re.search(r'value="couple:same"[^>]* checked', page)) is is_preselected
    assert " selected" not in page.split('name="couple_with"')[1].split("</select>")[0].replace('value="" selected', "")
    assert page.index(name) < page.index("Iets heel anders")
    answer = owner_client.post(address, sent(plan, word="create_as", name=" "))
    assert "Give the name that it should have here." in text_of(answer)
    owner_client.post(address, sent(plan, word="couple:same"))
    assert (change_of(plan, form).action, change_of(plan, form).couples) == ("couple", own.uid)
    assert "is coupled" in text_of(owner_client.get(url("plan", plan.pk)))


def test_nothing_can_be_decided_after_it_was_carried_out(owner_client, url, owner, conflict, form):
    change = change_of(conflict, form)
    carry_out(start_run(acting_user=owner, plan=conflict, version=1))
    address = url("change", conflict.pk, change.pk)
    assert "Keep what is here" not in text_of(owner_client.get(address))
    assert owner_client.post(address, sent(conflict, word="overwrite")).status_code == 200
    assert not Decision.objects.exists()
