"""Decisions, each carried out for real: what was previewed after deciding is what stands there after the run."""

import uuid
from datetime import date
from typing import Any

import pytest
from django.utils import timezone

from forms_catalog.models import Field, Form, Section
from reference_data.models import VatRate, WorkType
from settings_sync.exceptions import (
    CannotCouple,
    ConfirmationRequired,
    NothingToDecide,
    PlanChanged,
    UnknownDecision,
    UnknownPath,
)
from settings_sync.models import Change, ItemRule, Plan
from settings_sync.planning.verdicts import Word
from settings_sync.services.deciding.deciding import Asked, decide
from settings_sync.services.deciding.questions import read_questions
from settings_sync.services.previews.previewing import preview_changes
from settings_sync.services.runs.runs import start_run
from settings_sync.services.settings.deviations import list_deviations
from settings_sync.services.targets.targets import execute_target
from settings_sync.services.undos.undoing import create_undo_plan
from settings_sync.wording.decision_wording import LEAVE_DEFAULT, TAKE_DEFAULT
from sync_ledger.models import Base, Deviation
from templates_catalog.models import Layout, Scheme
from tenants.models import Administration
from tenants.schemas import inside
from tests.contracts.world import Company, fingerprint, make_company
from workflows.models import Workflow

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def db(standing: None) -> None:
    """The database stands for this module; each test starts with empty settings."""


@pytest.fixture(scope="module")
def standing_company(standing: None) -> tuple[Company, Administration]:
    company = make_company()
    return company, company.child("Noord")


@pytest.fixture
def company(standing_company: tuple[Company, Administration]) -> Company:
    company, child = standing_company
    company.sweep(child)
    return company


@pytest.fixture
def child(standing_company: tuple[Company, Administration]) -> Administration:
    return standing_company[1]


def make_form(name: str = "Ketel", **labels: str) -> Form:
    form = Form.objects.create(name=name)
    section = Section.objects.create(form=form, title="Metingen", position=1)
    for number, (reference, label) in enumerate((labels or {"co": "CO", "druk": "Druk"}).items(), start=1):
        Field.objects.create(section=section, reference=reference, label=label, position=number)
    return form


def relabel(form: Form, reference: str, **values: Any) -> None:
    Field.objects.filter(section__form__uid=form.uid, reference=reference).update(**values)


def labels(administration: Administration, form: Form) -> list[str]:
    with inside(administration):
        found = Field.objects.filter(section__form__uid=form.uid).order_by("section__position", "position")
        return list(found.values_list("label", flat=True))


def change_of(plan: Plan, item: Any) -> Change:
    return Change.objects.get(plan_target__plan=plan, uid=item.uid)


def offered(company: Company, plan: Plan, change: Change) -> set[str]:
    """What the page of a change offers to decide."""
    [preview] = preview_changes(plan, [change])
    return set(read_questions(acting_user=company.owner, plan=plan, change=change, preview=preview).words)


def carry_out(company: Company, plan: Plan, confirmation: str = "") -> Any:
    run = start_run(acting_user=company.owner, plan=plan, version=plan.version, confirmation=confirmation)
    for target in run.targets.all():
        execute_target(target.pk)
    target = run.targets.get()
    assert target.state == "succeeded", (target.error_code, target.error_detail)
    assert not target.findings.exists(), list(target.findings.values("label", "code"))
    run.refresh_from_db()
    return run


