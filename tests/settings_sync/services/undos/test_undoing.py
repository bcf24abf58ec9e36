"""Taking back what is remembered of items: bases, couplings, pins, agreements; and what was edited since a run."""

import uuid

import pytest
from django.utils import timezone

from forms_catalog.models import Form
from reference_data.models import WorkType
from settings_sync.exceptions import RunNotFinished
from settings_sync.models import SyncPolicy, SyncRun
from settings_sync.planning.verdicts import Word
from settings_sync.services.deciding.deciding import Asked, decide
from settings_sync.services.previews.plan_overview import row_of, show_plan
from settings_sync.services.undos.undoing import create_undo_plan
from settings_sync.wording.wording import reason_of
from sync_ledger.models import Base, Deviation
from tenants.models import Administration
from tenants.schemas import inside
from tests.contracts.world import CATEGORIES as EVERYTHING
from tests.contracts.world import Company, make_company
from workflows.models import Workflow

from .chains import standing_in

pytestmark = pytest.mark.usefixtures("db")
CATEGORIES = ["reference_data"]


@pytest.fixture
def db(standing: None) -> None:
    """The database stands for this module; each test starts with empty settings."""


@pytest.fixture(scope="module")
def standing_company(standing: None) -> tuple[Company, Administration]:
    company = make_company()
    return company, company.child("Noord")


@pytest.fixture
def child(standing_company: tuple[Company, Administration]) -> Administration:
    return standing_company[1]


@pytest.fixture
def company(standing_company: tuple[Company, Administration], child: Administration) -> Company:
    """Two work types that both have; the child has removed one of them since."""
    company, _child = standing_company
    company.sweep(child)
    with inside(company.main):
        WorkType.objects.bulk_create([WorkType(name="Storing"), WorkType(name="Keuring")])
    company.sync(child, categories=CATEGORIES)
    with inside(child):
        WorkType.objects.filter(name="Keuring").delete()
    return company


def bases(child: Administration) -> dict[str, bytes]:
    with inside(child):
        return {str(base.uid): bytes(base.digest) for base in Base.objects.all()}


def descriptions(child: Administration) -> dict[str, str]:
    with inside(child):
        return dict(WorkType.objects.values_list("name", "description"))


def test_a_run_that_left_a_removal_as_it_was_is_taken_back(company, child):
    with inside(company.main):
        WorkType.objects.update(description="nieuw")
    before = bases(child)
    run = company.sync(child, categories=CATEGORIES)
    assert bases(child) != before
    company.run(create_undo_plan(acting_user=company.owner, run=run))
    assert (bases(child), descriptions(child)) == (before, {"Storing": ""})


def test_a_run_that_forgot_what_is_gone_on_both_sides_is_taken_back(company, child):
    with inside(company.main):
        WorkType.objects.filter(name="Keuring").delete()
        WorkType.objects.update(description="nieuw")
    before = bases(child)
    run = company.sync(child, categories=CATEGORIES)
    assert len(bases(child)) == 1
    company.run(create_undo_plan(acting_user=company.owner, run=run))
    assert (bases(child), descriptions(child)) == (before, {"Storing": ""})


def test_what_was_removed_since_stays_away_and_is_listed(company, child):
    with inside(child):
        WorkType.objects.filter(name="Storing").update(description="van hier")
    plan = company.plan(child, categories=CATEGORIES, policies={"changed_locally": "put_back"})
    run = company.run(plan)
    with inside(child):
        WorkType.objects.filter(name="Storing").delete()
    plan = create_undo_plan(acting_user=company.owner, run=run)
    change = plan.targets.get().changes.get(label="Storing")
    assert (change.verdict, change.action) == ("removed_locally", "keep")
    company.run(plan)
    assert descriptions(child) == {}


