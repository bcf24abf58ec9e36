"""Local values in shared templates: warnings in the plan, and the template as it reads in each administration."""

import io
import json

import pytest
from django.core.management import call_command

from forms_catalog.models import Form
from settings_sync.models import Change
from settings_sync.shapes.answers import shape_changes
from templates_catalog.models import Layout, Variable
from tenants.schemas import inside
from tests.conftest import make_administration, make_member

from .conftest import make_plan, sync
from .test_plans import text_of

IBANS = {"main": "NL91ABNA0417164300", "joined": "NL20INGB0001234567", "other": "NL02ABNA0123456789"}


@pytest.fixture
def branches(owner, main, joined, other_child):
    """Two sub-administrations; the second lacks the opening hours."""
    make_member(other_child, user=owner)
    for administration, iban in ((main, "main"), (joined, "joined"), (other_child, "other")):
        administration.company_iban = IBANS[iban]
        administration.save(update_fields=["company_iban"])
    with inside(joined):
        Variable.objects.create(name="uren", value="8–17 uur")
    return [joined, other_child]


@pytest.fixture
def layout(main):
    with inside(main):
        return Layout.objects.create(
            kind="invoice",
            name="Blauw",
            header=f"IBAN {IBANS['main']}",
            footer="Op {{ bedrijf.iban }}, {{ eigen.uren }}",
        )


@pytest.fixture
def plan(owner, main, branches, layout):
    return make_plan(owner, main, *branches, categories=["templates"])


def change_in(plan, administration):
    return Change.objects.get(plan_target__plan=plan, plan_target__administration=administration)


TYPED_OUT = f"“{IBANS['main']}” of Van Dijk is typed out."
MISSING = "{{ eigen.uren }} is unknown: add it to the variables of the administration."


def test_warnings_are_data_of_the_plan(plan, branches):
    codes = [[one["code"] for one in change_in(plan, branch).warnings] for branch in branches]
    assert codes == [["own-detail"], ["own-detail", "missing-variable"]]


def test_page_api_and_terminal_say_the_same(owner_client, url, owner, main, plan, branches):
    page = text_of(owner_client.get(url("plan", plan.pk)))
    assert page.count(TYPED_OUT) == 2
    assert page.count(MISSING) == 1
    rows = Change.objects.filter(plan_target__plan=plan).select_related("plan_target__administration")
    told = {row["target"]: row["warnings"] for row in shape_changes(list(rows))}
    assert [one["code"] for one in told[branches[1].slug]] == ["own-detail", "missing-variable"]
    assert told[branches[1].slug][1]["facts"] == {"name": "{{ eigen.uren }}"}
    out = io.StringIO()
    slugs = ",".join(branch.slug for branch in branches)
    call_command("sync_settings", main.slug, to=slugs, categories="templates", stdout=out)
    assert out.getvalue().count(MISSING) == 1
    out = io.StringIO()
    call_command("sync_settings", main.slug, to=slugs, categories="templates", json=True, stdout=out)
    assert MISSING in [one["detail"] for row in json.loads(out.getvalue())["changes"] for one in row["warnings"]]


def test_only_what_has_a_warning_can_be_asked_for(owner_client, url, main, plan):
    with inside(main):
        Layout.objects.create(kind="invoice", name="Zonder", footer="{{ bedrijf.naam }}")
    page = owner_client.get(url("plan", plan.pk), {"warned": "yes"})
    assert [row.label for row in page.context["page"].object_list] == ["Blauw", "Blauw"]


def test_each_administration_shows_its_own_iban(owner_client, url, plan, branches):
    change = change_in(plan, branches[0])
    page = owner_client.get(url("filled-in", plan.pk, change.pk))
    assert [row.name for row in page.context["found"]] == [branch.name for branch in branches]
    assert text_of(page).count(MISSING) == 1
    for branch, iban in zip(branches, ("joined", "other"), strict=True):
        frame = owner_client.get(url("filled-in-one", plan.pk, change.pk, branch.slug))
        assert f"Op {IBANS[iban]}" in frame.content.decode()
        policy = frame["Content-Security-Policy"]
        assert "sandbox" in policy and "default-src 'none'" in policy and "img-src data:;" in f"{policy};"
        assert "script-src" not in policy


def test_nothing_in_a_template_can_run_or_reach_other_values(owner_client, url, main, plan, branches, layout):
    with inside(branches[0]):
        Variable.objects.update(value="<script>alert(1)</script>{{ bedrijf.email }}")
    change = change_in(plan, branches[0])
    frame = owner_client.get(url("filled-in-one", plan.pk, change.pk, branches[0].slug)).content.decode()
    assert "<script>" not in frame
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{ bedrijf.email }}" in frame


def test_what_is_in_line_already_is_shown_as_well(owner_client, url, owner, main, branches, layout):
    sync(owner, main, branches[0], categories=["templates"])
    plan = make_plan(owner, main, *branches, categories=["templates"])
    page = owner_client.get(url("filled-in", plan.pk, change_in(plan, branches[1]).pk))
    assert len(page.context["found"]) == 2


def test_a_setting_without_placeholders_has_no_such_page(owner_client, url, owner, main, joined, form):
    plan = make_plan(owner, main, joined)
    change = Change.objects.filter(plan_target__plan=plan, kind="forms_catalog.form").get()
    assert owner_client.get(url("filled-in", plan.pk, change.pk)).status_code == 404
    assert owner_client.get(url("filled-in-one", plan.pk, change.pk, joined.slug)).status_code == 404


def test_nobody_sees_the_values_of_an_administration_that_they_may_not_sync_to(owner_client, url, owner, plan, main):
    hidden = make_administration("Van Dijk Zuid", main)
    plan.targets.create(administration=hidden, position=9)
    change = Change.objects.filter(plan_target__plan=plan).first()
    assert owner_client.get(url("filled-in-one", plan.pk, change.pk, hidden.slug)).status_code == 404
    assert hidden.name not in text_of(owner_client.get(url("filled-in", plan.pk, change.pk)))


def test_the_page_of_a_template_shows_it_in_each_administration(owner_client, main, branches, layout, foreign_main):
    address = f"/a/{main.slug}/settings/templates/layouts/{layout.uid}/everywhere/"
    page = owner_client.get(address)
    assert [row.slug for row in page.context["found"]] == [main.slug, *(branch.slug for branch in branches)]
    frame = owner_client.get(f"{address}{branches[0].slug}/")
    assert f"Op {IBANS['joined']}, 8–17 uur" in frame.content.decode()
    assert owner_client.get(f"{address}{foreign_main.slug}/").status_code == 404
    elsewhere = f"/a/{branches[0].slug}/settings/templates/layouts/{layout.uid}/everywhere/"
    assert owner_client.get(elsewhere).status_code == 404


def test_a_print_template_is_looked_at_as_well_but_not_shown(owner_client, url, owner, main, branches):
    with inside(main):
        Form.objects.create(name="Bon", print_template=f"<p>{IBANS['main']} {{{{ bedrijf.telefoon }}}}</p>")
    plan = make_plan(owner, main, branches[0])
    change = change_in(plan, branches[0])
    assert [one["code"] for one in change.warnings] == ["own-detail", "missing-detail"]
    assert "filled-in" not in owner_client.get(url("change", plan.pk, change.pk)).content.decode()
