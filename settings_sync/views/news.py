"""What a sync changed in a sub-administration, for the people who work there, with the rights that they have there."""

import uuid

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from settings_sync.services.news.news import News, find_news, is_kept, list_news, show_news
from settings_sync.services.plans.category_rights import readable_categories
from settings_sync.services.settings.deviations import may_pin
from tenants.entering import AdministrationRequest, administration_page


@require_GET
@administration_page()
def show_all(request: AdministrationRequest, target_id: uuid.UUID) -> HttpResponse:
    """Every setting that one sync changed here, in so far as the user may see such settings."""
    news = _news_of(request, target_id)
    page = list_news(news, request.rights, request.GET.get("page"))
    return render(request, "sync/news_all.html", {"news": news, "page": page})


@require_GET
@administration_page()
def show_one(request: AdministrationRequest, target_id: uuid.UUID, change_id: int) -> HttpResponse:
    """What changed in one setting: inside the list when the browser asks for the part, else as a page."""
    news = _news_of(request, target_id)
    details = show_news(news, request.rights, change_id)
    if details is None:
        raise Http404
    context = {
        "news": news,
        "details": details,
        "stored": details.change.plan_target.plan,
        "is_past": True,
        "is_kept": is_kept(details),
        "may_pin": may_pin(request.user, request.administration, details.change.kind),
    }
    response = render(request, "sync/news_part.html" if request.htmx else "sync/news_one.html", context)
    response["Vary"] = "HX-Request"
    return response


def _news_of(request: AdministrationRequest, target_id: uuid.UUID) -> News:
    if not readable_categories(request.rights):
        raise PermissionDenied
    news = find_news(request.administration, request.rights, target_id)
    if news is None:
        raise Http404
    return news
