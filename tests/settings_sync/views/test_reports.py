"""Downloading a preview and a result."""

import csv
import io
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from PIL import Image

from forms_catalog.models import Field, Form
from reference_data.models import FreeField, Logo
from settings_sync.models import Change, SyncTarget
from settings_sync.services.previews.plan_overview import row_of
from settings_sync.services.reports import csv_file, report_rows
from settings_sync.services.reports.csv_file import harmless
from settings_sync.services.reports.report_rows import columns, plan_rows
from settings_sync.services.runs.runs import start_run
from templates_catalog.models import MessageTemplate
from tenants.models import Membership, Role
from tenants.schemas import inside
from tests.conftest import make_member
from tests.settings_sync.services.reports.pdf_text import pages_of

from .conftest import browser, carry_out, make_form, make_plan, sync

BAD = '=HYPERLINK("https://evil.example","klik")'


def rows_of(answer):
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/csv; charset=utf-8")
    return list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))


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
    assert answer.getvalue().startswith('\ufeff"Administratie";"Status";'.encode())


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
            owner_client.get(url(name, run.plan_id if name.startswith("plan") else run.pk)).getvalue()
        return len(captured)

    small = sync(owner, main, joined)
    with inside(main):
        for number in range(5):
            make_form(f"Form {number}")
    large = sync(owner, main, joined)
    for name in ("plan-csv", "plan-pdf", "run-csv", "run-pdf"):
        queries(small, name)
        assert queries(large, name) == queries(small, name), name


@pytest.fixture
def various(owner, main, joined, other_child):
    """A preview with what is added, needed and in the way, and what is remarked on, in two administrations."""
    make_member(other_child, user=owner)
    with inside(main):
        make_form("Onderhoud; cv-ketel")
        make_form(BAD)
        MessageTemplate.objects.create(
            name="Herinnering", subject="Let op", body="<p>NL91ABNA0417164300 {{ eigen.adres }}</p>", kind="email"
        )
    with inside(joined):
        Form.objects.create(name="Onderhoud; cv-ketel")
    return make_plan(owner, main, joined, other_child, categories=["forms", "templates"])


def row_by_row(plan, language):
    """The file as it is told one change after the other, each read whole."""
    changes = Change.objects.filter(plan_target__plan=plan).exclude(Change.IS_UNCHANGED)
    written = io.StringIO()
    writer = csv.writer(written, delimiter=";" if language == "nl" else ",", quoting=csv.QUOTE_ALL)
    with translation.override(language):
        writer.writerow(columns())
        for change in changes.order_by("plan_target__position", "category", "label", "id"):
            row = row_of(change, [])
            words = (row.category_label, row.kind_label, row.label, row.outcome_label, row.reason)
            said = ("; ".join(row.needed_by), ", ".join(row.used_by), " ".join(row.warnings))
            writer.writerow([harmless(cell) for cell in (change.plan_target.administration.name, "", *words, *said)])
    return written.getvalue().encode("utf-8-sig")


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("at_once", [1, 100])
def test_the_file_is_what_the_changes_come_to_one_by_one(owner_client, url, various, monkeypatch, language, at_once):
    monkeypatch.setattr(report_rows, "AT_ONCE", at_once)
    monkeypatch.setattr(csv_file, "PIECE", 200)
    expected = row_by_row(various, language)
    assert expected.count(b"\r\n") > 10
    assert {verdict for (verdict,) in various.targets.values_list("changes__verdict")} >= {"new", "name_taken"}
    owner_client.cookies["django_language"] = language
    assert owner_client.get(url("plan-csv", various.pk)).getvalue() == expected


def test_the_file_is_sent_while_it_is_read(various, monkeypatch):
    monkeypatch.setattr(report_rows, "AT_ONCE", 1)
    with CaptureQueriesContext(connection) as first:
        rows = plan_rows(various)
        next(rows)
    with CaptureQueriesContext(connection) as rest:
        assert len(list(rows)) > 1
    assert (len(first), len(rest)) == (2, 1)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_result_on_paper_tells_what_was_changed_by_whom_why_and_what_was_not(
    owner_client, url, owner, main, joined, form, language
):
    sync(owner, main, joined)
    with inside(main):
        Field.objects.update(label="CO in ppm")
        logo = BytesIO()
        Image.new("RGB", (30, 10), "navy").save(logo, "PNG")
        Logo.objects.create(pk=1, media_type="image/png", content=logo.getvalue())
    plan = make_plan(owner, main, joined)
    run = carry_out(
        start_run(
            acting_user=owner, plan=plan, version=plan.version, note="Nieuwe eisen (CO)", token="Nachtploeg (ab…)"
        )
    )
    owner_client.cookies["django_language"] = language
    file = owner_client.get(url("run-pdf", run.pk)).content
    first, *rest = pages_of(file)
    whole = " ".join((first, *rest))
    expected = {
        "en": (
            "1 was updated, in 1 administration.",
            "0 customers, work orders and invoices were written",
            "Was Became",
        ),
        "nl": ("1 is bijgewerkt, in 1 administratie.", "0 klanten, werkbonnen en facturen zijn gewijzigd", "Was Werd"),
    }[language]
    for words in (*expected[:2], str(owner), "Nachtploeg (ab…)", "Nieuwe eisen (CO)", joined.name, str(main)):
        assert words in first
    for words in (expected[2], "Onderhoud cv-ketel", "CO-gehalte", "CO in ppm"):
        assert words in whole
    assert b"/Subtype /Image" in file
    assert owner_client.get(url("run-logo", run.pk)).content == logo.getvalue()


def test_without_a_logo_none_is_shown(owner_client, url, owner, main, joined, form):
    run = sync(owner, main, joined)
    assert url("run-logo", run.pk) not in owner_client.get(url("run", run.pk)).content.decode()
    assert owner_client.get(url("run-logo", run.pk)).status_code == 404


def test_a_setting_with_a_field_that_is_called_order_is_told_on_paper_and_on_its_page(
    owner_client, url, owner, main, joined
):
    with inside(main):
        FreeField.objects.create(name="Meterstand", reference_name="meter", order=1)
    sync(owner, main, joined, categories=["reference_data"])
    with inside(main):
        FreeField.objects.update(order=7)
    run = sync(owner, main, joined, categories=["reference_data"])
    (page, *_more) = pages_of(owner_client.get(url("run-pdf", run.pk)).content)
    assert "Meterstand" in page
    change = Change.objects.get(plan_target__plan=run.plan, label="Meterstand")
    assert owner_client.get(url("change", run.plan_id, change.pk)).status_code == 200
