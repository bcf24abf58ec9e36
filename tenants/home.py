"""The pages that lead to all others: the start, the overview of an administration and its settings."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from .company import mark_of_company, update_company_details
from .company_forms import CompanyDetailsForm
from .entering import AdministrationRequest, administration_page
from .exceptions import CompanyDetailsMoved
from .models import Administration
from .permissions import reachable_administrations
from .rights import AdministrationRight
from .sections import Group, links_to, may_open_settings, sections_of


@require_GET
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Go to the administration that was open last, else to the first; say so when there is none to go to."""
    reachable = reachable_administrations(request.user)
    active = [row for row in reachable if row.state == Administration.State.ACTIVE]
    last = request.session.get("last_administration")
    chosen = next((row for row in active if str(row.pk) == last), active[0] if active else None)
    if chosen is None:
        return render(request, "home/no_administrations.html", {"unfinished": reachable})
    return redirect("administration-home", chosen.slug)


@require_GET
@administration_page()
def settings_home(request: AdministrationRequest) -> HttpResponse:
    """All settings of the administration that the user may open."""
    administration = request.administration
    rights = request.rights
    if not may_open_settings(rights):
        raise PermissionDenied
    context = {
        "syncs": links_to(sections_of(Group.SYNCS), administration, rights),
        "shared": links_to(sections_of(Group.SHARED_SETTINGS), administration, rights),
        "own": links_to(sections_of(Group.OWN_SETTINGS), administration, rights),
    }
    return render(request, "home/settings.html", context)


@administration_page(AdministrationRight.UPDATE)
def company_details(request: AdministrationRequest) -> HttpResponse:
    """Edit name, address and numbers of the company behind the administration."""
    administration = request.administration
    stored = Administration.objects.get(pk=administration.pk)
    seen = request.POST.get("seen") or mark_of_company(stored)
    form = CompanyDetailsForm(request.POST or None, instance=stored)
    if form.is_valid():
        try:
            update_company_details(
                acting_user=request.user, administration=administration, details=form.cleaned_data, seen=seen
            )
            messages.success(request, _("The company details are saved."))
            return redirect("company-details", administration.slug)
        except CompanyDetailsMoved as moved:
            form.add_error(None, str(moved))
    return render(request, "home/company_details.html", {"form": form, "seen": seen})