class TestMerging:
    @pytest.fixture
    def form(self, company: Company, child: Administration) -> Form:
        with inside(company.main):
            form = make_form()
        company.sync(child, categories=["forms"])
        return form

    def test_edits_of_different_fields_are_merged_without_asking(self, company, child, form):
        with inside(company.main):
            relabel(form, "co", label="CO-gehalte")
        with inside(child):
            relabel(form, "druk", label="Waterdruk")
        plan = company.plan(child, categories=["forms"])
        change = change_of(plan, form)
        assert (change.verdict, change.action, change.conflicts) == ("both_changed", "update", [])
        carry_out(company, plan)
        assert labels(child, form) == ["CO-gehalte", "Waterdruk"]
        assert not company.plan(child, categories=["forms"]).targets.get().changes.filter(action="hold").exists()

    @pytest.fixture
    def conflict(self, company: Company, child: Administration, form: Form) -> Plan:
        with inside(company.main):
            relabel(form, "co", label="CO-gehalte")
        with inside(child):
            relabel(form, "co", label="CO hier")
            relabel(form, "druk", label="Waterdruk")
        return company.plan(child, categories=["forms"])

    def path(self, plan: Plan, form: Form) -> str:
        ((path, side),) = change_of(plan, form).conflicts
        assert side == ""
        return str(path)

    def test_the_same_field_is_a_conflict_and_held(self, company, child, form, conflict):
        assert change_of(conflict, form).action == "hold"
        assert conflict.targets.get().counts["conflict"] == 1
        assert self.path(conflict, form).endswith("/label")
        carry_out(company, conflict)
        assert labels(child, form) == ["CO hier", "Waterdruk"]

    @pytest.mark.parametrize(
        ("word", "expected"),
        [(Word.OVERWRITE, ["CO-gehalte", "Waterdruk"]), (Word.KEEP_LOCAL, ["CO hier", "Waterdruk"])],
    )
    def test_a_decided_field_lets_the_rest_through_and_is_not_asked_again(
        self, company, child, form, conflict, word, expected
    ):
        asked = Asked(form.uid, word, path=self.path(conflict, form), reason="zo afgesproken")
        plan = decide(acting_user=company.owner, plan=conflict, version=1, decisions=[asked])
        assert plan.version == 2
        rehearsal = plan.targets.get().rehearsal
        assert rehearsal.get("state", "") == ("passed" if word == Word.OVERWRITE else ""), rehearsal
        carry_out(company, plan)
        assert labels(child, form) == expected
        again = company.plan(child, categories=["forms"])
        assert not again.targets.get().changes.filter(action__in=["hold", "update"]).exists()

    @pytest.mark.parametrize(
        ("word", "expected"),
        [(Word.OVERWRITE, ["CO-gehalte", "Druk"]), (Word.KEEP_LOCAL, ["CO hier", "Waterdruk"])],
    )
    def test_the_item_as_a_whole_can_be_decided(self, company, child, form, conflict, word, expected):
        plan = decide(acting_user=company.owner, plan=conflict, version=1, decisions=[Asked(form.uid, word)])
        carry_out(company, plan, confirmation=company.main.slug)
        assert labels(child, form) == expected
        again = company.plan(child, categories=["forms"])
        assert not again.targets.get().changes.filter(action__in=["hold", "update"]).exists()

    def test_skipping_leaves_the_question_for_the_next_time(self, company, child, form, conflict):
        plan = decide(acting_user=company.owner, plan=conflict, version=1, decisions=[Asked(form.uid, Word.SKIP)])
        carry_out(company, plan)
        assert change_of(company.plan(child, categories=["forms"]), form).action == "hold"

    def test_a_decision_can_be_withdrawn(self, company, child, form, conflict):
        plan = decide(acting_user=company.owner, plan=conflict, version=1, decisions=[Asked(form.uid, Word.OVERWRITE)])
        plan = decide(acting_user=company.owner, plan=plan, version=2, decisions=[Asked(form.uid, None)])
        assert change_of(plan, form).action == "hold"

    @pytest.mark.parametrize(("policy", "expected"), [("overwrite", "CO-gehalte"), ("keep_local", "CO hier")])
    def test_a_policy_settles_what_nobody_decides(self, company, child, form, conflict, policy, expected):
        carry_out(company, company.plan(child, categories=["forms"], policies={"conflict": policy}), company.main.slug)
        assert labels(child, form) == [expected, "Waterdruk"]

    def test_an_agreement_outlives_the_policy_to_put_back(self, company, child, form, conflict):
        asked = Asked(form.uid, Word.KEEP_LOCAL, path=self.path(conflict, form), reason="klantwens")
        carry_out(company, decide(acting_user=company.owner, plan=conflict, version=1, decisions=[asked]))
        with inside(child):
            assert Deviation.objects.get().reason == "klantwens"
        plan = company.plan(child, categories=["forms"], policies={"changed_locally": "put_back"})
        carry_out(company, plan, confirmation=company.main.slug)
        assert labels(child, form) == ["CO hier", "Druk"]

    def test_a_part_that_one_side_removed_and_the_other_edited_asks(self, company, child, form):
        with inside(company.main):
            Field.objects.filter(section__form=form, reference="co").delete()
        with inside(child):
            relabel(form, "co", label="CO hier")
        plan = company.plan(child, categories=["forms"])
        ((path, _side),) = change_of(plan, form).conflicts
        assert path.startswith("field/") and path.count("/") == 1
        asked = Asked(form.uid, Word.OVERWRITE, path=path)
        carry_out(company, decide(acting_user=company.owner, plan=plan, version=1, decisions=[asked]))
        assert labels(child, form) == ["Druk"]

    def test_fields_that_change_together_take_one_side(self, company, child, form):
        with inside(company.main):
            relabel(form, "co", type="dropdown", options=["a", "b"])
        with inside(child):
            relabel(form, "co", type="checkboxes", options=["x"])
        plan = company.plan(child, categories=["forms"])
        assert len(change_of(plan, form).conflicts) == 1
        asked = Asked(form.uid, Word.OVERWRITE, path=change_of(plan, form).conflicts[0][0])
        carry_out(company, decide(acting_user=company.owner, plan=plan, version=1, decisions=[asked]))
        with inside(child):
            field = Field.objects.get(reference="co")
            assert (field.type, field.options) == ("dropdown", ["a", "b"])

    def test_an_older_version_is_refused(self, company, form, conflict):
        decide(acting_user=company.owner, plan=conflict, version=1, decisions=[Asked(form.uid, Word.SKIP)])
        with pytest.raises(PlanChanged):
            decide(acting_user=company.owner, plan=conflict, version=1, decisions=[Asked(form.uid, Word.OVERWRITE)])

    @pytest.mark.parametrize(
        ("asked", "error"),
        [
            ({"word": Word.BRING_BACK}, UnknownDecision),
            ({"word": Word.COUPLE}, UnknownDecision),
            ({"word": Word.OVERWRITE, "path": "nergens/x"}, UnknownPath),
            ({"word": Word.OVERWRITE, "item": uuid.uuid4()}, NothingToDecide),
        ],
    )
    def test_what_makes_no_sense_is_refused_and_changes_nothing(self, company, form, conflict, asked, error):
        with pytest.raises(error):
            decide(
                acting_user=company.owner, plan=conflict, version=1, decisions=[Asked(**{"item": form.uid, **asked})]
            )
        conflict.refresh_from_db()
        assert conflict.version == 1


