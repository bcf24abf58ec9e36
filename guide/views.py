"""The help pages, inside of an administration and outside, and the button that opens or closes the tour."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.views.decorators.http import require_GET, require_POST

from accounts.acting_requests import own_account_only
from tenants.entering import AdministrationRequest, administration_page
from tenants.rights import SyncRight

from .services import close_tour, open_tour
from .topics import TOPICS, find_topic

LANGUAGES = ("nl", "en")


@require_GET
@administration_page()
def help_here(request: AdministrationRequest, topic: str = "") -> HttpResponse:
    """A help page with the administration at the top, in which its links lead on."""
    may_sync = request.administration.is_main and SyncRight.RUN in request.rights
    return _show(request, topic, reverse("administration-home", args=[request.administration.slug]) if may_sync else "")


@require_GET
@login_required
def help_anywhere(request: HttpRequest, topic: str = "") -> HttpResponse:
    """A help page from where no administration is open."""
    return _show(request, topic, "")


@require_POST
@login_required
@own_account_only
def tour(request: HttpRequest) -> HttpResponse:
    """Open the tour or close it, and go on where the reader was."""
    say = open_tour if request.POST.get("do") == "open" else close_tour
    say(acting_user=request.user)  # type: ignore[arg-type]
    next_page = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(next_page, None) and next_page.startswith("/")
    return redirect(next_page if is_ours else "home")


def _show(request: HttpRequest, key: str, tour_begins: str) -> HttpResponse:
    topic = find_topic(key) if key else None
    if key and topic is None:
        raise Http404
    language = get_language() if get_language() in LANGUAGES else LANGUAGES[0]
    context = {
        "topic": topic,
        "topics": TOPICS,
        "text": f"guide/{language}/{key}.html" if topic else "",
        "tour_begins": tour_begins,
    }
    return render(request, "guide/help.html", context)
