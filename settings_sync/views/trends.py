"""How far everything was in line over time, how long publishing took, and how many decisions waited."""

from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from settings_sync.models import Package
from settings_sync.services.reports.csv_file import write_csv
from settings_sync.services.trends.reading import Sights, find_sights, read_trends
from settings_sync.services.trends.table import COLUMNS, days_table
from tenants.entering import AdministrationRequest, main_page
from tenants.rights import AdministrationRight


@require_GET
@main_page(AdministrationRight.SEE)
def show(request: AdministrationRequest) -> HttpResponse:
    """The last twelve weeks, of everything or of a group and a package."""
    main = request.administration
    sights = find_sights(request.user, main)
    group, package = _chosen(request, sights)
    context = {
        "trends": read_trends(main, sights, group=group, package=package),
        "sights": sights,
        "group": group,
        "package": package,
    }
    return render(request, "sync/trends.html", context)


@require_GET
@main_page(AdministrationRight.SEE)
def download(request: AdministrationRequest) -> HttpResponseBase:
    """The same day by day, for a spreadsheet."""
    main = request.administration
    sights = find_sights(request.user, main)
    group, package = _chosen(request, sights)
    rows = list(days_table(main, sights, group=group, package=package))
    name = f"{main.slug}-{timezone.localdate().isoformat()}-{_('over-time')}.csv"
    headers: dict[str, Any] = {"Content-Disposition": f'attachment; filename="{name}"'}
    pieces = write_csv(COLUMNS, rows, language=translation.get_language() or "")
    return StreamingHttpResponse(pieces, content_type="text/csv; charset=utf-8", headers=headers)


def _chosen(request: AdministrationRequest, sights: Sights) -> tuple[str, Package | None]:
    """What was asked for, where the user may see it; else everything: it may have been deleted since."""
    group = request.GET.get("group", "")
    return group if group in sights.groups else "", sights.package(request.GET.get("package", ""))
