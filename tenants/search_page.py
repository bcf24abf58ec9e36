"""The page that searches."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from .entering import AdministrationRequest, administration_page
from .searching import SHORTEST, Searching, readable, search


@require_GET
@administration_page()
def search_page(request: AdministrationRequest) -> HttpResponse:
    """What is called like the words in `q`, of what the reader may see in this administration."""
    words = readable(request.GET.get("q", ""))
    found = search(Searching(request.user, request.administration, request.rights, words))
    context = {"words": words, "found": found, "is_short": 0 < len(words) < SHORTEST}
    return render(request, "home/search.html", context)
