"""What the main administration removed: deleted, or archived with who uses it, and offered again later."""

import pytest
from django.utils import translation

from forms_catalog.models import Form
from settings_sync.models import Change, Document, Plan
from settings_sync.planning.verdicts import Word
from settings_sync.services.deciding.deciding import Asked, decide
from settings_sync.services.previews.previewing import preview_changes
from settings_sync.services.undos.undoing import create_undo_plan
from settings_sync.shapes.answers import shape_changes
from sync_ledger.models import Base
from tenants.models import Administration
from tenants.schemas import inside
from tests.contracts.world import Company, make_company
from workflows.models import Step, Workflow

pytestmark = pytest.mark.usefixtures("db")

DELETE = {"removed_in_source": "delete"}


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


@pytest.fixture
def form(company: Company, child: Administration) -> Form:
    with inside(company.main):
        form = Form.objects.create(name="Blad")
    company.sync(child, categories=["forms", "workflows"])
    return form


def remove(company: Company, form: Form) -> None:
    with inside(company.main):
        Form.objects.filter(uid=form.uid).delete()


def use(administration: Administration, form: Form, name: str = "Eigen werkwijze") -> None:
    with inside(administration):
        workflow = Workflow.objects.create(name=name)
        there = Form.objects.get(uid=form.uid)
        Step.objects.create(workflow=workflow, type="predefined_form", form=there, position=1)


def plan_of(company: Company, child: Administration, **policies: str) -> Plan:
    return company.plan(child, categories=["forms", "workflows"], policies=policies)


def change_of(plan: Plan, form: Form) -> Change:
    return Change.objects.get(plan_target__plan=plan, uid=form.uid)


def reason_of(plan: Plan, form: Form) -> str:
    with translation.override("en"):
        (shown,) = preview_changes(plan, [change_of(plan, form)])
    return shown.reason


def run(company: Company, plan: Plan) -> None:
    assert company.run(plan, confirmation=company.main.slug).state == "succeeded"


def forms_of(administration: Administration) -> list[tuple[str, bool]]:
    with inside(administration):
        return list(Form.objects.values_list("name", "is_archived"))


def test_what_nothing_uses_is_deleted(company, child, form):
    remove(company, form)
    plan = plan_of(company, child, **DELETE)
    assert change_of(plan, form).action == "delete"
    run(company, plan)
    assert forms_of(child) == []


def test_what_a_setting_of_its_own_uses_is_archived_and_says_which(company, child, form):
    use(child, form)
    remove(company, form)
    plan = plan_of(company, child, **DELETE)
    assert change_of(plan, form).action == "archive"
    assert "workflow “Eigen werkwijze”" in reason_of(plan, form)
    (answer,) = shape_changes([change_of(plan, form)])
    assert [(user["kind"], user["label"]) for user in answer["users"]] == [("workflows.workflow", "Eigen werkwijze")]
    run(company, plan)
    assert forms_of(child) == [("Blad", True)]
    again = plan_of(company, child, **DELETE)
    assert (change_of(again, form).action, change_of(again, form).base_digest) == (
        "keep",
        change_of(again, form).local_digest,
    )
    assert "it is used by workflow “Eigen werkwijze”" in reason_of(again, form)


@pytest.mark.parametrize("policy", ["delete", "keep"])
def test_once_its_use_ended_a_later_preview_offers_the_removal(company, child, form, policy):
    use(child, form)
    remove(company, form)
    run(company, plan_of(company, child, **DELETE))
    with inside(child):
        Workflow.objects.all().delete()
    plan = plan_of(company, child, removed_in_source=policy)
    assert change_of(plan, form).action == policy
    if policy == "keep":
        assert "nothing uses it any more, so it can be deleted" in reason_of(plan, form)
        plan = decide(acting_user=company.owner, plan=plan, version=1, decisions=[Asked(form.uid, Word.DELETE)])
    run(company, plan)
    assert forms_of(child) == []
    with inside(child):
        assert not Base.objects.filter(uid=form.uid).exists()


def test_what_uses_it_only_until_the_same_sync_is_no_reason_to_keep_it(company, child, form):
    use(company.main, form, "Werkwijze")
    company.sync(child, categories=["forms", "workflows"])
    with inside(company.main):
        Step.objects.all().delete()
        Form.objects.filter(uid=form.uid).delete()
    plan = plan_of(company, child, **DELETE)
    assert change_of(plan, form).action == "delete"
    run(company, plan)
    assert forms_of(child) == []


def test_what_comes_into_use_after_the_preview_is_archived_and_stays_followed(company, child, form):
    remove(company, form)
    plan = plan_of(company, child, **DELETE)
    use(child, form)
    done = company.run(plan, confirmation=company.main.slug)
    assert list(done.targets.get().findings.values_list("code", flat=True)) == ["archived-instead"]
    with inside(child):
        followed = Base.objects.get(uid=form.uid)
        Workflow.objects.all().delete()
    assert Document.objects.get(digest=bytes(followed.digest)).body["is_archived"] is True
    plan = plan_of(company, child, **DELETE)
    assert change_of(plan, form).action == "delete"


def test_a_policy_to_archive_archives_and_forgets(company, child, form):
    remove(company, form)
    run(company, plan_of(company, child, removed_in_source="archive"))
    assert forms_of(child) == [("Blad", True)]
    assert not Change.objects.filter(plan_target__plan=plan_of(company, child, **DELETE)).exists()


def test_an_archiving_instead_is_taken_back(company, child, form):
    use(child, form)
    remove(company, form)
    done = company.run(plan_of(company, child, **DELETE), confirmation=company.main.slug)
    run(company, create_undo_plan(acting_user=company.owner, run=done))
    assert forms_of(child) == [("Blad", False)]
    assert change_of(plan_of(company, child, **DELETE), form).action == "archive"