class TestCoupling:
    def test_a_same_named_item_is_coupled_and_keeps_its_key(self, company, child):
        with inside(company.main):
            form = make_form(co="CO-gehalte", druk="Druk")
        with inside(child):
            own = make_form("KETEL", co="CO hier", lek="Lek")
            field = Field.objects.get(reference="co")
        plan = company.plan(child, categories=["forms"])
        assert change_of(plan, form).verdict == "name_taken"
        asked = Asked(form.uid, Word.COUPLE, couple_with=own.uid)
        plan = decide(acting_user=company.owner, plan=plan, version=1, decisions=[asked])
        assert (change_of(plan, form).action, change_of(plan, form).couples) == ("couple", own.uid)
        assert plan.targets.get().rehearsal["state"] == "passed"
        carry_out(company, plan, confirmation=company.main.slug)
        with inside(child):
            coupled = Form.objects.get()
            assert (coupled.pk, coupled.uid, coupled.name) == (own.pk, form.uid, "Ketel")
            assert Field.objects.get(reference="co").pk == field.pk
        assert labels(child, form) == ["CO-gehalte", "Druk", "Lek"]
        again = company.plan(child, categories=["forms"]).targets.get()
        assert (again.counts["keep"], again.counts["update"]) == (1, 0)

    def test_what_points_at_a_coupled_item_follows_it(self, company, child):
        with inside(company.main):
            layout = Layout.objects.create(kind="invoice", name="Lay-out", body="hoofd")
        with inside(child):
            own = Layout.objects.create(kind="invoice", name="Eigen opmaak")
            rate = VatRate.objects.create(code="H", name="Hoog")
            scheme = Scheme.objects.create(kind="invoice", name="Eigen", layout=own, vat_rate=rate)
        company.plan(child, categories=["templates"])  # the index knows the scheme with its former reference
        plan = company.plan(child, categories=["templates"])
        asked = Asked(layout.uid, Word.COUPLE, couple_with=own.uid)
        plan = decide(acting_user=company.owner, plan=plan, version=1, decisions=[asked])
        carry_out(company, plan, confirmation=company.main.slug)
        with inside(child):
            assert Scheme.objects.get(pk=scheme.pk).layout.body == "hoofd"
        assert company.plan(child, categories=["templates"]).targets.get().counts["own"] == 1

    def test_another_name_is_created_beside_it_and_stays(self, company, child):
        with inside(company.main):
            form = make_form()
        with inside(child):
            make_form("ketel")
        asked = Asked(form.uid, Word.CREATE_AS, name="Ketel (groep)")
        plan = company.plan(child, categories=["forms"])
        carry_out(company, decide(acting_user=company.owner, plan=plan, version=1, decisions=[asked]))
        with inside(child):
            assert Form.objects.get(uid=form.uid).name == "Ketel (groep)"
        with inside(company.main):
            Form.objects.filter(pk=form.pk).update(name="Ketel 2", description="nieuw")
        plan = company.plan(child, categories=["forms"], policies={"changed_locally": "put_back"})
        carry_out(company, plan, confirmation=company.main.slug)
        with inside(child):
            found = Form.objects.get(uid=form.uid)
            assert (found.name, found.description) == ("Ketel (groep)", "nieuw")

    def test_another_name_for_what_stays_as_it_is_here_changes_the_name_alone(self, company, child):
        with inside(company.main):
            form = make_form()
        carry_out(company, company.plan(child, categories=["forms"]))
        with inside(child):
            Form.objects.filter(uid=form.uid).update(description="hier")
        plan = company.plan(child, categories=["forms"])
        asked = Asked(form.uid, Word.CREATE_AS, name="Ketel (hier)")
        carry_out(company, decide(acting_user=company.owner, plan=plan, version=1, decisions=[asked]))
        again = company.plan(child, categories=["forms"], policies={"changed_locally": "put_back"})
        carry_out(company, again, confirmation=company.main.slug)
        with inside(child):
            found = Form.objects.get(uid=form.uid)
            assert (found.name, found.description) == ("Ketel (hier)", "")

    def test_what_is_pinned_is_not_told_as_updated_because_of_what_it_points_at(self, company, child):
        with inside(company.main):
            old = WorkType.objects.create(name="Storing")
            flow = Workflow.objects.create(name="Onderhoud")
            flow.work_types.add(old)
        company.sync(child, categories=["workflows", "reference_data"])
        with inside(company.main):
            flow.work_types.clear()
            old.delete()
            new = WorkType.objects.create(name="Storing")
            Workflow.objects.update(description="nieuw")
        pinned = {"kind": "workflows.workflow", "uid": flow.uid, "is_pinned": True, "decided_at": timezone.now()}
        with inside(child):
            Deviation.objects.create(path="work_types", **pinned)
            Deviation.objects.create(path="description", **pinned)
            old = WorkType.objects.get()
        plan = company.plan(child, categories=["workflows", "reference_data"])
        replace = Asked(new.uid, Word.COUPLE, couple_with=old.uid)
        plan = decide(acting_user=company.owner, plan=plan, version=1, decisions=[replace])
        assert (change_of(plan, new).action, change_of(plan, flow).action) == ("couple", "keep")
        run = carry_out(company, plan, confirmation=company.main.slug)
        assert not run.targets.get().findings.exists()
        with inside(child):
            assert [str(found.uid) for found in Workflow.objects.get().work_types.all()] == [str(new.uid)]
            assert Workflow.objects.get().description == ""

    @pytest.mark.parametrize(
        ("asked", "counted"), [({"word": Word.CREATE_AS, "name": "Bij ons"}, "update"), ({"word": Word.SKIP}, "skip")]
    )
    def test_what_is_decided_about_what_is_equal_already_is_counted_as_that(self, company, child, asked, counted):
        with inside(company.main):
            work_type = WorkType.objects.create(name="Storing")
        with inside(child):
            WorkType.objects.create(name="Storing", uid=work_type.uid)
        plan = company.plan(child, categories=["reference_data"])
        assert plan.targets.get().counts["unchanged"] == 1
        plan = decide(acting_user=company.owner, plan=plan, version=1, decisions=[Asked(work_type.uid, **asked)])
        assert change_of(plan, work_type).verdict == "rejoined"
        counts = plan.targets.get().counts
        assert (counts[counted], counts["unchanged"]) == (1, 0)

    def test_only_an_own_item_of_the_same_kind_can_be_coupled(self, company, child):
        with inside(company.main):
            form = make_form()
        plan = company.plan(child, categories=["forms"])
        asked = Asked(form.uid, Word.COUPLE, couple_with=uuid.uuid4())
        with pytest.raises(CannotCouple):
            decide(acting_user=company.owner, plan=plan, version=1, decisions=[asked])

    def test_an_archived_holder_of_the_name_is_coupled_and_comes_back(self, company, child):
        with inside(company.main):
            form = make_form()
        with inside(child):
            own = make_form()
            Form.objects.update(is_archived=True)
        plan = company.plan(child, categories=["forms"])
        assert change_of(plan, form).facts["archived"] == "yes"
        asked = Asked(form.uid, Word.COUPLE, couple_with=own.uid)
        carry_out(
            company,
            decide(acting_user=company.owner, plan=plan, version=1, decisions=[asked]),
            confirmation=company.main.slug,
        )
        with inside(child):
            assert not Form.objects.get(pk=own.pk).is_archived


