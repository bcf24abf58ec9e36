"""A change and the row that keeps it: the same either way, whatever is in it."""

import uuid
from dataclasses import fields

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from settings_sync.models import Change
from settings_sync.planning.values import Deviation, NeededBy, PlannedChange
from settings_sync.planning.verdicts import Action, Verdict
from settings_sync.services.plans.change_rows import change_of, does_something, row_of, save_rows
from settings_sync.services.plans.plans import create_plan
from tests.conftest import make_member

digests = st.none() | st.sampled_from([b"\x01" * 32, b"\x02" * 32])
texts = st.sampled_from(["", "order", "field/1/label", "reden “één”"])
ATTRIBUTES = {
    "key": st.tuples(st.just("forms_catalog.form"), st.uuids()),
    "label": texts,
    "verdict": st.sampled_from(Verdict),
    "action": st.sampled_from(Action),
    "base": digests,
    "source": digests,
    "local": digests,
    "result": digests,
    "next_base": digests,
    "couples": st.none() | st.uuids(),
    "pairs": st.lists(st.tuples(texts, texts, texts), max_size=2).map(tuple),
    "conflicts": st.lists(st.tuples(texts, texts), max_size=2).map(tuple),
    "deviations": st.lists(st.builds(Deviation, texts, st.booleans(), texts), max_size=1).map(tuple),
    "clears_deviations": st.booleans(),
    "pins": st.lists(texts, max_size=2).map(tuple),
    "facts": st.dictionaries(st.sampled_from(["holder", "pair"]), texts),
    "needed_by": st.lists(st.builds(NeededBy, texts, texts, texts), max_size=1).map(tuple),
}
changes = st.builds(PlannedChange, **ATTRIBUTES)


@pytest.fixture
def target(owner, main, child):
    make_member(child, user=owner)
    return create_plan(acting_user=owner, main=main, targets=[child.slug], categories=["forms"]).targets.get()


def test_every_attribute_of_a_change_is_tried():
    assert set(ATTRIBUTES) == {attribute.name for attribute in fields(PlannedChange)}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(changes, min_size=1, max_size=8, unique_by=lambda change: change.uid))
def test_what_is_stored_comes_back_and_queries_choose_as_planning_does(target, given_changes):
    Change.objects.filter(plan_target=target).delete()
    save_rows([row_of(change, target, used_by={}, warnings=()) for change in given_changes])
    stored = Change.objects.filter(plan_target=target).order_by("id")
    assert [change_of(row) for row in stored] == given_changes
    doing = {row.uid for row in stored.filter(does_something())}
    assert doing == {change.uid for change in given_changes if change.does_something}


def test_a_change_that_is_stored_again_keeps_its_row(target):
    change = PlannedChange(("forms_catalog.form", uuid.uuid4()), "Onderhoud", Verdict.NEW, Action.CREATE)
    for label in ("Onderhoud", "Storing"):
        row = row_of(change, target, used_by={}, warnings=())
        row.label = label
        save_rows([row])
    (kept,) = Change.objects.filter(plan_target=target, uid=change.uid)
    assert kept.label == "Storing"
