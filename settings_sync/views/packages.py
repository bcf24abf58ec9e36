"""The pages of packages: of the main administration, which makes and assigns them, and of a sub, which has them."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from settings_sync.exceptions import SyncError
from settings_sync.models import Package
from settings_sync.permissions import syncable_children
from settings_sync.planning.verdicts import Demand
from settings_sync.services.packages.packages import (
    assign_package,
    assignments_of,
    create_package,
    delete_package,
    find_package,
    list_packages,
    update_package,
)
from settings_sync.services.packages.taking import leave_package, packages_of, take_package
from settings_sync.services.plans.category_rights import hidden_categories
from settings_sync.services.settings.settings_tree import SettingsTree, read_settings_tree
from settings_sync.services.standing.standing_orders import list_orders
from tenants.entering import AdministrationRequest, administration_page, main_page
from tenants.groups import groups_of
from tenants.permissions import NotAllowed
from tenants.rights import AdministrationRight, SyncRight

from .package_forms import EVERYTHING, AssignmentsForm, PackageForm

PAGE_SIZE = 50


@require_GET
@main_page(SyncRight.RUN)
def show_all(request: AdministrationRequest) -> HttpResponse:
    """Every package with who is to have it."""
    rows = list_packages(acting_user=request.user, main=request.administration)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    assignments = assignments_of(acting_user=request.user, packages=list(page.object_list))
    return render(request, "sync/packages.html", {"page": page, "assignments": assignments})


@main_page(SyncRight.RUN)
def create(request: AdministrationRequest) -> HttpResponse:
    """A new package."""
    tree = _tree(request)
    form = PackageForm(request.POST or None, categories=_categories(tree))
    if request.method == "POST" and form.is_valid():
        made = _asked(
            form,
            create_package,
            acting_user=request.user,
            main=request.administration,
            name=form.cleaned_data["name"],
            contents=form.contents(),
            forbids_editing=form.cleaned_data["forbids_editing"],
        )
        if made:
            messages.success(request, _("“%(name)s” is made. Say below who is to have it.") % {"name": made})
            return redirect("sync:package", request.administration.slug, made.pk)
    return render(request, "sync/package.html", {"form": form, "tree": tree, **_ticked(form)})


@main_page(SyncRight.RUN)
def edit(request: AdministrationRequest, package_id: uuid.UUID) -> HttpResponse:
    """A package: what it holds, who is to have it, and deleting it."""
    package = _find(request, package_id)
    tree = _tree(request)
    form = PackageForm(request.POST or None, categories=_categories(tree), initial=_initial(package))
    if "delete" in request.POST:
        delete_package(acting_user=request.user, package=package)
        messages.success(request, _("“%(name)s” is deleted. No setting was removed anywhere.") % {"name": package})
        return redirect("sync:packages", request.administration.slug)
    if request.method == "POST" and form.is_valid():
        changed = _asked(
            form,
            update_package,
            acting_user=request.user,
            package=package,
            name=form.cleaned_data["name"],
            contents=form.contents(),
            forbids_editing=form.cleaned_data["forbids_editing"],
        )
        if changed:
            messages.success(request, _("“%(name)s” is saved.") % {"name": package})
            return redirect("sync:package", request.administration.slug, package.pk)
    return _page(request, package, form, tree)


@require_POST
@main_page(SyncRight.RUN)
def assign(request: AdministrationRequest, package_id: uuid.UUID) -> HttpResponse:
    """Say who is to have a package."""
    package = _find(request, package_id)
    children = syncable_children(request.user, request.administration)
    slugs = {child.name.casefold(): child.slug for child in children} | {child.slug: child.slug for child in children}
    form = AssignmentsForm(request.POST, slugs=slugs)
    if form.is_valid():
        try:
            assign_package(acting_user=request.user, package=package, assignments=form.asked())
            messages.success(request, _("Saved. Within a minute the overview goes by it."))
        except SyncError as refused:
            messages.error(request, refused.detail)
    return redirect("sync:package", request.administration.slug, package.pk)


@require_GET
@administration_page(AdministrationRight.SEE)
def show_here(request: AdministrationRequest) -> HttpResponse:
    """What the main administration asks of this one."""
    if request.administration.is_main:
        raise Http404
    may_take = AdministrationRight.UPDATE in request.rights
    context = {"packages": packages_of(request.administration), "may_take": may_take}
    return render(request, "sync/packages_here.html", context)


@require_POST
@administration_page(AdministrationRight.UPDATE)
def take(request: AdministrationRequest, package_id: uuid.UUID) -> HttpResponse:
    """Take a package that is optional here, or leave it again."""
    administration = request.administration
    if administration.is_main:
        raise Http404
    leaves = "leave" in request.POST
    try:
        (leave_package if leaves else take_package)(
            acting_user=request.user, administration=administration, package_id=package_id
        )
        said = _("It is not asked for any more; what came stays.") if leaves else _("Taken: the next sync brings it.")
        messages.success(request, said)
    except NotAllowed as refused:
        raise PermissionDenied from refused
    except SyncError as refused:
        messages.error(request, refused.detail)
    return redirect("sync:packages-here", administration.slug)


def _page(request: AdministrationRequest, package: Package, form: PackageForm, tree: SettingsTree) -> HttpResponse:
    main = request.administration
    rows = assignments_of(acting_user=request.user, packages=[package])[package.pk]
    by_group = {row.group: row.demand for row in rows if row.group}
    named = dict.fromkeys([*groups_of(list(main.children.existing())), *by_group], "") | by_group
    context = {
        "package": package,
        "form": form,
        "tree": tree,
        "groups": sorted(named.items(), key=lambda pair: pair[0].casefold()),
        "administrations": [row for row in rows if row.administration],
        "demands": Demand.choices,
        "orders": list_orders(acting_user=request.user, main=main).filter(package=package),
        "children": syncable_children(request.user, main),
        **_ticked(form),
    }
    return render(request, "sync/package.html", context)


def _ticked(form: PackageForm) -> dict[str, set[str]]:
    """What is ticked in the lists of single settings, as texts."""
    found = {name: form[name].value() or () for name in ("item", "without")}
    return {f"{name}_ticked": {str(uid) for uid in values} for name, values in found.items()}


def _initial(package: Package) -> dict[str, Any]:
    return {
        "name": package.name,
        "which": EVERYTHING if package.is_everything else "some",
        "categories": package.categories,
        "item": package.items,
        "without": package.excepted,
        "forbids_editing": package.forbids_editing,
    }


def _tree(request: AdministrationRequest) -> SettingsTree:
    main = request.administration
    return read_settings_tree(main, hidden=hidden_categories(request.user, [main]).keys())


def _categories(tree: SettingsTree) -> list[tuple[str, str]]:
    return [(row.key, row.label) for row in tree.categories]


def _find(request: AdministrationRequest, package_id: uuid.UUID) -> Package:
    package = find_package(acting_user=request.user, main=request.administration, package_id=package_id)
    if package is None:
        raise Http404
    return package


def _asked(form: PackageForm, service: Callable[..., Package], **what: Any) -> Package | None:
    """What the service made of it; what it refuses is shown above the form."""
    try:
        return service(**what)
    except SyncError as refused:
        form.add_error(None, refused.detail)
        return None