@pytest.fixture
def coupled(company: Company, child: Administration) -> tuple[SyncRun, uuid.UUID, uuid.UUID]:
    """A run that coupled an own work type, whose name was pinned, with the main's; its uid before and since."""
    with inside(child):
        own = WorkType.objects.create(name="Spoed", description="van hier")
        Deviation.objects.create(
            kind="reference_data.worktype", uid=own.uid, path="name", is_pinned=True, decided_at=timezone.now()
        )
    with inside(company.main):
        uid = WorkType.objects.create(name="SPOED", description="van de groep").uid
    plan = company.plan(child, categories=CATEGORIES)
    couple = Asked(uid, Word.COUPLE, couple_with=own.uid)
    run = company.run(decide(acting_user=company.owner, plan=plan, version=plan.version, decisions=[couple]))
    assert descriptions(child)["SPOED"] == "van de groep"
    return run, own.uid, uid


def test_a_coupling_of_what_was_pinned_is_taken_back_to_the_letter(company, child, coupled):
    run, before, _since = coupled
    plan = create_undo_plan(acting_user=company.owner, run=run)
    assert not plan.targets.get().changes.filter(action="hold").exists()
    company.run(plan)
    with inside(child):
        found = WorkType.objects.get(uid=before)
    assert (found.name, found.description) == ("Spoed", "van hier")


def test_what_was_edited_after_a_coupling_is_asked_field_by_field(company, child, coupled):
    run, before, since = coupled
    with inside(child):
        WorkType.objects.filter(uid=since).update(description="later geschreven")
    plan = create_undo_plan(acting_user=company.owner, run=run)
    held = plan.targets.get().changes.get(action="hold")
    assert (held.verdict, held.conflicts, held.facts) == ("both_changed", [["description", ""]], {})
    back = Asked(held.uid, Word.OVERWRITE)
    company.run(decide(acting_user=company.owner, plan=plan, version=plan.version, decisions=[back]))
    with inside(child):
        assert WorkType.objects.get(uid=before).description == "van hier"


def test_a_coupling_that_stays_because_nobody_decided_is_still_followed(company, child, coupled):
    run, _before, since = coupled
    with inside(child):
        WorkType.objects.filter(uid=since).update(description="later geschreven")
    before = bases(child)
    company.run(create_undo_plan(acting_user=company.owner, run=run))
    assert str(since) in before
    assert bases(child) == before


@pytest.mark.parametrize("policies", [{"conflict": "overwrite"}, {"changed_locally": "put_back"}])
def test_what_was_edited_since_is_asked_whatever_the_main_lets_its_syncs_overwrite(company, child, policies):
    SyncPolicy.objects.create(administration=company.main, policies=policies)
    with inside(company.main):
        WorkType.objects.update(description="nieuw")
    run = company.sync(child, categories=CATEGORIES)
    with inside(child):
        WorkType.objects.update(description="zelf geschreven")
    plan = create_undo_plan(acting_user=company.owner, run=run)
    assert plan.targets.get().changes.filter(action="hold", verdict="both_changed").count() == 1
    company.run(plan)
    assert descriptions(child) == {"Storing": "zelf geschreven"}


def kept(child: Administration) -> list[tuple[object, ...]]:
    with inside(child):
        found = Deviation.objects.order_by("uid", "path")
        return list(found.values_list("uid", "path", "is_pinned", "reason", "review_on", "decided_by", "decided_at"))


def decided(company: Company, child: Administration, word: Word, **said: str) -> SyncRun:
    """A run in which somebody decided about the one work type that both changed, or whose name is taken."""
    plan = company.plan(child, categories=CATEGORIES)
    asked = plan.targets.get().changes.get(action="hold")
    return company.run(
        decide(acting_user=company.owner, plan=plan, version=plan.version, decisions=[Asked(asked.uid, word, **said)])
    )


@pytest.fixture
def conflict(company: Company, child: Administration) -> uuid.UUID:
    """A work type that both sides have changed since the last sync."""
    with inside(child):
        WorkType.objects.update(description="van hier")
    with inside(company.main):
        WorkType.objects.filter(name="Storing").update(description="van de groep")
        return WorkType.objects.get(name="Storing").uid


