"""Downloads of a preview and of a result: on paper, and for a spreadsheet."""

import uuid
from collections.abc import Iterable, Sequence

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from settings_sync.services.reports.content import Report
from settings_sync.services.reports.csv_file import write_csv
from settings_sync.services.reports.pdf_file import write_pdf
from settings_sync.services.reports.report_rows import columns, plan_rows, run_rows
from settings_sync.services.reports.reporting import plan_report, run_report
from tenants.entering import AdministrationRequest, main_page
from tenants.rights import AdministrationRight, SyncRight

from .plans import plan_of
from .runs import run_of


@main_page(SyncRight.RUN, SyncRight.UNDO)
def plan_csv(request: AdministrationRequest, plan_id: uuid.UUID) -> HttpResponseBase:
    """Every change of a preview."""
    return _csv(request, _("preview"), columns(), plan_rows(plan_of(request, plan_id)))


@main_page(SyncRight.RUN, SyncRight.UNDO)
def plan_pdf(request: AdministrationRequest, plan_id: uuid.UUID) -> HttpResponse:
    """A preview on paper."""
    return _pdf(request, _("preview"), plan_report(plan_of(request, plan_id)))


@main_page(AdministrationRight.SEE)
def run_csv(request: AdministrationRequest, run_id: uuid.UUID) -> HttpResponseBase:
    """Everything that a sync did in the administrations that the user may enter."""
    rows = run_rows(acting_user=request.user, run=run_of(request, run_id))
    return _csv(request, _("result"), columns(), rows)


@main_page(AdministrationRight.SEE)
def run_pdf(request: AdministrationRequest, run_id: uuid.UUID) -> HttpResponse:
    """A result on paper."""
    return _pdf(request, _("result"), run_report(acting_user=request.user, run=run_of(request, run_id)))


def _csv(
    request: AdministrationRequest, name: str, headers: Sequence[str], rows: Iterable[Sequence[str]]
) -> HttpResponseBase:
    pieces = write_csv(headers, rows, language=translation.get_language() or "")
    return StreamingHttpResponse(pieces, content_type="text/csv; charset=utf-8", headers=_saved(request, f"{name}.csv"))


def _pdf(request: AdministrationRequest, name: str, report: Report) -> HttpResponse:
    body = write_pdf(report)
    return HttpResponse(body, content_type="application/pdf", headers=_saved(request, f"{name}.pdf"))


def _saved(request: AdministrationRequest, name: str) -> dict[str, str]:
    day = timezone.localdate().isoformat()
    return {"Content-Disposition": f'attachment; filename="{request.administration.slug}-{day}-{name}"'}
