"""Downloading a preview and a result."""

import csv
import io

from django.db import connection
from django.test.utils import CaptureQueriesContext

from forms_catalog.models import Form
from settings_sync.models import SyncTarget
from tenants.models import Membership, Role
from tenants.schemas import inside
from tests.conftest import make_member

from .conftest import browser, make_form, make_plan, sync

BAD = '=HYPERLINK("https://evil.example","klik")'


def rows_of(answer):
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/csv; charset=utf-8")
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_a_preview_is_a_table_with_a_row_for_each_change(owner_client, url, owner, main, joined, form):
    plan = make_plan(owner, main, joined)
    answer = owner_client.get(url("plan-csv", plan.pk))
    assert f'filename="{main.slug}-' in answer.headers["Content-Disposition"]
    rows = rows_of(answer)
    assert {row["Setting"] for row in rows} == {"Onderhoud cv-ketel", "Werk bij Onderhoud cv-ketel"}
    assert {(row["Administration"], row["What happens"]) for row in rows} == {(joined.name, "is added")}


def test_a_name_that_looks_like_a_formula_is_none(owner_client, url, owner, main, joined):
    with inside(main):
        Form.objects.create(name=BAD)
    (row,) = rows_of(owner_client.get(url("plan-csv", make_plan(owner, main, joined).pk)))
    assert row["Setting"] == f"'{BAD}"


def test_in_dutch_it_opens_in_a_dutch_spreadsheet(owner_client, url, owner, main, joined, form):
    owner_client.cookies["django_language"] = "nl"
    answer = owner_client.get(url("plan-csv", make_plan(owner, main, joined).pk))
    assert answer.content.startswith('\ufeff"Administratie";"Status";'.encode())


def test_a_result_tells_what_was_done_and_what_failed(owner_client, url, owner, main, joined, other_child, form):
    make_member(other_child, user=owner)
    run = sync(owner, main, joined, other_child)
    SyncTarget.objects.filter(administration=other_child).update(state="failed", error_detail="The disk is full.")
    rows = rows_of(owner_client.get(url("run-csv", run.pk)))
    failed = [row for row in rows if row["Administration"] == other_child.name]
    assert [(row["State"], row["Remark"]) for row in failed] == [("failed", "The disk is full.")]
    assert {row["Setting"] for row in rows if row["State"] == "done"} == {
        "Onderhoud cv-ketel",
        "Werk bij Onderhoud cv-ketel",
    }


def test_both_can_be_had_on_paper(owner_client, url, owner, main, joined, form):
    run = sync(owner, main, joined)
    for address in (url("plan-pdf", run.plan_id), url("run-pdf", run.pk)):
        answer = owner_client.get(address)
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/pdf")
        assert answer.content.startswith(b"%PDF-")


def test_nobody_reads_of_an_administration_that_they_may_not_enter(url, owner, main, joined, form):
    run = sync(owner, main, joined)
    role = Role.objects.create(administration=main, name="Viewer", rights=["administrations.see"])
    viewer = make_member(main)
    Membership.objects.filter(user=viewer).update(role=role)
    assert rows_of(browser(viewer).get(url("run-csv", run.pk))) == []
    assert browser(viewer).get(url("plan-csv", run.plan_id)).status_code == 403


def test_strangers_find_nothing(url, owner, main, joined, form, stranger):
    run = sync(owner, main, joined)
    for name in ("plan-csv", "plan-pdf", "run-csv", "run-pdf"):
        assert browser(stranger).get(url(name, run.plan_id if name.startswith("plan") else run.pk)).status_code == 404


def test_the_number_of_queries_does_not_depend_on_the_size(owner_client, url, owner, main, joined, form):
    def queries(run, name):
        with CaptureQueriesContext(connection) as captured:
            owner_client.get(url(name, run.plan_id if name.startswith("plan") else run.pk))
        return len(captured)

    small = sync(owner, main, joined)
    with inside(main):
        for number in range(5):
            make_form(f"Form {number}")
    large = sync(owner, main, joined)
    for name in ("plan-csv", "plan-pdf", "run-csv", "run-pdf"):
        queries(small, name)
        assert queries(large, name) == queries(small, name), name