def test_an_agreement_goes_with_its_run_and_comes_back_with_the_undo_of_the_undo(company, child, conflict):
    run = decided(company, child, Word.KEEP_LOCAL, reason="afspraak")
    agreed = kept(child)
    assert [(row[0], row[3]) for row in agreed] == [(conflict, "afspraak")]
    undo = company.run(create_undo_plan(acting_user=company.owner, run=run))
    assert kept(child) == []
    company.run(create_undo_plan(acting_user=company.owner, run=undo))
    assert kept(child) == agreed
    assert descriptions(child) == {"Storing": "van hier"}


def test_what_was_agreed_before_an_overwriting_run_comes_back_to_the_letter(company, child, conflict):
    with inside(child):
        Deviation.objects.create(
            kind="reference_data.worktype",
            uid=conflict,
            path="description",
            reason="L'afspraak %s",
            review_on="2027-03-01",
            decided_by="Piet",
            decided_at=timezone.now(),
        )
    before = kept(child)
    run = decided(company, child, Word.OVERWRITE)
    assert (descriptions(child), kept(child)) == ({"Storing": "van de groep"}, [])
    company.run(create_undo_plan(acting_user=company.owner, run=run))
    assert (descriptions(child), kept(child)) == ({"Storing": "van hier"}, before)


def test_the_pin_of_a_name_goes_with_the_item_that_was_created_under_it(company, child):
    with inside(child):
        WorkType.objects.create(name="Spoed")
    with inside(company.main):
        WorkType.objects.create(name="SPOED")
    run = decided(company, child, Word.CREATE_AS, name="Spoed van de groep")
    assert [(row[1], row[2]) for row in kept(child)] == [("name", True)]
    company.run(create_undo_plan(acting_user=company.owner, run=run), confirmation=company.main.slug)
    assert (sorted(descriptions(child)), kept(child)) == (["Spoed", "Storing"], [])


def test_what_somebody_decided_about_an_item_since_stays(company, child, conflict):
    run = decided(company, child, Word.KEEP_LOCAL, reason="afspraak")
    with inside(child):
        Deviation.objects.create(
            kind="reference_data.worktype", uid=conflict, path="name", is_pinned=True, decided_at=timezone.now()
        )
    since = kept(child)
    company.run(create_undo_plan(acting_user=company.owner, run=run))
    assert kept(child) == since


def test_a_run_that_is_tried_again_just_then_is_not_taken_back(company, child):
    with inside(company.main):
        WorkType.objects.update(description="nieuw")
    seen = company.sync(child, categories=CATEGORIES)
    SyncRun.objects.filter(pk=seen.pk).update(finished_at=None)
    with pytest.raises(RunNotFinished):
        create_undo_plan(acting_user=company.owner, run=seen)


@pytest.fixture
def empty(standing_company: tuple[Company, Administration]) -> Company:
    """Nothing stands anywhere."""
    company, child = standing_company
    company.sweep(child)
    return company


def back(company: Company, run: SyncRun) -> SyncRun:
    """Take a run back, which must go as previewed and leave nothing held."""
    plan = create_undo_plan(acting_user=company.owner, run=run)
    assert not plan.targets.get().changes.filter(action__in=["hold", "archive"]).exists()
    undo = company.run(plan, confirmation=company.main.slug)
    assert (undo.state, list(undo.targets.get().findings.values_list("label", "code"))) == ("succeeded", [])
    return undo


def test_what_only_the_run_itself_used_is_deleted_with_it(empty, child):
    with inside(empty.main):
        flow = Workflow.objects.create(name="Onderhoud")
    empty.sync(child, categories=EVERYTHING)
    before = standing_in(child)
    with inside(empty.main):
        flow.steps.create(type="predefined_form", form=Form.objects.create(name="Blad"), position=1)
        flow.work_types.add(WorkType.objects.create(name="Storing"))
    run = empty.sync(child, categories=EVERYTHING)
    back(empty, run)
    standing_in(child).agrees_with(before, before)
    again = empty.plan(child, categories=EVERYTHING).targets.get().changes.values_list("action", "verdict")
    assert sorted(again) == [("create", "new"), ("create", "new"), ("update", "behind")]


