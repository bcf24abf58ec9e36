"""Taking over an acquired administration: 300 settings, most of them named differently, in one sitting."""
# ruff: noqa: F401, F811

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from business.models import Customer, WorkOrder
from forms_catalog.models import Field, Form, Section
from reference_data.models import ErrorCode, VatRate, WorkStatus, WorkType
from settings_sync.exceptions import CannotCouple, PlanChanged, PlanUsed
from settings_sync.models import Decision, SyncRun
from settings_sync.services.runs.runs import start_run
from settings_sync.services.takeover.own_settings import (
    OWN,
    decide_own,
    proposed_choices,
    rank_counterparts,
    read_proposal,
    solved_needs,
)
from settings_sync.services.takeover.takeover import (
    NEW,
    find_open_takeover,
    read_takeover,
    start_takeover,
)
from templates_catalog.models import Layout, Scheme
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


def proposal_of(target):
    target.refresh_from_db()
    return read_proposal(read_takeover(target))


def decide(owner, target, choices, of_main=None):
    proposal = proposal_of(target)
    version = proposal.takeover.plan.version
    return decide_own(acting_user=owner, proposal=proposal, version=version, choices=choices, of_main=of_main)


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
    return proposal_of(target).narrowed(query=label)[0]


def main_row(target, label):
    return next(row for row in read_takeover(target).rows if row.label == label)


def test_three_hundred_settings_in_one_sitting(owner, main, joined):
    fill(main, joined, 300)
    with inside(joined):
        keys = dict(WorkType.objects.values_list("name", "pk"))
        use(*list(keys.values())[:5])
    target = begin(owner, main, joined)
    proposal = proposal_of(target)
    assert (len(proposal.rows), proposal.decided, proposal.rest) == (300, 0, ())
    assert [sum(row.sort == sort for row in proposal.rows) for sort in ("sure", "alike", "alone")] == [100, 200, 0]
    assert target.counts["create"] == 0
    choices = proposed_choices(proposal.rows)
    assert len(choices) == len(set(choices.values())) == 300
    plan = decide(owner, target, choices)
    proposal = proposal_of(target)
    assert (proposal.decided, proposal.coupled, proposal.is_done) == (300, 300, True)
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
        proposal, proposing = count_queries(lambda takeover=takeover: read_proposal(takeover))
        choices = proposed_choices(proposal.rows)
        _plan, deciding = count_queries(lambda target=target, choices=choices: decide(owner, target, choices))
        counted.append((reading, proposing, deciding))
    assert counted[0] == counted[1]


def test_contents_are_proposed_where_names_differ(few):
    row = next(row for row in proposal_of(few).rows if row.own.label.startswith("Beurt "))
    assert row.proposal.row.label.startswith("Onderhoud nr ")
    assert row.proposal.likeness.content == 100
    assert (row.sort, row.choice) == ("alike", "")


def test_what_is_surely_the_same_comes_first_and_what_is_alone_last(owner, main, joined, few):
    with inside(joined):
        WorkStatus.objects.create(code="zz", name="Op de bok")
    sorts = [row.sort for row in proposal_of(few).rows]
    assert sorts == ["sure"] * 3 + ["alike"] * 6 + ["alone"]
    alone = row_of(few, "Op de bok")
    assert alone.proposal is None
    assert proposed_choices([alone]) == {alone.uid: OWN}


def test_one_setting_of_the_main_is_proposed_once_and_to_what_it_is_most_like(main, joined, few):
    with inside(joined):
        WorkType.objects.create(name="Zonnepaneel monteren")
    proposed = [row.proposal.row.uid for row in proposal_of(few).rows if row.proposal]
    assert len(proposed) == len(set(proposed)) == 9
    assert row_of(few, "soort 001").proposal.row.label == "Montage soort 001 zonnepaneel"


def test_what_stays_its_own_is_kept_and_is_counted_and_changes_nothing(owner, few):
    row = row_of(few, "monteren soort 001")
    version = few.plan.version
    decide(owner, few, {row.uid: OWN})
    proposal = proposal_of(few)
    assert (proposal.decided, proposal.stays, proposal.coupled) == (1, 1, 0)
    assert [one.uid for one in proposal.narrowed(state=OWN)] == [row.uid]
    assert proposal.takeover.plan.version == version + 1
    assert not Decision.objects.exclude(word="skip").exists()
    decide(owner, few, {row.uid: ""})
    assert proposal_of(few).decided == 0


