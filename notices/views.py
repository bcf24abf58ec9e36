"""The notices of somebody: the page of them, one of them, and where they want to be told what."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.acting_requests import own_account_only

from .services import choosing, reading


@require_GET
@never_cache
@login_required
@own_account_only
def list_notices(request: HttpRequest) -> HttpResponse:
    """What somebody was told, latest first."""
    user = request.user
    page = reading.list_notices(user, request.GET.get("page"))  # type: ignore[arg-type]
    context = {"page": page, "unread": reading.count_unread(user)}  # type: ignore[arg-type]
    return render(request, "notices/list.html", context)


@require_GET
@never_cache
@login_required
@own_account_only
def open_notice(request: HttpRequest, notice_id: uuid.UUID) -> HttpResponse:
    """Go where a notice leads, and note that it was read; one about several administrations says which."""
    row = reading.open_notice(acting_user=request.user, notice_id=notice_id)  # type: ignore[arg-type]
    if row is None:
        raise Http404
    link = reading.link_of(row.words)
    return redirect(link.address) if link else render(request, "notices/one.html", {"row": row})


@require_POST
@login_required
@own_account_only
def mark_all_read(request: HttpRequest) -> HttpResponse:
    """Nothing is new any more."""
    reading.mark_all_read(acting_user=request.user)  # type: ignore[arg-type]
    return redirect("notices:list")


@require_http_methods(["GET", "POST"])
@login_required
@own_account_only
def choose(request: HttpRequest) -> HttpResponse:
    """Keep what was ticked in the profile."""
    if request.method == "POST":
        shown = request.POST.getlist("shown")
        mailed = request.POST.getlist("mailed")
        known = {row.kind.key for row in choosing.choices_of(request.user)}  # type: ignore[arg-type]
        choosing.choose(acting_user=request.user, shown=known & set(shown), mailed=known & set(mailed))  # type: ignore[arg-type]
        messages.success(request, _("Your choice is saved."))
    return redirect("account:profile")