def test_what_something_else_uses_by_now_is_archived(empty, child):
    with inside(empty.main):
        Form.objects.create(name="Blad")
        WorkType.objects.create(name="Storing")
    run = empty.sync(child, categories=EVERYTHING)
    with inside(child):
        Workflow.objects.create(name="Eigen").steps.create(type="predefined_form", form=Form.objects.get(), position=1)
    plan = create_undo_plan(acting_user=empty.owner, run=run)
    assert sorted(plan.targets.get().changes.values_list("label", "action")) == [
        ("Blad", "archive"),
        ("Storing", "delete"),
    ]
    undo = empty.run(plan, confirmation=empty.main.slug)
    assert not undo.targets.get().findings.exists()


def test_what_a_held_user_goes_on_using_is_archived_in_the_preview_already(empty, child):
    """The workflow was edited since, so that taking it back asks; until then it keeps its form."""
    with inside(empty.main):
        flow = Workflow.objects.create(name="Onderhoud", description="eerst")
    empty.sync(child, categories=EVERYTHING)
    with inside(empty.main):
        Workflow.objects.update(description="later")
        flow.steps.create(type="predefined_form", form=Form.objects.create(name="Blad"), position=1)
    run = empty.sync(child, categories=EVERYTHING)
    with inside(child):
        Workflow.objects.update(description="van hier")
    plan = create_undo_plan(acting_user=empty.owner, run=run)
    told = sorted(plan.targets.get().changes.values_list("label", "action"))
    assert told == [("Blad", "archive"), ("Onderhoud", "hold")]
    assert not empty.run(plan, confirmation=empty.main.slug).targets.get().findings.exists()


def couple_by_name(company: Company, child: Administration, pairs: dict[tuple[type, str], str]) -> SyncRun:
    """A run that couples the main's items, by model and name, each with an own item of another name."""
    plan = company.plan(child, categories=EVERYTHING)
    asked = []
    for (model, theirs), ours in pairs.items():
        with inside(company.main):
            uid = model.objects.get(name=theirs).uid
        with inside(child):
            asked.append(Asked(uid, Word.COUPLE, couple_with=model.objects.get(name=ours).uid))
    plan = decide(acting_user=company.owner, plan=plan, version=plan.version, decisions=asked)
    run = company.run(plan, confirmation=company.main.slug)
    assert (run.state, run.targets.get().findings.count()) == ("succeeded", 0)
    return run


@pytest.mark.parametrize("time", range(6))
def test_couplings_of_several_kinds_that_share_a_name_are_taken_back(empty, child, time):
    """Every time with fresh uids: their order decides nothing."""
    with inside(empty.main):
        WorkType.objects.create(name="Carlo")
        Workflow.objects.create(name="Foxtrot")
    with inside(child):
        Workflow.objects.create(name="Carlo").work_types.add(WorkType.objects.create(name="Oud"))
    before = standing_in(child)
    run = couple_by_name(empty, child, {(WorkType, "Carlo"): "Oud", (Workflow, "Foxtrot"): "Carlo"})
    back(empty, back(empty, back(empty, run)))
    standing_in(child).agrees_with(before, before)


@pytest.mark.parametrize("time", range(4))
@pytest.mark.parametrize(
    "pairs",
    [{"C": "A", "A": "Z"}, {"B": "A", "A": "B"}, {"B": "A", "C": "B", "A": "C"}],
    ids=["chain", "cross", "ring"],
)
def test_couplings_whose_names_move_along_are_taken_back(empty, child, pairs, time):
    with inside(empty.main):
        WorkType.objects.bulk_create(WorkType(name=name) for name in pairs)
    with inside(child):
        WorkType.objects.bulk_create(WorkType(name=name, description="van hier") for name in pairs.values())
    before = standing_in(child)
    run = couple_by_name(empty, child, {(WorkType, theirs): ours for theirs, ours in pairs.items()})
    after = standing_in(child)
    undo = back(empty, run)
    standing_in(child).agrees_with(before, after)
    back(empty, undo)
    standing_in(child).agrees_with(after, before)


