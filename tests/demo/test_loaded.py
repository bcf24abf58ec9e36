"""What somebody finds who opens the demo. One file, because the demo is loaded once for it."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.apps import apps
from django.contrib.auth import authenticate
from django.db.models import Max, Sum
from django.forms import model_to_dict
from django.utils.timezone import localdate

from business.amounts import add_up
from business.models import Customer, FilledForm, Invoice, NumberSequence, Quotation, WorkOrder
from demo.companies import ACCOUNTS
from demo.loading import load_demo
from forms_catalog.answering.answers import Answered
from forms_catalog.documents import document_of
from forms_catalog.models import Form
from forms_catalog.rights import FormRight
from forms_catalog.rules import problems_of_form
from reference_data.models import VatRate, WorkStatus, WorkType
from settings_sync.models import SyncRun, SyncTarget
from settings_sync.services.administrations.alignment import totals_of
from settings_sync.services.administrations.days import last_weeks
from settings_sync.services.plans.plans import create_plan
from settings_sync.services.trends.reading import find_sights, read_trends
from sync_ledger.models import Edit
from templates_catalog.models import Layout, MessageTemplate, Scheme
from tenants.company import COMPANY_FIELDS
from tenants.company_forms import CompanyDetailsForm
from tenants.models import Administration, Membership
from tenants.permissions import may
from tenants.rights import SyncRight
from workflows.models import Workflow
from workflows.sync import WorkflowSync

pytestmark = pytest.mark.django_db

CATEGORIES = ["forms", "workflows", "templates", "reference_data"]


def counts_of(administration):
    return totals_of([administration])[administration.pk].counts


def person(key):
    return authenticate(username=ACCOUNTS[key].email, password="demo")


def test_both_companies_are_there_with_their_branches(demo):
    branches = {slug: row.parent.slug if row.parent else None for slug, row in demo.items()}
    assert branches == {
        "van-dijk": None,
        "van-dijk-noord": "van-dijk",
        "van-dijk-oost": "van-dijk",
        "van-dijk-zuid": "van-dijk",
        "van-dijk-west": "van-dijk",
        "van-dijk-service": "van-dijk",
        "de-boer": None,
        "de-boer-a": "de-boer",
        "de-boer-b": "de-boer",
    }
    assert {row.state for row in demo.values()} == {Administration.State.ACTIVE}
    assert (demo["van-dijk"].name, demo["de-boer"].name) == ("Van Dijk Groep", "De Boer Techniek")


def test_everybody_signs_in_and_may_do_what_the_contract_says(demo):
    everywhere = {slug for slug in demo if slug.startswith("van-dijk")}
    reach = {
        "beheerder": everywhere,
        "planner": everywhere,
        "noord": {"van-dijk-noord"},
        "de_boer": {"de-boer", "de-boer-a", "de-boer-b"},
        "support": set(),
    }
    for key, slugs in reach.items():
        user = person(key)
        assert user is not None, key
        assert set(Membership.objects.filter(user=user).values_list("administration__slug", flat=True)) == slugs
    assert may(person("beheerder"), SyncRight.RUN, demo["van-dijk"])
    assert not may(person("planner"), FormRight.READ, demo["van-dijk"])
    assert may(person("noord"), FormRight.UPDATE, demo["van-dijk-noord"])
    assert person("support").is_staff
    assert [key for key in reach if person(key).is_staff] == ["support"]


def test_the_main_administration_is_as_large_as_promised(demo, within):
    with within("van-dijk"):
        assert Form.objects.count() == 40
        assert Workflow.objects.count() == 15
        assert MessageTemplate.objects.count() + Layout.objects.count() + Scheme.objects.count() == 30
        assert WorkType.objects.count() == 18


def test_noord_is_in_line(demo):
    counts = counts_of(demo["van-dijk-noord"])
    assert counts["in_line"] == 212
    assert not any(count for name, count in counts.items() if name != "in_line")


def test_oost_is_behind(demo):
    counts = counts_of(demo["van-dijk-oost"])
    assert (counts["behind"], counts["missing"], counts["changed_locally"], counts["conflict"]) == (12, 10, 0, 0)


def test_zuid_changed_four_settings_and_has_one_conflict(demo, within):
    counts = counts_of(demo["van-dijk-zuid"])
    assert (counts["changed_locally"], counts["conflict"], counts["behind"], counts["missing"]) == (4, 1, 0, 0)
    with within("van-dijk-zuid"):
        edit = Edit.objects.get(label="Onderhoud cv-ketel")
    assert (edit.path, edit.after, edit.by_name) == (
        "sections/Metingen/CO-gehalte/help_text",
        "Eenheid: mg/m³",
        "Beheerder Van Dijk",
    )


def test_west_has_forms_of_its_own_of_which_two_bear_a_name_of_the_main(demo, within):
    with within("van-dijk"):
        of_main = dict(Form.objects.values_list("name", "uid"))
    with within("van-dijk-west"):
        own = dict(Form.objects.values_list("name", "uid"))
    assert (
        sorted(own) == ["Oplevering installatie", "Onderhoud cv-ketel", "Servicebeurt verwarmingstoestel"]
        or len(own) == 3
    )
    assert own.keys() & of_main.keys() == {"Onderhoud cv-ketel", "Oplevering installatie"}
    assert not set(own.values()) & set(of_main.values())
    assert not SyncTarget.objects.filter(administration=demo["van-dijk-west"]).exists()


def test_service_has_no_settings(demo):
    assert counts_of(demo["van-dijk-service"]) | {"missing": 0} == dict.fromkeys(counts_of(demo["van-dijk-service"]), 0)


def test_the_companies_have_no_setting_in_common(demo, within):
    uids = []
    for slug in ("van-dijk", "de-boer"):
        with within(slug):
            uids.append(set(Form.objects.values_list("uid", flat=True)))
    assert not uids[0] & uids[1]


def test_the_history_tells_of_three_runs_in_the_past(demo):
    runs = SyncRun.objects.order_by("created_at")
    assert [run.note for run in runs] == [
        "Start",
        "Eerste inrichting van de vestigingen",
        "Nieuwe CO-eisen per 1 december",
    ]
    assert {run.state for run in runs} == {SyncRun.State.SUCCEEDED}
    for run in runs:
        assert run.created_at < run.started_at <= run.finished_at
        assert {target.receipt.business_rows_written for target in run.targets.all()} == {0}
    ages = [(run.finished_at.date(), run.note) for run in runs]
    assert ages == sorted(ages)


def test_the_last_weeks_are_told_as_they_went(demo):
    weeks = [week.percent for week in last_weeks(demo["van-dijk"])]
    assert all(percent is not None for percent in weeks)
    assert len(set(weeks)) > 3, "they go up and down"


def test_what_was_published_and_what_waited_is_told_over_twelve_weeks(demo):
    main = demo["van-dijk"]
    trends = read_trends(main, find_sights(person("beheerder"), main))
    assert trends.pace is not None
    assert trends.pace.median == pytest.approx(timedelta(days=3), abs=timedelta(hours=1))
    assert all(pace is not None for _day, pace in trends.paces)
    assert all(week.number is not None for week in trends.waiting)


def test_every_branch_can_be_synced_from_here(demo):
    targets = [slug for slug in demo if slug.startswith("van-dijk-")]
    plan = create_plan(acting_user=person("beheerder"), main=demo["van-dijk"], targets=targets, categories=CATEGORIES)
    verdicts = {
        target.administration.slug: sorted(target.changes.filter(action="hold").values_list("verdict", flat=True))
        for target in plan.targets.select_related("administration")
    }
    assert verdicts["van-dijk-oost"] == verdicts["van-dijk-service"] == verdicts["van-dijk-noord"] == []
    assert verdicts["van-dijk-zuid"] == ["both_changed"]
    assert verdicts["van-dijk-west"].count("name_taken") == 2


WITH_WORK = (
    "van-dijk",
    "van-dijk-noord",
    "van-dijk-oost",
    "van-dijk-zuid",
    "van-dijk-west",
    "de-boer",
    "de-boer-a",
    "de-boer-b",
)


def in_each(test: Callable[[], None]) -> Callable[..., None]:
    """Run a test inside of each administration that has work; one test, because the demo is loaded once per worker."""

    def run(within):
        for slug in WITH_WORK:
            with within(slug):
                test()

    return run


@in_each
def test_there_are_hundreds_of_everything():
    assert Customer.objects.count() >= 200
    assert WorkOrder.objects.count() >= 300
    assert Invoice.objects.filter(state="final").count() >= 200
    assert Quotation.objects.count() >= 100
    assert FilledForm.objects.exists()


def test_service_has_customers_and_no_work_yet(within):
    with within("van-dijk-service"):
        assert Customer.objects.count() >= 200
        assert not WorkOrder.objects.exists()


@in_each
def test_work_is_spread_over_the_lifecycle_and_keeps_its_steps():
    stages = Counter(WorkOrder.objects.values_list("stage", flat=True))
    assert min(stages[stage] for stage in WorkOrder.Stage.values) >= 20
    picked_up = WorkOrder.objects.exclude(stage__in=["planned", "ready"]).filter(workflow__isnull=False)
    assert not picked_up.filter(steps=None).exists()
    assert not WorkOrder.objects.filter(stage__in=["planned", "ready"], steps__isnull=False).exists()
    assert (
        not WorkOrder.objects.filter(stage__in=["complete", "settled"], steps__done_at=None)
        .exclude(workflow=None)
        .exists()
    )


@in_each
def test_filled_in_forms_hold_answers_that_the_questions_accept():
    for filled in FilledForm.objects.exclude(filled_in_at=None)[:40]:
        assert Answered(filled.questions, filled.answers, localdate()).problems() == {}, filled.form_name


@in_each
def test_invoice_numbers_have_no_gaps_and_follow_their_dates():
    final = list(Invoice.objects.filter(state="final").order_by("number").values_list("number", "invoiced_on"))
    assert [number for number, _on in final] == list(range(1, len(final) + 1))
    assert [on for _number, on in final] == sorted(on for _number, on in final)
    for kind, model in (("invoice", Invoice), ("work_order", WorkOrder), ("customer", Customer)):
        highest = model.objects.aggregate(highest=Max("number"))["highest"]
        assert NumberSequence.objects.get(kind=kind).next_value == highest + 1


@in_each
def test_totals_are_those_of_the_lines():
    for document in [*Invoice.objects.prefetch_related("lines")[:60], *Quotation.objects.all()[:20]]:
        assert document.total == add_up(document.lines.all()).total
    assert Invoice.objects.filter(type="credit").aggregate(total=Sum("total"))["total"] < 0


def test_equal_settings_have_different_keys_in_every_administration(within):
    keys = Counter()
    for slug in WITH_WORK:
        with within(slug):
            for model in (WorkType, WorkStatus, VatRate, Form, Workflow):
                keys.update((model, key) for key in model.objects.values_list("pk", flat=True))
    assert max(keys.values()) == 1


@in_each
def test_every_setting_obeys_the_rules_of_its_catalog():
    for form in Form.objects.all():
        assert problems_of_form(document_of(form)) == [], form.name
    for workflow in Workflow.objects.all():
        steps = list(workflow.steps.values("type", "title", "form", "email_template", "work_status", "free_field"))
        assert WorkflowSync.validate({"name": workflow.name, "parts": {"step": steps}}) == [], workflow.name


def test_loading_again_changes_nothing(demo, within):
    before = list(Administration.objects.order_by("pk").values_list("pk", "slug", "state"))
    assert load_demo() is False
    assert list(Administration.objects.order_by("pk").values_list("pk", "slug", "state")) == before


def test_every_model_of_daily_data_is_shown(within):
    with within("van-dijk"):
        empty = [model.__name__ for model in apps.get_app_config("business").get_models() if not model.objects.exists()]
    assert empty == []


def test_company_details_are_ones_that_their_page_accepts(demo):
    for administration in demo.values():
        form = CompanyDetailsForm(model_to_dict(administration, COMPANY_FIELDS), instance=administration)
        assert form.is_valid(), (administration.slug, form.errors)
