"""Who may sync but not see a category syncs neither that nor what needs it: asked first, and asked again."""

import pytest
from django.urls import reverse
from django.utils import translation

from accounts.models import User
from forms_catalog.rights import FormRight
from reference_data.rights import ReferenceDataRight
from settings_sync.exceptions import CategoryNotAllowed
from settings_sync.models import Plan, SyncRun
from settings_sync.services.runs.runs import start_run
from settings_sync.services.undos.undoing import create_undo_plan
from tenants.rights import AdministrationRight, SyncRight
from tests.settings_sync.api.conftest import is_problem, make_caller
from tests.settings_sync.services.undos.test_right_to_undo import give
from tests.settings_sync.views.conftest import browser, form, joined, make_plan, sync  # noqa: F401

pytestmark = pytest.mark.django_db(transaction=True)
SYNCS = [AdministrationRight.SEE, SyncRight.RUN, SyncRight.UNDO]
FORMS, WORK_TYPES = FormRight.READ, ReferenceDataRight.READ


@pytest.mark.parametrize(
    ("rights_in_main", "rights_in_sub", "named"),
    [
        ([WORK_TYPES], [FORMS, WORK_TYPES], ("Van Dijk", "Forms")),
        ([FORMS, WORK_TYPES], [WORK_TYPES], ("Van Dijk Noord", "Forms")),
        ([FORMS], [FORMS, WORK_TYPES], ("Van Dijk", "Other shared settings")),
    ],
    ids=["hidden in the main", "hidden in the sub", "hidden and needed"],
)
def test_what_may_not_be_seen_is_not_previewed(owner, main, joined, form, rights_in_main, rights_in_sub, named):  # noqa: F811
    give(owner, [*SYNCS, *rights_in_main], main)
    give(owner, [*SYNCS, *rights_in_sub], joined)
    for choice in ({"categories": ["forms"]}, {"items": [form.uid]}):
        with pytest.raises(CategoryNotAllowed) as refused, translation.override("en"):
            make_plan(owner, main, joined, **choice)
        assert refused.value.facts == {"name": named[0], "category": named[1]}
    assert not Plan.objects.exists()


def test_what_may_be_seen_and_needs_nothing_else_is_synced(owner, main, joined, form):  # noqa: F811
    give(owner, [*SYNCS, WORK_TYPES], main, joined)
    assert sync(owner, main, joined, categories=["reference_data"]).state == SyncRun.State.SUCCEEDED


def test_a_category_that_was_taken_away_since_the_preview_is_asked_for_again(owner, main, joined, form):  # noqa: F811
    plan = make_plan(owner, main, joined)
    give(owner, [*SYNCS, WORK_TYPES], joined)
    with pytest.raises(CategoryNotAllowed):
        start_run(acting_user=owner, plan=plan, version=plan.version)
    assert not SyncRun.objects.exists()


def test_what_may_not_be_seen_is_not_taken_back(owner, main, joined, form):  # noqa: F811
    run = sync(owner, main, joined)
    plan = create_undo_plan(acting_user=owner, run=run)
    give(owner, [*SYNCS, WORK_TYPES], main, joined)
    with pytest.raises(CategoryNotAllowed):
        create_undo_plan(acting_user=owner, run=run)
    with pytest.raises(CategoryNotAllowed):
        start_run(acting_user=owner, plan=plan, version=plan.version, confirmation=main.slug)


def test_over_the_api_it_is_refused_and_not_shown(owner, main, joined, form):  # noqa: F811
    other = make_plan(owner, main, joined)
    run = sync(owner, main, joined)
    colleague = User.objects.create_user("colleague@example.com", "x", name="Colleague")
    give(colleague, [*SYNCS, WORK_TYPES], main, joined)
    api = make_caller(colleague, main)
    asked = {"targets": [joined.slug], "categories": ["forms"]}
    assert is_problem(api.post("plans/", asked), 403, "category-not-allowed")
    assert is_problem(api.post("runs/", asked), 403, "category-not-allowed")
    assert is_problem(api.get(f"plans/{other.pk}/"), 404, "not-found")
    shown = api.get(f"runs/{run.pk}/targets/{joined.slug}/changes/").json()["results"]
    assert {change["category"] for change in shown} == {"reference_data"}


def test_a_report_tells_nothing_of_it(owner, main, joined, form):  # noqa: F811
    run = sync(owner, main, joined)
    address = reverse("sync:run-csv", args=[main.slug, run.pk])
    assert "Forms" in browser(owner).get(address).getvalue().decode()
    give(owner, [*SYNCS, WORK_TYPES], main)
    assert "Forms" not in browser(owner).get(address).getvalue().decode()


def test_the_page_to_choose_offers_only_what_may_be_seen(owner, main, joined, form):  # noqa: F811
    address = reverse("sync:choose", args=[main.slug])
    assert form.name in browser(owner).get(address).content.decode()
    give(owner, [*SYNCS, WORK_TYPES], main)
    page = browser(owner).get(address).content.decode()
    assert page.count(form.name) == page.count(f"Werk bij {form.name}") > 0