def test_a_coupling_of_equal_content_is_taken_back(empty, child):
    with inside(empty.main):
        WorkType.objects.create(name="Storing")
    with inside(child):
        WorkType.objects.create(name="Storing")
    before = standing_in(child)
    run = couple_by_name(empty, child, {(WorkType, "Storing"): "Storing"})
    after = standing_in(child)
    assert after != before
    undo = back(empty, run)
    standing_in(child).agrees_with(before, after)
    back(empty, undo)
    standing_in(child).agrees_with(after, before)


@pytest.fixture
def coupled_as_it_is(empty: Company, child: Administration) -> SyncRun:
    """A run that coupled an own work type with one of the main that is equal to it."""
    with inside(empty.main):
        WorkType.objects.create(name="Storing")
    with inside(child):
        WorkType.objects.create(name="Storing")
    return couple_by_name(empty, child, {(WorkType, "Storing"): "Storing"})


def test_taking_back_a_coupling_of_equal_content_is_counted_and_told_as_a_change(empty, child, coupled_as_it_is):
    plan = create_undo_plan(acting_user=empty.owner, run=coupled_as_it_is)
    change = plan.targets.get().changes.get(action="couple")
    assert plan.targets.get().counts["couple"] == 1
    assert show_plan(plan).total.changes == 1
    row = row_of(change, ["Noord"], undoes=True)
    assert (row.outcome, row.reason) == ("couple", reason_of("behind", {}, "couple", undoes=True))


def test_taking_back_a_coupling_of_equal_content_can_be_skipped(empty, child, coupled_as_it_is):
    before = standing_in(child)
    plan = create_undo_plan(acting_user=empty.owner, run=coupled_as_it_is)
    skip = Asked(plan.targets.get().changes.get(action="couple").uid, Word.SKIP)
    plan = decide(acting_user=empty.owner, plan=plan, version=plan.version, decisions=[skip])
    empty.run(plan)
    standing_in(child).agrees_with(before, before)


def test_what_is_pinned_since_is_heeded_where_the_content_is_equal_as_well(empty, child, coupled_as_it_is):
    with inside(child):
        uid, since = WorkType.objects.get().uid, timezone.now()
        Deviation.objects.create(kind="reference_data.worktype", uid=uid, path="", is_pinned=True, decided_at=since)
    plan = create_undo_plan(acting_user=empty.owner, run=coupled_as_it_is)
    assert set(plan.targets.get().changes.values_list("action", "verdict")) == {("skip", "pinned")}


def test_another_name_for_what_existed_goes_with_its_pin(empty, child):
    with inside(empty.main):
        WorkType.objects.create(name="Storing")
    empty.sync(child, categories=CATEGORIES)
    with inside(empty.main):
        WorkType.objects.update(description="nieuw")
    before = standing_in(child)
    plan = empty.plan(child, categories=CATEGORIES)
    uid = plan.targets.get().changes.get().uid
    decision = Asked(uid, Word.CREATE_AS, name="Bij ons")
    run = empty.run(decide(acting_user=empty.owner, plan=plan, version=plan.version, decisions=[decision]))
    assert descriptions(child) == {"Bij ons": "nieuw"}
    after = standing_in(child)
    undo = back(empty, run)
    standing_in(child).agrees_with(before, after)
    back(empty, undo)
    standing_in(child).agrees_with(after, before)


def test_what_is_pinned_since_is_heeded_when_a_coupling_is_taken_back(company, child, coupled):
    run, _before, since = coupled
    with inside(child):
        Deviation.objects.create(
            kind="reference_data.worktype", uid=since, path="", is_pinned=True, decided_at=timezone.now()
        )
    plan = create_undo_plan(acting_user=company.owner, run=run)
    assert set(plan.targets.get().changes.values_list("action", "verdict")) == {("skip", "pinned")}