class TestRemovals:
    @pytest.fixture
    def work_type(self, company: Company, child: Administration) -> WorkType:
        with inside(company.main):
            work_type = WorkType.objects.create(name="Storing")
            WorkType.objects.create(name="Onderhoud")
        company.sync(child, categories=["reference_data"])
        return work_type

    def test_what_the_main_removed_is_archived_by_policy_once_confirmed(self, company, child, work_type):
        with inside(company.main):
            WorkType.objects.filter(uid=work_type.uid).delete()
        plan = company.plan(child, categories=["reference_data"], policies={"removed_in_source": "archive"})
        with pytest.raises(ConfirmationRequired):
            carry_out(company, plan)
        carry_out(company, plan, confirmation=company.main.slug)
        with inside(child):
            assert WorkType.objects.get(uid=work_type.uid).is_archived
            assert not Base.objects.filter(uid=work_type.uid).exists()

    def test_what_was_removed_here_stays_away_or_is_brought_back(self, company, child, work_type):
        with inside(child):
            WorkType.objects.filter(uid=work_type.uid).delete()
        carry_out(company, company.plan(child, categories=["reference_data"]))
        with inside(child):
            assert WorkType.objects.count() == 1
        plan = company.plan(child, categories=["reference_data"])
        asked = Asked(work_type.uid, Word.BRING_BACK)
        carry_out(company, decide(acting_user=company.owner, plan=plan, version=1, decisions=[asked]))
        with inside(child):
            assert WorkType.objects.count() == 2

    def test_what_was_left_away_by_decision_is_not_brought_back_by_a_policy(self, company, child, work_type):
        with inside(child):
            WorkType.objects.filter(uid=work_type.uid).delete()
        asked = Asked(work_type.uid, Word.LEAVE, reason="Bestaat hier niet", review_on=date(2030, 1, 1))
        back = {"removed_locally": "bring_back"}

        def plan(*decisions):
            made = company.plan(child, categories=["reference_data"], policies=back)
            return decide(acting_user=company.owner, plan=made, version=1, decisions=decisions) if decisions else made

        carry_out(company, plan(asked))
        with inside(child):
            kept = Deviation.objects.get(uid=work_type.uid)
        assert (kept.path, kept.reason, kept.review_on) == ("", "Bestaat hier niet", date(2030, 1, 1))
        (row,) = list_deviations(acting_user=company.owner, administration=child)
        assert row.label == work_type.name
        assert change_of(plan(), work_type).action == "keep"
        with inside(company.main):
            WorkType.objects.filter(uid=work_type.uid).update(description="Nieuw")
        assert change_of(plan(), work_type).action == "create", "agreed until the main changes it"
        with inside(company.main):
            WorkType.objects.filter(uid=work_type.uid).update(description=work_type.description)
        carry_out(company, plan(Asked(work_type.uid, Word.BRING_BACK)))
        with inside(child):
            assert WorkType.objects.filter(uid=work_type.uid).exists()
            assert not Deviation.objects.filter(uid=work_type.uid).exists()

    def test_of_what_was_left_away_and_is_gone_everywhere_nothing_is_kept(self, company, child, work_type):
        with inside(child):
            WorkType.objects.filter(uid=work_type.uid).delete()
        plan = company.plan(child, categories=["reference_data"])
        asked = Asked(work_type.uid, Word.LEAVE, reason="Bestaat hier niet", review_on=date(2030, 1, 1))
        carry_out(company, decide(acting_user=company.owner, plan=plan, version=1, decisions=[asked]))
        with inside(company.main):
            WorkType.objects.filter(uid=work_type.uid).delete()
        run = carry_out(company, company.plan(child, categories=["reference_data"]))
        assert list_deviations(acting_user=company.owner, administration=child) == []
        carry_out(company, create_undo_plan(acting_user=company.owner, run=run, targets=[child.slug]))
        (row,) = list_deviations(acting_user=company.owner, administration=child)
        assert (row.label, row.reason) == (work_type.name, "Bestaat hier niet")

    def test_a_change_made_here_is_put_back_when_asked(self, company, child, work_type):
        with inside(child):
            WorkType.objects.filter(uid=work_type.uid).update(description="hier")
        plan = company.plan(child, categories=["reference_data"])
        assert change_of(plan, work_type).action == "keep"
        asked = Asked(work_type.uid, Word.PUT_BACK)
        plan = decide(acting_user=company.owner, plan=plan, version=1, decisions=[asked])
        carry_out(company, plan, confirmation=company.main.slug)
        with inside(child):
            assert WorkType.objects.get(uid=work_type.uid).description == ""

    def test_overwriting_more_than_the_share_asks_for_a_confirmation(self, company, child):
        with inside(company.main):
            WorkType.objects.bulk_create(WorkType(name=f"Werk {number}") for number in range(8))
        company.sync(child, categories=["reference_data"])
        with inside(child):
            WorkType.objects.update(description="hier")
        plan = company.plan(child, categories=["reference_data"], policies={"changed_locally": "put_back"})
        with pytest.raises(ConfirmationRequired, match="8"):
            carry_out(company, plan)
        with pytest.raises(ConfirmationRequired):
            carry_out(company, plan, confirmation="iets anders")
        carry_out(company, plan, confirmation=company.main.slug)