def test_what_was_decided_is_gone_on_with(owner, main, joined, few):
    row = row_of(few, "monteren soort 001")
    decide(owner, few, {row.uid: str(row.proposal.row.uid)})
    plan = find_open_takeover(acting_user=owner, main=main, slug=joined.slug)
    assert plan.pk == few.plan_id
    assert [one.uid for one in proposal_of(few).narrowed(state="coupled")] == [row.uid]


def test_what_is_not_decided_does_not_come(owner, main, joined, few):
    row = main_row(few, "Montage soort 001 zonnepaneel")
    decide(owner, few, {}, {row.uid: NEW})
    plan = few.plan
    plan.refresh_from_db()
    carry_out(start_run(acting_user=owner, plan=plan, version=plan.version))
    with inside(joined):
        assert WorkType.objects.count() == 4
        assert Form.objects.count() == 3
    assert find_open_takeover(acting_user=owner, main=main, slug=joined.slug) is None
    with pytest.raises(PlanUsed):
        decide(owner, few, {row_of(few, "monteren soort 002").uid: OWN})


def test_the_rest_of_the_main_is_what_nothing_is_or_becomes(owner, main, few):
    with inside(main):
        WorkType.objects.create(name="Koeltechniek")
    target = begin(owner, main, few.administration)
    assert [row.label for row in proposal_of(target).rest] == ["Koeltechniek"]
    left = row_of(target, "monteren soort 001")
    decide(owner, target, {left.uid: OWN})
    proposal = proposal_of(target)
    assert {row.label for row in proposal.rest} == {"Koeltechniek", left.proposal.row.label}
    decide(owner, target, {}, {row.uid: NEW for row in proposal.rest})
    proposal = proposal_of(target)
    assert (proposal.rest_open, proposal.rest_added) == (0, 2)


def test_what_is_coupled_but_needs_what_is_open_is_told_with_what_solves_it(owner, main, few):
    with inside(main):
        work_type = WorkType.objects.get(name__startswith="Montage soort 001")
        other = WorkType.objects.create(name="Koeltechniek")
        for number, needed in (("1", work_type), ("2", other)):
            Form.objects.get(name=f"Onderhoud nr {number}").work_types.add(needed)
    target = begin(owner, main, few.administration)
    forms = [row for row in proposal_of(target).rows if row.own.kind.endswith("form")]
    decide(owner, target, proposed_choices(forms))
    proposal = proposal_of(target)
    told = {one.row.label: (one.needed_by, one.proposal and one.proposal.own.label) for one in proposal.blockers}
    assert told == {
        work_type.name: (("Onderhoud nr 1",), "Zonnepaneel monteren soort 001"),
        "Koeltechniek": (("Onderhoud nr 2",), None),
    }
    assert sum(row.is_held for row in proposal.rows) == 2
    assert not proposal.is_done
    decide(owner, target, {}, solved_needs(proposal.blockers))
    proposal = proposal_of(target)
    assert (proposal.blockers, [row for row in proposal.rows if row.is_held]) == ((), [])
    assert row_of(target, "monteren soort 001").coupled.label == work_type.name


def test_what_is_added_and_held_for_another_reason_is_told(owner, main, joined, few):
    with inside(main):
        WorkType.objects.create(name="Vakantie")
    with inside(joined):
        WorkType.objects.create(name="Vakantie")
    target = begin(owner, main, joined)
    own = row_of(target, "Vakantie")
    decide(owner, target, {own.uid: OWN}, {own.proposal.row.uid: NEW})
    assert [(row.label, bool(row.reason)) for row in proposal_of(target).held] == [("Vakantie", True)]


def test_one_setting_is_coupled_once(owner, few):
    first, second = row_of(few, "monteren soort 001"), row_of(few, "monteren soort 002")
    becomes = str(first.proposal.row.uid)
    with pytest.raises(CannotCouple, match="soort 00"):
        decide(owner, few, {first.uid: becomes, second.uid: becomes})
    assert not Decision.objects.exclude(word="skip").exists()
    decide(owner, few, {first.uid: becomes})
    decide(owner, few, {first.uid: "", second.uid: becomes})
    assert row_of(few, "monteren soort 002").coupled.uid == first.proposal.row.uid
    assert row_of(few, "monteren soort 001").choice == ""
    of_main = {main_row(few, "Montage soort 000 zonnepaneel").uid: str(second.uid)}
    with pytest.raises(CannotCouple, match="Montage soort 00"):
        decide(owner, few, {}, of_main)


