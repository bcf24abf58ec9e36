"""Downloads of a preview and of a result: on paper, and for a spreadsheet."""

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from tenants.entering import main_page
from tenants.rights import Right

from ..reports.content import Report
from ..reports.csv_file import write_csv
from ..reports.pdf_file import write_pdf
from ..services.reporting import columns, plan_report, plan_rows, run_report, run_rows
from .plans import plan_of
from .runs import run_of


@main_page(Right.SYNC_RUN, Right.SYNC_UNDO)
def plan_csv(request: Any, plan_id: uuid.UUID) -> HttpResponse:
    """Every change of a preview."""
    return _csv(request, _("preview"), columns(), plan_rows(plan_of(request, plan_id)))


@main_page(Right.SYNC_RUN, Right.SYNC_UNDO)
def plan_pdf(request: Any, plan_id: uuid.UUID) -> HttpResponse:
    """A preview on paper."""
    return _pdf(request, _("preview"), plan_report(plan_of(request, plan_id)))


@main_page(Right.ADMINISTRATIONS_SEE)
def run_csv(request: Any, run_id: uuid.UUID) -> HttpResponse:
    """Everything that a sync did in the administrations that the user may enter."""
    rows = run_rows(acting_user=request.user, run=run_of(request, run_id))
    return _csv(request, _("result"), columns(), rows)


@main_page(Right.ADMINISTRATIONS_SEE)
def run_pdf(request: Any, run_id: uuid.UUID) -> HttpResponse:
    """A result on paper."""
    return _pdf(request, _("result"), run_report(acting_user=request.user, run=run_of(request, run_id)))


def _csv(request: Any, name: str, headers: Sequence[str], rows: Iterable[Sequence[str]]) -> HttpResponse:
    body = write_csv(headers, rows, language=translation.get_language() or "")
    return _download(request, body, "text/csv; charset=utf-8", f"{name}.csv")


def _pdf(request: Any, name: str, report: Report) -> HttpResponse:
    return _download(request, write_pdf(report), "application/pdf", f"{name}.pdf")


def _download(request: Any, body: bytes, content_type: str, name: str) -> HttpResponse:
    day = timezone.localdate().isoformat()
    disposition = f'attachment; filename="{request.administration.slug}-{day}-{name}"'
    return HttpResponse(body, content_type=content_type, headers={"Content-Disposition": disposition})