class TestDefaults:
    @pytest.fixture
    def schemes(self, company: Company, child: Administration) -> tuple[Scheme, Scheme]:
        with inside(company.main):
            layout = Layout.objects.create(kind="invoice", name="Lay-out")
            rate = VatRate.objects.create(code="H", name="Hoog")
            theirs = Scheme.objects.create(kind="invoice", name="Groep", layout=layout, vat_rate=rate, is_default=True)
        with inside(child):
            layout = Layout.objects.create(kind="invoice", name="Eigen opmaak")
            rate = VatRate.objects.create(code="E", name="Eigen")
            ours = Scheme.objects.create(kind="invoice", name="Eigen", layout=layout, vat_rate=rate, is_default=True)
        return theirs, ours

    @pytest.fixture
    def other(self, company: Company, child: Administration, schemes: tuple[Scheme, Scheme]) -> Scheme:
        """Another one of the main, which is not the default, brought to the child."""
        with inside(company.main):
            other = Scheme.objects.get(uid=schemes[0].uid)
            other.pk, other.uid, other.name, other.is_default = None, uuid.uuid4(), "Was", False
            other.save(force_insert=True)
        company.sync(child, categories=["templates"])
        return other

    @pytest.mark.parametrize(("word", "default"), [(Word.OVERWRITE, "Groep"), (Word.KEEP_LOCAL, "Eigen")])
    def test_exactly_one_stays_default(self, company, child, schemes, word, default):
        theirs, _ours = schemes
        plan = company.plan(child, categories=["templates"])
        assert change_of(plan, theirs).verdict == "default_taken"
        asked = Asked(theirs.uid, word, path="is_default")
        plan = decide(acting_user=company.owner, plan=plan, version=1, decisions=[asked])
        carry_out(company, plan, confirmation=company.main.slug)
        with inside(child):
            assert list(Scheme.objects.filter(is_default=True).values_list("name", flat=True)) == [default]
            assert Scheme.objects.count() == 2

    def test_what_became_the_mains_by_giving_the_default_away_follows_it(self, company, child, schemes, other):
        theirs, _ours = schemes
        with inside(child):
            Scheme.objects.filter(name="Eigen").update(is_default=False)
            Scheme.objects.filter(uid=other.uid).update(name="Nu", is_default=True)
        with inside(company.main):
            Scheme.objects.filter(uid=other.uid).update(name="Nu")
        asked = [Asked(theirs.uid, Word.OVERWRITE, path="is_default")]
        plan = decide(
            acting_user=company.owner, plan=company.plan(child, items=[theirs.uid]), version=1, decisions=asked
        )
        carry_out(company, plan, confirmation=company.main.slug)
        assert change_of(plan, other).verdict == "gives_way"
        again = company.plan(child, categories=["templates"])
        assert not Change.objects.filter(plan_target__plan=again, uid=other.uid).exists(), "in line, so nothing to tell"

    def test_what_would_give_the_default_away_for_nothing_is_asked_as_before(self, company, child, schemes, other):
        theirs, _ours = schemes
        with inside(child):
            Scheme.objects.filter(name="Eigen").update(is_default=False)
            Scheme.objects.filter(uid=other.uid).update(name="Daar", is_default=True)
            Scheme.objects.filter(name="Eigen").update(name="Groep")
        with inside(company.main):
            Scheme.objects.filter(uid=other.uid).update(name="Hier")
        asked = [Asked(theirs.uid, Word.OVERWRITE, path="is_default")]
        plan = decide(
            acting_user=company.owner, plan=company.plan(child, categories=["templates"]), version=1, decisions=asked
        )
        assert change_of(plan, theirs).verdict == "name_taken"
        assert (change_of(plan, other).action, change_of(plan, other).verdict) == ("hold", "both_changed")

    @pytest.mark.parametrize(("locked", "is_offered"), [([], True), (["is_default", "name"], False), ([""], False)])
    def test_what_is_locked_is_not_offered_to_come_otherwise(self, company, child, schemes, locked, is_offered):
        theirs, _ours = schemes
        key = {"kind": "templates_catalog.scheme", "uid": theirs.uid}
        ItemRule.objects.create(administration=company.main, locked_paths=locked, policies={}, **key)
        plan = company.plan(child, categories=["templates"])
        words = offered(company, plan, change_of(plan, theirs))
        assert TAKE_DEFAULT in words
        assert {LEAVE_DEFAULT, Word.CREATE_AS} & words == ({LEAVE_DEFAULT, Word.CREATE_AS} if is_offered else set())


