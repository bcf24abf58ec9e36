"""Settings → Administrations: the list, and making and deleting a sub-administration."""

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from settings_sync.permissions import may_run_sync
from settings_sync.services.administrations.sub_administrations import (
    choose_subs,
    count_settings,
    find_sub,
    list_subs,
)
from tenants import administrations as making
from tenants.entering import AdministrationRequest, main_page
from tenants.exceptions import (
    AdministrationError,
    LicenceCapReached,
    NameInvisible,
    NameMissing,
    NameNotUsable,
    SlugTaken,
)
from tenants.groups import groups_of
from tenants.models import Administration
from tenants.rights import AdministrationRight

from .forms import CreateAdministrationForm, DeleteAdministrationForm

PAGE_SIZE = 30
SHOWN = ("behind", "attention", "never")
ABOUT_NAME = (NameMissing.code, NameInvisible.code, NameNotUsable.code)
FIELDS_REFUSED = {SlugTaken.code: "slug"} | dict.fromkeys(ABOUT_NAME, "name")


@main_page(AdministrationRight.SEE)
def list_administrations(request: AdministrationRequest) -> HttpResponse:
    """The main administration with its counts, and its sub-administrations with how far each is in line."""
    main = request.administration
    asked = asked_of_list(request.GET)
    subs = list_subs(acting_user=request.user, main=main)
    found = choose_subs(subs, **asked)
    used, cap = making.licence_use(main)
    context = {
        "categories": count_settings(main),
        "page": Paginator(found, PAGE_SIZE).get_page(request.GET.get("page")),
        "asked": asked,
        "found": sum(not sub.cannot_sync for sub in found),
        "total": len(subs),
        "behind": len(choose_subs(subs, show="behind")),
        "attention": len(choose_subs(subs, show="attention")),
        "never": len(choose_subs(subs, show="never")),
        "groups": sorted({group for sub in subs for group in sub.groups}),
        "is_changing": any(sub.is_changing for sub in subs),
        "used": used,
        "cap": cap,
        "is_full": used >= cap,
        "why_full": LicenceCapReached(cap=cap).detail,
    }
    return render(request, "sync/administrations.html", context)


@main_page(AdministrationRight.SEE)
def show_row(request: AdministrationRequest, administration_id: uuid.UUID) -> HttpResponse:
    """One row of the list again; empty when it is gone."""
    sub = find_sub(acting_user=request.user, main=request.administration, administration_id=administration_id)
    if sub is None:
        return HttpResponse("")
    return render(request, "sync/administration_row.html", {"sub": sub})


@main_page(AdministrationRight.CREATE)
def create_administration(request: AdministrationRequest) -> HttpResponse:
    """Name, address and what to start with."""
    main = request.administration
    categories = [(row.key, row.label) for row in count_settings(main)] if may_run_sync(request.user, main) else []
    form = CreateAdministrationForm(
        request.POST or None,
        categories=categories,
        groups=list(groups_of(list(main.children.existing()))) if AdministrationRight.UPDATE in request.rights else [],
        main_name=main.name,
        initial={"start_from": [key for key, _label in categories]},
    )
    if request.method == "POST" and form.is_valid() and (made := _create(request, form)):
        words = _("“%(name)s” is being made, at the web address %(slug)s. You can go on working meanwhile.")
        messages.success(request, words % {"name": made, "slug": made.slug})
        return redirect("sync:administrations", main.slug)
    used, cap = making.licence_use(main)
    context = {"form": form, "used": used, "cap": cap, "is_full": used >= cap, "why_full": LicenceCapReached(cap=cap)}
    return render(request, "sync/administration_new.html", context)


@main_page(AdministrationRight.CREATE, AdministrationRight.DELETE)
def retry_provisioning(request: AdministrationRequest, child: str) -> HttpResponse:
    """Try again to make, or to delete, an administration where that failed."""
    sub = _find_child(request, child)
    if request.method == "POST":
        try:
            row = making.retry_provisioning(acting_user=request.user, administration=sub)
            is_deletion = row.state == Administration.State.DELETING
            made_again = _("“%(name)s” is being made again.")
            words = _("The deletion of “%(name)s” is tried again.") if is_deletion else made_again
            messages.success(request, words % {"name": sub})
        except AdministrationError as refused:
            messages.error(request, refused.detail)
    return redirect("sync:administrations", request.administration.slug)


@main_page(AdministrationRight.DELETE)
def delete_administration(request: AdministrationRequest, child: str) -> HttpResponse:
    """A warning and a typed confirmation."""
    sub = _find_child(request, child)
    row = find_sub(acting_user=request.user, main=request.administration, administration_id=sub.pk)
    if row is None or not (row.may_delete or row.is_changing):
        raise PermissionDenied
    form = DeleteAdministrationForm(request.POST or None, name=sub.name)
    if request.method == "POST" and form.is_valid() and _delete(request, form, sub):
        messages.success(request, _("“%(name)s” is being deleted.") % {"name": sub})
        return redirect("sync:administrations", request.administration.slug)
    return render(request, "sync/administration_delete.html", {"form": form, "sub": row})


def asked_of_list(query: QueryDict) -> dict[str, str]:
    """How the list was narrowed and sorted, from an address."""
    asked = {name: query.get(name, "").strip() for name in ("q", "show", "group", "sort")}
    show = asked["show"] if asked["show"] in SHOWN else ""
    return {"query": asked["q"], "show": show, "group": asked["group"], "sort": asked["sort"]}


def _create(request: AdministrationRequest, form: CreateAdministrationForm) -> Administration | None:
    try:
        return making.create_administration(acting_user=request.user, main=request.administration, **form.cleaned_data)
    except AdministrationError as refused:
        form.add_error(FIELDS_REFUSED.get(refused.code), refused.detail)
    return None


def _delete(request: AdministrationRequest, form: DeleteAdministrationForm, sub: Administration) -> bool:
    try:
        making.delete_administration(acting_user=request.user, administration=sub, **form.cleaned_data)
    except AdministrationError as refused:
        form.add_error("confirm", refused.detail)
        return False
    return True


def _find_child(request: AdministrationRequest, slug: str) -> Administration:
    found = Administration.objects.existing().filter(
        parent=request.administration, slug=slug, memberships__user=request.user
    )
    child = found.select_related("parent").first()
    if child is None:
        raise Http404
    return child
