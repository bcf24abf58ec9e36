"""Ending to act on behalf of a user; beginning is a page of the admin."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from .acting import end_acting
from .acting_requests import acting_id, end_in_session


@require_POST
@login_required
def end(request: HttpRequest) -> HttpResponse:
    """Bring back the member of support, on the page of the user; who acts on nobody's behalf goes to the start."""
    number = acting_id(request)
    if number is None:
        return redirect("home")
    acting = getattr(request, "acting", None)
    end_acting(number, how="button")
    end_in_session(request)
    messages.success(request, _("You do not act on behalf of anybody any more."))
    return redirect(reverse("admin:accounts_user_change", args=[acting.user.pk]) if acting else "admin:index")