@pytest.mark.parametrize(("pins", "is_offered"), [([], True), (["name"], False)])
def test_what_is_pinned_is_not_offered_to_be_removed(company, child, pins, is_offered):
    with inside(company.main):
        work_type = WorkType.objects.create(name="Storing")
    company.sync(child, categories=["reference_data"])
    with inside(company.main):
        WorkType.objects.all().delete()
        WorkType.objects.create(name="Keuring")
    with inside(child):
        for path in pins:
            Deviation.objects.create(
                kind="reference_data.worktype",
                uid=work_type.uid,
                path=path,
                is_pinned=True,
                decided_at=timezone.now(),
            )
    plan = company.plan(child, categories=["reference_data"])
    words = offered(company, plan, change_of(plan, work_type))
    assert {Word.ARCHIVE, Word.DELETE} & words == ({Word.ARCHIVE, Word.DELETE} if is_offered else set())


class TestUndo:
    def test_a_run_is_taken_back_to_the_letter(self, company, child):
        with inside(company.main):
            form = make_form()
            WorkType.objects.create(name="Storing", description="oud")
        company.sync(child, categories=["forms", "reference_data"])
        before = fingerprint(child)
        with inside(company.main):
            relabel(form, "co", label="CO-gehalte")
            WorkType.objects.update(description="nieuw")
            WorkType.objects.create(name="Nieuw")
        run = company.sync(child, categories=["forms", "reference_data"])
        assert labels(child, form) == ["CO-gehalte", "Druk"]
        plan = create_undo_plan(acting_user=company.owner, run=run)
        assert plan.kind == "undo"
        carry_out(company, plan, confirmation=company.main.slug)
        assert labels(child, form) == ["CO", "Druk"]
        with inside(child):
            assert list(WorkType.objects.values_list("name", "description")) == [("Storing", "oud")]
        after = fingerprint(child)
        tables = {name for name in before if name.startswith(("forms_", "reference_"))}
        assert {name: after[name].content for name in tables} == {name: before[name].content for name in tables}

    def test_a_coupling_is_taken_back(self, company, child):
        with inside(company.main):
            form = make_form(co="CO-gehalte", druk="Druk")
        with inside(child):
            own = make_form("Ketel", co="CO hier", lek="Lek")
        plan = company.plan(child, categories=["forms"])
        asked = Asked(form.uid, Word.COUPLE, couple_with=own.uid)
        plan = decide(acting_user=company.owner, plan=plan, version=1, decisions=[asked])
        run = carry_out(company, plan, confirmation=company.main.slug)
        undo = create_undo_plan(acting_user=company.owner, run=run)
        back = carry_out(company, undo, confirmation=company.main.slug)
        with inside(child):
            found = Form.objects.get()
            assert (found.pk, found.uid) == (own.pk, own.uid)
            assert not Base.objects.exists()
        assert labels(child, own) == ["CO hier", "Lek"]
        again = create_undo_plan(acting_user=company.owner, run=back)
        carry_out(company, again, confirmation=company.main.slug)
        with inside(child):
            assert (Form.objects.get().pk, Form.objects.get().uid) == (own.pk, form.uid)
        assert labels(child, form) == ["CO-gehalte", "Druk", "Lek"]

    def test_a_coupling_is_not_made_again_where_the_item_was_made_anew_since(self, company, child):
        with inside(company.main):
            form = make_form(co="CO-gehalte")
        with inside(child):
            own = make_form(co="CO hier")
        plan = company.plan(child, categories=["forms"])
        asked = Asked(form.uid, Word.COUPLE, couple_with=own.uid)
        plan = decide(acting_user=company.owner, plan=plan, version=1, decisions=[asked])
        run = carry_out(company, plan, confirmation=company.main.slug)
        back = carry_out(company, create_undo_plan(acting_user=company.owner, run=run))
        plan = company.plan(child, categories=["forms"])
        asked = Asked(form.uid, Word.CREATE_AS, name="Ketel (groep)")
        carry_out(company, decide(acting_user=company.owner, plan=plan, version=1, decisions=[asked]))
        again = create_undo_plan(acting_user=company.owner, run=back)
        held = again.targets.get().changes.get()
        assert (held.action, held.verdict, held.facts["coupling"]) == ("hold", "name_taken", "stands")
        with inside(child):
            assert {str(uid) for uid in Form.objects.values_list("uid", flat=True)} == {str(form.uid), str(own.uid)}

    def test_what_was_edited_since_asks(self, company, child):
        with inside(company.main):
            form = make_form()
        company.sync(child, categories=["forms"])
        with inside(company.main):
            relabel(form, "co", label="CO-gehalte")
        run = company.sync(child, categories=["forms"])
        with inside(child):
            relabel(form, "co", label="Later")
        plan = create_undo_plan(acting_user=company.owner, run=run)
        assert change_of(plan, form).action == "hold"
        plan = decide(acting_user=company.owner, plan=plan, version=1, decisions=[Asked(form.uid, Word.OVERWRITE)])
        carry_out(company, plan, confirmation=company.main.slug)
        assert labels(child, form) == ["CO", "Druk"]
