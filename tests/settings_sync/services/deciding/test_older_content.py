"""Content that rules refuse by now, and content that cannot work, on real administrations and in every way to write."""

import pytest
from django.utils import translation

from forms_catalog.models import Field, Form, Section
from forms_catalog.sync import FormSync
from settings_sync.declaring.kinds import all_kinds
from settings_sync.models import Change, Plan
from settings_sync.planning.verdicts import Word
from settings_sync.services.deciding.deciding import Asked, decide
from settings_sync.wording.wording import reason_of
from templates_catalog.models import MessageTemplate
from templates_catalog.sync import MessageTemplateSync
from tenants.models import Administration
from tenants.schemas import inside
from tests.contracts.world import Company, documents, make_company
from workflows.models import Step, Workflow

pytestmark = pytest.mark.usefixtures("db")

BODY = "<p>Beste {{ plan.doel }}</p>"
"""A placeholder that does not exist, written when nobody checked that."""


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


def template_in(administration: Administration) -> dict[str, str]:
    """The only message template there."""
    ((_uid, document),) = documents(administration, all_kinds()["templates_catalog.messagetemplate"]).items()
    return document


def carry_out(company: Company, plan: Plan) -> None:
    run = company.run(plan, confirmation=company.main.slug)
    assert run.state == "succeeded", list(run.targets.values("error_code", "error_detail"))


@pytest.fixture
def template(company: Company, child: Administration) -> MessageTemplate:
    """A template that came by sync before its text was refused; the child has renamed it since."""
    with inside(company.main):
        made = MessageTemplate.objects.create(kind="email", name="Bevestiging", subject="Uw afspraak", body=BODY)
        assert MessageTemplateSync.validate({"kind": "email", "subject": "Uw afspraak", "body": BODY}) != []
    company.sync(child, categories=["templates"])
    assert template_in(child)["body"] == BODY
    with inside(child):
        MessageTemplate.objects.update(name="Bevestiging hier")
    return made


@pytest.mark.parametrize("word", [Word.PUT_BACK, Word.OVERWRITE])
def test_what_rules_refuse_by_now_is_put_back_as_the_main_has_it(company, child, template, word):
    plan = company.plan(child, categories=["templates"])
    plan = decide(acting_user=company.owner, plan=plan, version=1, decisions=[Asked(template.uid, word)])
    carry_out(company, plan)
    assert template_in(child) == template_in(company.main)


def test_what_rules_refuse_by_now_is_merged(company, child, template):
    with inside(company.main):
        MessageTemplate.objects.update(subject="Je afspraak")
    plan = company.plan(child, categories=["templates"])
    plan = decide(acting_user=company.owner, plan=plan, version=1, decisions=[Asked(template.uid, Word.MERGE)])
    carry_out(company, plan)
    assert template_in(child) == {**template_in(company.main), "name": "Bevestiging hier"}


def make_ring(name: str = "Onderhoud") -> Form:
    """A form as only SQL can make it: each of two questions is shown once the other has an answer."""
    form = Form.objects.create(name=name)
    section = Section.objects.create(form=form, title="Vragen", position=0)
    one = Field.objects.create(section=section, label="Lekt het", reference="lek", position=0)
    other = Field.objects.create(section=section, label="Waar", reference="waar", position=1, visible_if_field=one)
    Field.objects.filter(pk=one.pk).update(visible_if_field=other)
    return form


def test_a_ring_of_questions_in_the_main_is_held_and_named_with_what_needs_it(company, child):
    with inside(company.main):
        form = make_ring()
        workflow = Workflow.objects.create(name="Onderhoud")
        Step.objects.create(workflow=workflow, type="predefined_form", form=form, position=0)
    plan = company.plan(child, categories=["forms", "workflows"])
    changes = {change.kind: change for change in Change.objects.filter(plan_target__plan=plan)}
    held = changes["forms_catalog.form"]
    assert (held.action, held.verdict) == ("hold", "invalid")
    assert (changes["workflows.workflow"].action, changes["workflows.workflow"].verdict) == ("hold", "needs_held")
    with translation.override("en"):
        assert "put it right in that one first" in reason_of(held.verdict, held.facts, held.action)
    assert "Lekt het, Waar" in held.facts["problem"]
    carry_out(company, plan)
    assert documents(child, all_kinds()["forms_catalog.form"]) == {}


def test_a_ring_that_stands_there_already_does_not_hold_what_else_the_main_changed(company, child, monkeypatch):
    with inside(company.main):
        form = make_ring()
    monkeypatch.setattr(FormSync, "validate", lambda document: [])
    company.sync(child, categories=["forms"])
    monkeypatch.undo()
    with inside(company.main):
        Form.objects.update(description="Voor monteurs")
        Field.objects.filter(label="Waar").update(label="Waar precies")
    company.sync(child, categories=["forms"])
    (document,) = documents(child, all_kinds()["forms_catalog.form"]).values()
    assert (document["description"], document["parts"]["field"][1]["label"]) == ("Voor monteurs", "Waar precies")
    assert FormSync.validate(document) != [] and form.name == document["name"]


@pytest.mark.parametrize("types", [["send", "customer"], ["timer_stop"], ["send", "send"]], ids=str)
def test_a_workflow_that_cannot_be_done_is_held(company, child, types):
    with inside(company.main):
        workflow = Workflow.objects.create(name="Onderhoud")
        for position, step_type in enumerate(types):
            Step.objects.create(workflow=workflow, type=step_type, position=position)
    change = Change.objects.get(plan_target__plan=company.plan(child, categories=["workflows"]))
    assert (change.action, change.verdict) == ("hold", "invalid")
