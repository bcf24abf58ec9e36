"""Taking over an acquired administration: 300 settings, most of them named differently, in one sitting."""
# ruff: noqa: F401, F811

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from business.models import Customer, WorkOrder
from forms_catalog.models import Field, Form, Section
from reference_data.models import ErrorCode, WorkStatus, WorkType
from settings_sync.exceptions import CannotCouple, PlanChanged
from settings_sync.models import Decision, SyncRun
from settings_sync.services.runs.runs import start_run
from settings_sync.services.takeover.takeover import (
    NEW,
    best_choices,
    decide_takeover,
    exact_choices,
    find_open_takeover,
    read_takeover,
    start_takeover,
    with_suggestions,
)
from tenants.schemas import inside
from tests.settings_sync.views.conftest import carry_out, joined, sync

LABELS = ("Merk", "Bouwjaar", "CO-gehalte", "Gasdruk", "Waterdruk", "Opmerking")


def make_forms(names):
    """Forms whose fields tell them apart, whatever they are called."""
    forms = Form.objects.bulk_create(Form(name=name) for name in names)
    sections = Section.objects.bulk_create(Section(form=form, title="Meten", position=1) for form in forms)
    Field.objects.bulk_create(
        Field(section=section, label=f"{label} {number}", type="text", position=place, reference=f"f{place}")
        for number, section in enumerate(sections)
        for place, label in enumerate(LABELS, start=1)
    )
    return forms


