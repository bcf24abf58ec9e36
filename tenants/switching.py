"""Going to another administration: the list of the top bar, fetched when it is opened, and the same as a page."""

from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.models import User

from .entering import AdministrationRequest, administration_page
from .models import Administration
from .plain_names import plain

PAGE_SIZE = 50


@dataclass(frozen=True)
class Reachable:
    """An administration that the user may enter, as the list shows it; `kind` is told of a main administration only."""

    slug: str
    name: str
    is_sub: bool
    is_active: bool
    state_label: str
    is_here: bool


@require_GET
@administration_page()
def switch(request: AdministrationRequest) -> HttpResponse:
    """The administrations that the user may enter, narrowed by name; each leads to the `section` that was open."""
    query = request.GET.get("q", "").replace("\0", "").strip()
    rows = list_reachable(request.user, request.administration, query)
    context = {
        "page": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page")),
        "query": query,
        "section": request.GET.get("section", "").strip("/"),
        "is_part": bool(request.htmx),
    }
    return render(request, "home/switch_list.html" if request.htmx else "home/switch.html", context)


def list_reachable(user: User, here: Administration, query: str = "") -> list[Reachable]:
    """The administrations that the user may enter, mains first, each followed by its subs; those named like `query`."""
    found = Administration.objects.reachable_by(user).exclude(state__in=Administration.GONE)
    # As values: of a thousand only a page is shown.
    rows = found.values_list("pk", "slug", "name", "state", "parent_id", "parent__name")
    sought = plain(query)
    narrowed = [row for row in rows if sought in plain(row[2]) or sought in row[1]]
    narrowed.sort(key=lambda row: ((row[5] or row[2]).casefold(), row[4] is not None, row[2].casefold()))
    return [
        Reachable(
            slug=slug,
            name=name,
            is_sub=parent is not None,
            is_active=state == Administration.State.ACTIVE,
            state_label=str(Administration.State(state).label),
            is_here=pk == here.pk,
        )
        for pk, slug, name, state, parent, _of_main in narrowed
    ]
