"""A template as it reads in every administration of the customer, with the values of each."""

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render

from settings_sync.services.previews.filled_in import look_everywhere, show_there
from settings_sync.views.frames import framed
from tenants.entering import AdministrationRequest, administration_page

from .models import Scheme
from .previews import document_of, readable_administrations
from .rights import TemplateRight
from .views import SECTIONS

FRAMES_PER_PAGE = 12


@administration_page(TemplateRight.READ)
def show_everywhere(request: AdministrationRequest, section: str, uid: UUID) -> HttpResponse:
    """The template as it stands here, a frame for each administration whose templates the user may read."""
    item = _item_of(request, section, uid)
    page = Paginator(readable_administrations(request), FRAMES_PER_PAGE).get_page(request.GET.get("page"))
    documents = [(administration, document_of(item)) for administration in page.object_list]
    found = look_everywhere(request.administration, item._meta.label_lower, documents)
    context = {"section": SECTIONS[section], "item": item, "found": found, "page": page}
    return render(request, "templates_catalog/everywhere.html", context)


@framed
@administration_page(TemplateRight.READ)
def show_one(request: AdministrationRequest, section: str, uid: UUID, there: str) -> HttpResponse:
    """What one of those frames holds."""
    item = _item_of(request, section, uid)
    found = next((row for row in readable_administrations(request) if row.slug == there), None)
    if found is None:
        raise Http404
    shown = show_there(found, item._meta.label_lower, document_of(item))
    return render(request, "includes/filled_in_frame.html", {"shown": shown})


def _item_of(request: AdministrationRequest, section: str, uid: UUID) -> Any:
    """A message or layout of a main administration; elsewhere there is nothing to compare. Raises Http404."""
    if section not in SECTIONS or SECTIONS[section].model is Scheme or not request.administration.is_main:
        raise Http404
    return get_object_or_404(SECTIONS[section].model, uid=uid)