def test_what_is_coupled_is_proposed_for_nothing_else(owner, few):
    first = row_of(few, "monteren soort 001")
    taken = row_of(few, "monteren soort 002").proposal.row
    decide(owner, few, {first.uid: str(taken.uid)})
    proposal = proposal_of(few)
    others = [row for row in proposal.rows if row.uid != first.uid]
    offered = {one.row.uid for row in others for one in row.open_counterparts}
    assert taken.uid not in offered
    assert row_of(few, "monteren soort 001").coupled.uid == taken.uid


def test_every_setting_of_the_kind_is_ranked_for_choosing_by_hand(few):
    row = row_of(few, "monteren soort 001")
    ranked = rank_counterparts(read_takeover(few), row.own)
    assert ranked[0].row.label == "Montage soort 001 zonnepaneel"
    assert len(ranked) == 3
    with inside(few.administration):
        WorkType.objects.get(uid=row.uid).delete()
    assert rank_counterparts(read_takeover(few), row.own) == []


def test_somebody_elses_decision_meanwhile_is_not_lost(owner, few):
    proposal, row = proposal_of(few), row_of(few, "monteren soort 001")
    decide(owner, few, {row.uid: OWN})
    choices = {row.uid: str(row.proposal.row.uid)}
    with pytest.raises(PlanChanged):
        decide_own(acting_user=owner, proposal=proposal, version=proposal.takeover.plan.version, choices=choices)
    assert row_of(few, "monteren soort 001").choice == OWN


def test_choosing_what_stands_already_makes_no_new_version(owner, few):
    row = row_of(few, "monteren soort 001")
    decided = decide(owner, few, {row.uid: OWN})
    assert decide(owner, few, {row.uid: OWN}).version == decided.version


def test_what_uses_a_setting_is_told_before_it_is_coupled(joined, few):
    with inside(joined):
        used = WorkType.objects.get(name="Zonnepaneel monteren soort 001")
        use(used.pk)
    row = row_of(few, "monteren soort 001")
    assert row.uid == used.uid
    assert len(row.own.uses) == 1 and row.own.uses[0].startswith("1 ")


def test_what_is_archived_there_is_no_question(joined, few):
    with inside(joined):
        WorkType.objects.filter(name="Zonnepaneel monteren soort 001").update(is_archived=True)
    assert len(proposal_of(few).rows) == 8


def test_what_the_main_removed_and_made_anew_is_offered_in_its_place(owner, main, joined):
    with inside(main):
        old = WorkType.objects.create(name="Onderhoud")
    sync(owner, main, joined, categories=["reference_data"])
    with inside(main):
        old.delete()
        WorkType.objects.create(name="Onderhoud")
    target = begin(owner, main, joined)
    row = row_of(target, "Onderhoud")
    assert (row.uid, row.own.followed, row.sort) == (old.uid, True, "sure")
    decide(owner, target, proposed_choices([row]))
    plan = target.plan
    plan.refresh_from_db()
    carry_out(start_run(acting_user=owner, plan=plan, version=plan.version, note=""))
    with inside(joined):
        assert list(WorkType.objects.values_list("uid", flat=True)) == [row.proposal.row.uid]


def test_which_of_two_stays_the_default_is_decided_in_the_list(owner, main, joined, few):
    for administration in (main, joined):
        with inside(administration):
            layout = Layout.objects.create(name=f"Blad {administration.name}", kind="invoice")
            vat_rate = VatRate.objects.create(code="H", name="Hoog", percentage="21.00")
            Scheme.objects.create(
                name=f"Rekening {administration.name}",
                kind="invoice",
                layout=layout,
                vat_rate=vat_rate,
                is_default=True,
            )
    target = begin(owner, main, joined)
    proposal = proposal_of(target)
    decide(owner, target, {row.uid: OWN for row in proposal.rows}, {row.uid: NEW for row in proposal.takeover.rows})
    (held,) = [row for row in proposal_of(target).held if row.verdict == "default_taken"]
    proposal = proposal_of(target)
    version = proposal.takeover.plan.version
    decide_own(acting_user=owner, proposal=proposal, version=version, choices={}, defaults={held.uid: False})
    assert held.uid not in {row.uid for row in proposal_of(target).held}


def test_what_is_only_a_little_alike_by_name_is_offered_and_not_proposed(owner, main, joined):
    with inside(main):
        WorkType.objects.create(name="Reparatie")
    with inside(joined):
        WorkType.objects.create(name="Garantie")
    row = row_of(begin(owner, main, joined), "Garantie")
    assert (row.sort, row.proposal) == ("alone", None)
    assert [one.row.label for one in row.open_counterparts] == ["Reparatie"]
    assert row.others[0].likeness.score < 75
