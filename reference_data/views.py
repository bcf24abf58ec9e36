"""The pages of the other shared settings: an overview, and the same few pages for each list."""

from copy import copy
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from catalog_kit.edit_pages import attempt
from catalog_kit.editing import count_uses, fingerprint, uses_of
from settings_sync.services.settings.origins import origins_of
from settings_sync.views.drafting import makes_settings
from tenants.entering import administration_page

from . import services
from .lists import LISTS, CodeList
from .rights import ReferenceDataRight

ITEMS_PER_PAGE = 100


@administration_page(ReferenceDataRight.READ)
def overview(request: HttpRequest) -> HttpResponse:
    rows = [{"list": found, **_counts(found)} for found in LISTS.values()]
    return render(request, "reference_data/overview.html", {"rows": rows})


@administration_page(ReferenceDataRight.READ)
def list_items(request: HttpRequest, code_list: str) -> HttpResponse:
    chosen = _chosen(code_list)
    query = request.GET.get("q", "").replace("\0", "").strip()
    with_archived = "archived" in request.GET
    items = chosen.items(query) if with_archived else chosen.items(query).filter(is_archived=False)
    page = Paginator(items, ITEMS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "list": chosen,
        "page": page,
        "rows": _rows(chosen, list(page)),
        "origins": origins_of(request.administration, list(page)),  # type: ignore[attr-defined]
        "counts": _counts(chosen),
        "query": query,
        "with_archived": with_archived,
    }
    return render(request, "reference_data/list.html", context)


@administration_page(ReferenceDataRight.CREATE)
@makes_settings
def create_item(request: HttpRequest, code_list: str) -> HttpResponse:
    chosen = _chosen(code_list)
    form = chosen.form(request.POST or None)
    if request.method == "POST" and form.is_valid():
        item = attempt(request, form, services.create_item, model=chosen.model, values=form.cleaned_data)
        if item is not None:
            messages.success(request, _("“%(name)s” was added.") % {"name": item})
            return redirect("reference_data:list", request.administration.slug, code_list)  # type: ignore[attr-defined]
    return render(request, "reference_data/edit.html", {"list": chosen, "form": form})


@administration_page(ReferenceDataRight.READ)
def edit_item(request: HttpRequest, code_list: str, uid: UUID) -> HttpResponse:
    chosen = _chosen(code_list)
    item = get_object_or_404(chosen.model, uid=uid)
    is_readonly = ReferenceDataRight.UPDATE not in request.rights  # type: ignore[attr-defined]
    form = chosen.form(request.POST or None, instance=copy(item), is_readonly=is_readonly)
    seen = request.POST.get("seen") or fingerprint(services.values_for_log(item))
    if request.method == "POST" and form.is_valid():
        saved = attempt(request, form, services.update_item, item=item, values=form.cleaned_data, seen=seen)
        if saved is not None:
            messages.success(request, _("“%(name)s” was saved.") % {"name": saved})
            return redirect("reference_data:list", request.administration.slug, code_list)  # type: ignore[attr-defined]
    context = {"list": chosen, "form": form, "item": item, "seen": seen, "uses": uses_of(item)}
    return render(request, "reference_data/edit.html", context)


@require_POST
@administration_page(ReferenceDataRight.UPDATE)
def archive_item(request: HttpRequest, code_list: str, uid: UUID) -> HttpResponse:
    said = gettext_lazy("“%(name)s” was archived: nobody can choose it any more.")
    return _do(request, code_list, uid, services.archive_item, said)


@require_POST
@administration_page(ReferenceDataRight.UPDATE)
def unarchive_item(request: HttpRequest, code_list: str, uid: UUID) -> HttpResponse:
    said = gettext_lazy("“%(name)s” can be chosen again.")
    return _do(request, code_list, uid, services.unarchive_item, said)


@administration_page(ReferenceDataRight.DELETE)
def delete_item(request: HttpRequest, code_list: str, uid: UUID) -> HttpResponse:
    chosen = _chosen(code_list)
    item = get_object_or_404(chosen.model, uid=uid)
    if request.method == "POST" and attempt(request, None, services.delete_item, item=item):
        messages.success(request, _("“%(name)s” was deleted.") % {"name": item})
        return redirect("reference_data:list", request.administration.slug, code_list)  # type: ignore[attr-defined]
    return render(request, "reference_data/delete.html", {"list": chosen, "item": item, "uses": uses_of(item)})


def _chosen(key: str) -> CodeList:
    if key not in LISTS:
        raise Http404
    return LISTS[key]


def _counts(chosen: CodeList) -> dict[str, int]:
    archived = Q(is_archived=True)
    return chosen.items().aggregate(active=Count("pk", filter=~archived), archived=Count("pk", filter=archived))


def _rows(chosen: CodeList, items: list[Any]) -> list[dict[str, Any]]:
    uses = count_uses(items)
    return [{"item": item, "cells": chosen.cells_of(item), "uses": uses.get(item.pk, 0)} for item in items]


def _do(request: HttpRequest, code_list: str, uid: UUID, service: Any, said: Any) -> HttpResponse:
    item = get_object_or_404(_chosen(code_list).model, uid=uid)
    if attempt(request, None, service, item=item):
        messages.success(request, said % {"name": item})
    return redirect("reference_data:edit", request.administration.slug, code_list, uid)  # type: ignore[attr-defined]