def test_what_was_created_stays_where_a_place_in_it_was_pinned_since(empty, child):
    with inside(empty.main):
        WorkType.objects.create(name="Storing")
    run = empty.sync(child, categories=CATEGORIES)
    with inside(child):
        uid, since = WorkType.objects.get().uid, timezone.now()
        Deviation.objects.create(kind="reference_data.worktype", uid=uid, path="name", is_pinned=True, decided_at=since)
    plan = create_undo_plan(acting_user=empty.owner, run=run)
    assert [(change.action, change.verdict) for change in plan.targets.get().changes.all()] == [
        ("hold", "both_changed")
    ]


def test_what_was_created_and_edited_since_can_be_kept(empty, child):
    with inside(empty.main):
        WorkType.objects.create(name="Storing")
    run = empty.sync(child, categories=CATEGORIES)
    with inside(child):
        WorkType.objects.update(description="van hier")
    plan = create_undo_plan(acting_user=empty.owner, run=run)
    asked = plan.targets.get().changes.get(action="hold")
    plan = decide(
        acting_user=empty.owner, plan=plan, version=plan.version, decisions=[Asked(asked.uid, Word.KEEP_LOCAL)]
    )
    assert [change.action for change in plan.targets.get().changes.all()] == ["keep"]
    empty.run(plan)
    assert (descriptions(child), bases(child)) == ({"Storing": "van hier"}, {})


def test_what_is_pinned_after_the_preview_of_taking_back_stays(company, child, coupled):
    run, before, since = coupled
    plan = create_undo_plan(acting_user=company.owner, run=run)
    with inside(child):
        Deviation.objects.create(
            kind="reference_data.worktype", uid=since, path="description", is_pinned=True, decided_at=timezone.now()
        )
    stood = standing_in(child)
    undo = company.run(plan)
    assert set(undo.targets.get().findings.values_list("uid", "code")) == {(before, "stale"), (since, "stale")}
    standing_in(child).agrees_with(stood, stood)


def test_what_came_into_use_after_the_preview_is_archived_and_comes_back(empty, child):
    with inside(empty.main):
        Form.objects.create(name="Blad")
    run = empty.sync(child, categories=EVERYTHING)
    plan = create_undo_plan(acting_user=empty.owner, run=run)
    with inside(child):
        Workflow.objects.create(name="Eigen").steps.create(type="predefined_form", form=Form.objects.get(), position=1)
    stood = standing_in(child)
    undo = empty.run(plan, confirmation=empty.main.slug)
    assert list(undo.targets.get().findings.values_list("label", "code")) == [("Blad", "archived-instead")]
    with inside(child):
        assert Form.objects.get().is_archived
    back(empty, undo)
    standing_in(child).agrees_with(stood, stood)


def test_what_was_archived_because_it_is_used_comes_back(empty, child):
    with inside(empty.main):
        Form.objects.create(name="Blad")
    run = empty.sync(child, categories=EVERYTHING)
    with inside(child):
        Workflow.objects.create(name="Eigen").steps.create(type="predefined_form", form=Form.objects.get(), position=1)
    stood = standing_in(child)
    undo = empty.run(create_undo_plan(acting_user=empty.owner, run=run), confirmation=empty.main.slug)
    back(empty, undo)
    standing_in(child).agrees_with(stood, stood)


def test_what_points_at_a_coupled_setting_is_merged_with_its_new_uid(empty, child):
    """The workflow was edited in both; its link here is to a work type that the same run couples."""
    with inside(empty.main):
        flow = Workflow.objects.create(name="Onderhoud")
    empty.sync(child, categories=EVERYTHING)
    with inside(empty.main):
        Workflow.objects.update(description="later")
        flow.work_types.add(WorkType.objects.create(name="Storing"))
    with inside(child):
        own = WorkType.objects.create(name="Oud")
        Workflow.objects.get().work_types.add(own)
    before = standing_in(child)
    run = couple_by_name(empty, child, {(WorkType, "Storing"): "Oud"})
    with inside(child):
        assert [(flow.description, flow.work_types.get().pk) for flow in Workflow.objects.all()] == [("later", own.pk)]
    after = standing_in(child)
    undo = back(empty, run)
    standing_in(child).agrees_with(before, after)
    back(empty, undo)
    standing_in(child).agrees_with(after, before)