def fill(main, child, size, start=0):
    """Settings of both sides: a third forms with other names, a third work types named alike, a third equal codes."""
    numbers = range(start, start + size // 3)
    with inside(main):
        make_forms([f"Onderhoud nr {n}" for n in numbers])
        WorkType.objects.bulk_create(WorkType(name=f"Montage soort {n:03} zonnepaneel") for n in numbers)
        ErrorCode.objects.bulk_create(ErrorCode(code=f"E{n}", name=f"Storing {n}") for n in numbers)
    with inside(child):
        make_forms([f"Beurt {uuid.uuid4().hex[:8]}" for n in numbers])
        WorkType.objects.bulk_create(WorkType(name=f"Zonnepaneel monteren soort {n:03}") for n in numbers)
        ErrorCode.objects.bulk_create(ErrorCode(code=f"E{n}", name=f"Storing {n}") for n in numbers)


def use(*work_types):
    """An open work order for each of these work types."""
    customer = Customer.objects.create(number=1, name="Bakkerij")
    status = WorkStatus.objects.create(code="zz", name="Eigen", is_archived=True)
    for number, key in enumerate(work_types):
        WorkOrder.objects.create(customer=customer, work_type_id=key, number=number, status=status)


def begin(owner, main, child):
    return start_takeover(acting_user=owner, main=main, slug=child.slug).targets.get()


def decide(owner, target, choices):
    target.refresh_from_db()
    takeover = read_takeover(target)
    version = takeover.plan.version
    return decide_takeover(acting_user=owner, takeover=takeover, version=version, choices=choices)


def count_queries(work):
    with CaptureQueriesContext(connection) as captured:
        done = work()
    return done, len(captured)


@pytest.fixture
def few(owner, main, joined):
    """A sitting about 9 settings."""
    fill(main, joined, 9)
    return begin(owner, main, joined)


def row_of(target, label):
    takeover = read_takeover(target)
    return with_suggestions(takeover, takeover.narrowed(query=label))[0]


def test_three_hundred_settings_in_one_sitting(owner, main, joined):
    fill(main, joined, 300)
    with inside(joined):
        keys = dict(WorkType.objects.values_list("name", "pk"))
        use(*list(keys.values())[:5])
    target = begin(owner, main, joined)
    takeover = read_takeover(target)
    assert (takeover.counts.total, takeover.counts.open, takeover.counts.own_left) == (300, 300, 300)
    assert target.counts["create"] == 0
    choices = best_choices(with_suggestions(takeover, list(takeover.rows)))
    assert len(choices) == len(set(choices.values())) == 300
    plan = decide(owner, target, choices)
    takeover = read_takeover(target)
    assert (takeover.counts.coupled, takeover.counts.held, takeover.counts.own_left) == (300, 0, 0)
    target.refresh_from_db()
    assert target.rehearsal["state"] == "passed"
    plan.refresh_from_db()
    run = carry_out(start_run(acting_user=owner, plan=plan, version=plan.version, confirmation=main.slug))
    assert run.state == SyncRun.State.SUCCEEDED
    with inside(main):
        theirs = set(WorkType.objects.values_list("uid", "name"))
    with inside(joined):
        assert set(WorkType.objects.values_list("uid", "name")) == theirs
        assert set(WorkType.objects.values_list("pk", flat=True)) == set(keys.values())
        assert set(WorkOrder.objects.values_list("work_type", flat=True)) == set(list(keys.values())[:5])
        assert Form.objects.count() == ErrorCode.objects.count() == 100


def test_a_sitting_costs_the_same_queries_however_many_settings_there_are(owner, main, joined):
    counted = []
    for size, start in ((9, 0), (90, 1000)):
        fill(main, joined, size, start)
        target = begin(owner, main, joined)
        takeover, reading = count_queries(lambda target=target: read_takeover(target))
        rows, suggesting = count_queries(lambda takeover=takeover: with_suggestions(takeover, list(takeover.rows)))
        _plan, deciding = count_queries(lambda target=target, rows=rows: decide(owner, target, best_choices(rows)))
        counted.append((reading, suggesting, deciding))
    assert counted[0] == counted[1]


def test_contents_are_suggested_where_names_differ(few):
    best = row_of(few, "Onderhoud nr 2").best
    assert best.own.label.startswith("Beurt ")
    assert best.likeness.content == 100
    assert not best.likeness.is_exact


def test_only_equal_key_and_name_is_preselected_and_coupled_at_once(owner, few):
    assert row_of(few, "Storing 1").preselected.own.label == "Storing 1"
    assert row_of(few, "Montage soort 001").preselected is None
    takeover = read_takeover(few)
    decide(owner, few, exact_choices(with_suggestions(takeover, list(takeover.rows))))
    counts = read_takeover(few).counts
    assert (counts.coupled, counts.open) == (3, 6)


def test_what_was_decided_stays_and_can_be_gone_on_with(owner, main, joined, few):
    row = row_of(few, "Montage soort 001")
    decide(owner, few, {row.uid: NEW})
    plan = find_open_takeover(acting_user=owner, main=main, slug=joined.slug)
    assert plan.pk == few.plan_id
    assert [one.label for one in read_takeover(few).narrowed(state=NEW)] == [row.label]
    decide(owner, few, {row.uid: ""})
    assert read_takeover(few).counts.open == 9


def test_what_is_not_decided_does_not_come(owner, main, joined, few):
    row = row_of(few, "Montage soort 001")
    decide(owner, few, {row.uid: NEW})
    plan = few.plan
    plan.refresh_from_db()
    carry_out(start_run(acting_user=owner, plan=plan, version=plan.version))
    with inside(joined):
        assert WorkType.objects.count() == 4
        assert Form.objects.count() == 3
    assert find_open_takeover(acting_user=owner, main=main, slug=joined.slug) is None


def test_what_is_coupled_but_needs_what_is_open_stays_in_the_list_as_held(owner, main, few):
    with inside(main):
        work_type = WorkType.objects.get(name__startswith="Montage soort 001")
        Form.objects.get(name="Onderhoud nr 1").work_types.add(work_type)
    target = begin(owner, main, few.administration)
    form = row_of(target, "Onderhoud nr 1")
    decide(owner, target, {form.uid: str(form.best.own.uid)})
    row = row_of(target, "Onderhoud nr 1")
    assert row.is_held and "Montage soort 001" in row.reason
    assert row.coupled == row.best.own
    assert read_takeover(target).counts.held == 1
    needed = row_of(target, "Montage soort 001")
    decide(owner, target, {needed.uid: str(needed.best.own.uid)})
    assert read_takeover(target).counts.held == 0


def test_one_setting_is_coupled_once(owner, few):
    first, second = row_of(few, "Montage soort 001"), row_of(few, "Montage soort 002")
    own = str(first.best.own.uid)
    with pytest.raises(CannotCouple, match="Montage soort 00"):
        decide(owner, few, {first.uid: own, second.uid: own})
    assert not Decision.objects.exclude(word="skip").exists()
    decide(owner, few, {first.uid: own})
    with pytest.raises(CannotCouple):
        decide(owner, few, {second.uid: own})
    decide(owner, few, {first.uid: "", second.uid: own})
    assert row_of(few, "Montage soort 002").coupled.label == first.best.own.label


def test_what_is_coupled_is_not_suggested_for_another(owner, few):
    first = row_of(few, "Montage soort 001")
    decide(owner, few, {first.uid: str(first.best.own.uid)})
    second = row_of(few, "Montage soort 002")
    assert first.best.own.uid not in {one.own.uid for one in second.suggestions}


def test_somebody_elses_decision_meanwhile_is_not_lost(owner, few):
    takeover, row = read_takeover(few), row_of(few, "Montage soort 001")
    decide(owner, few, {row.uid: NEW})
    choices = {row.uid: str(row.best.own.uid)}
    with pytest.raises(PlanChanged):
        decide_takeover(acting_user=owner, takeover=takeover, version=takeover.plan.version, choices=choices)
    assert row_of(few, "Montage soort 001").choice == NEW


def test_what_uses_a_setting_is_told_before_it_is_coupled(joined, few):
    with inside(joined):
        used = WorkType.objects.get(name="Zonnepaneel monteren soort 001")
        use(used.pk)
    best = row_of(few, "Montage soort 001").best
    assert best.own.uid == used.uid
    assert len(best.own.uses) == 1 and best.own.uses[0].startswith("1 ")


def test_what_the_main_removed_and_made_anew_is_offered_in_its_place(owner, main, joined):
    with inside(main):
        old = WorkType.objects.create(name="Onderhoud")
    sync(owner, main, joined, categories=["reference_data"])
    with inside(main):
        old.delete()
        WorkType.objects.create(name="Onderhoud")
    target = begin(owner, main, joined)
    row = row_of(target, "Onderhoud")
    assert [(one.own.uid, one.own.followed) for one in row.suggestions] == [(old.uid, True)]
    assert read_takeover(target).counts.own_left == 0
    decide(owner, target, {row.uid: str(old.uid)})
    plan = target.plan
    plan.refresh_from_db()
    carry_out(start_run(acting_user=owner, plan=plan, version=plan.version, note=""))
    with inside(joined):
        assert list(WorkType.objects.values_list("uid", flat=True)) == [row.uid]
