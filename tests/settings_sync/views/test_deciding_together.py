"""One question in many administrations: which values there are, who changed them, and deciding once."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from forms_catalog.models import Field
from settings_sync.models import Change, Decision
from settings_sync.services.deciding.deciding import Asked, decide
from settings_sync.services.previews.plan_overview import list_questions
from settings_sync.services.runs.runs import start_run
from sync_ledger.edits import record_edits
from tenants.schemas import inside
from tests.conftest import make_administration, make_member

from .conftest import carry_out, make_plan, sync
from .test_plans import text_of


def relabel(administration, label, user=None):
    with inside(administration):
        field = Field.objects.get()
        path = f"sections/{field.section.title}/{field.label}/label"
        form = field.section.form
        record_edits(acting_user=user, item=form, before={path: field.label}, after={path: label})
        Field.objects.update(label=label)


@pytest.fixture
def subs(owner, main, joined, form):
    """Three sub-administrations, of which two changed a field in the same way, and the main one in another."""
    more = [make_administration(f"Van Dijk {name}", main) for name in ("Oost", "Zuid")]
    for child in more:
        make_member(child, user=owner)
    sync(owner, main, joined, *more)
    relabel(main, "CO (groep)", owner)
    for child, label in zip([joined, *more], ["CO mg", "CO mg", "CO %"], strict=True):
        relabel(child, label, owner)
    return [joined, *more]


@pytest.fixture
def plan(owner, main, subs):
    return make_plan(owner, main, *subs)


def change_in(plan, child):
    return Change.objects.get(plan_target__plan=plan, plan_target__administration=child, verdict="both_changed")


def test_it_is_asked_once_and_its_page_counts_who_has_which_value(owner_client, url, plan, subs):
    (row,) = list_questions(plan).object_list
    assert set(row.administrations) == {child.name for child in subs}
    page = owner_client.get(url("change", plan.pk, change_in(plan, subs[0]).pk))
    (spread,) = page.context["questions"].spread
    assert [(value.words, value.number) for value in spread.values] == [("CO mg", 2), ("CO %", 1)]
    assert (spread.source, spread.base) == ("CO (groep)", "CO-gehalte")
    assert "2 of 3 have this value" in text_of(page)


def test_who_changed_it_in_the_main_one_and_there_is_told(owner_client, url, plan, subs, owner):
    page = owner_client.get(url("change", plan.pk, change_in(plan, subs[0]).pk))
    (spread,) = page.context["questions"].spread
    assert spread.source_edit.by == str(owner)
    assert all(holder.edit.by == str(owner) for value in spread.values for holder in value.holders)


def test_an_edit_of_another_field_is_not_taken_for_this_one(owner_client, url, plan, subs):
    with inside(subs[0]):
        from sync_ledger.models import Edit

        Edit.objects.update(path="sections/Metingen/Iets anders/label")
    page = owner_client.get(url("change", plan.pk, change_in(plan, subs[0]).pk))
    (spread,) = page.context["questions"].spread
    here = next(value for value in spread.values if value.is_here)
    assert [holder.edit is None for holder in here.holders] == [True, False]


def test_it_is_decided_here_where_the_value_is_the_same_or_everywhere(owner_client, url, owner, plan, subs):
    change = change_in(plan, subs[0])
    decided = {}
    for scope in ("", "here", "same", "all"):
        sent = {"version": plan.version, "word": "keep_local", "scope": scope, "reason": "klantwens"}
        assert owner_client.post(url("change", plan.pk, change.pk), sent).status_code == 302
        decided[scope] = Decision.objects.filter(plan_target__plan=plan, word="keep_local").count()
        plan = decide(acting_user=owner, plan=plan, version=plan.version + 1, decisions=[Asked(change.uid, None)])
    assert decided == {"": 1, "here": 1, "same": 2, "all": 3}


def test_an_unknown_decision_is_refused_in_words(owner_client, url, plan, subs):
    for sent in ({"word": "rubbish"}, {"word": "keep_local", "scope": "rubbish"}):
        page = owner_client.post(url("change", plan.pk, change_in(plan, subs[0]).pk), {"version": 1, **sent})
        assert "Choose one of the" in text_of(page)
        assert "rubbish" not in text_of(page)
    assert not Decision.objects.exists()


def test_the_reason_of_before_is_filled_in_again(owner_client, url, owner, main, plan, subs):
    address = url("change", plan.pk, change_in(plan, subs[0]).pk)
    answer = {"version": 1, "word": "keep_local", "reason": "klantwens", "review_on": "2027-01-31", "scope": "here"}
    owner_client.post(address, answer)
    assert owner_client.get(address).context["form"]["reason"].value() == "klantwens"
    plan.refresh_from_db()
    carry_out(start_run(acting_user=owner, plan=plan, version=plan.version))
    relabel(main, "CO (nieuw)")
    again = make_plan(owner, main, subs[0])
    page = owner_client.get(url("change", again.pk, change_in(again, subs[0]).pk))
    assert page.context["form"]["reason"].value() == "klantwens"
    assert page.context["form"]["review_on"].value() == datetime.date(2027, 1, 31)
    assert "Agreed before klantwens" in text_of(page)


def test_the_number_of_queries_does_not_depend_on_how_many_are_asked(owner_client, url, owner, main, plan, subs):
    def queries(plan):
        with CaptureQueriesContext(connection) as captured:
            assert owner_client.get(url("change", plan.pk, change_in(plan, subs[0]).pk)).status_code == 200
        return len(captured)

    two = make_plan(owner, main, subs[0], subs[2])
    queries(two)
    assert queries(plan) == queries(two)
