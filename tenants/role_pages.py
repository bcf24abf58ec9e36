"""The pages of roles: who has which, what each may do, and making, editing and deleting them."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from . import roles
from .entering import AdministrationRequest, administration_page
from .exceptions import Refusal, RoleNameInvisible, RoleNameTaken
from .models import Administration, Membership, Role
from .permissions import NotAllowed, rights_of
from .rights import AdministrationRight, RoleRight
from .role_forms import ReplaceRoleForm, RoleForm


@require_GET
@administration_page(AdministrationRight.SEE)
def list_roles(request: AdministrationRequest) -> HttpResponse:
    """Which roles there are, what each may do, and who holds them here."""
    administration = request.administration
    may_manage = administration.is_main and RoleRight.MANAGE in request.rights
    context = {"overview": roles.read_roles(administration), "may_manage": may_manage}
    return render(request, "home/roles.html", context)


@administration_page(RoleRight.MANAGE)
def create_role(request: AdministrationRequest) -> HttpResponse:
    """A name, and rights to tick."""
    main = _main_of(request)
    form = RoleForm(request.POST or None, own=request.rights)
    if request.method == "POST" and form.is_valid():
        role = _ask(request, form, roles.create_role, main=main, **form.cleaned_data)
        if role:
            messages.success(request, _("The role “%(name)s” was made.") % {"name": role})
            return redirect("role-list", main.slug)
    return render(request, "home/role_edit.html", {"form": form})


@administration_page(RoleRight.MANAGE)
def edit_role(request: AdministrationRequest, role_id: int) -> HttpResponse:
    """Its name and rights; what the user may not do themselves is shown and stays."""
    main = _main_of(request)
    role = _find(request, role_id)
    form = RoleForm(request.POST or None, own=request.rights, role=role)
    seen = request.POST.get("seen") or roles.role_mark(role)
    if request.method == "POST" and form.is_valid():
        saved = _ask(request, form, roles.update_role, role=role, seen=seen, **form.cleaned_data)
        if saved:
            messages.success(request, _("The role “%(name)s” was saved.") % {"name": saved})
            return redirect("role-list", main.slug)
    context = {"form": form, "role": role, "seen": seen, "people": roles.people_with(role)}
    return render(request, "home/role_edit.html", context)


@administration_page(RoleRight.MANAGE)
def delete_role(request: AdministrationRequest, role_id: int) -> HttpResponse:
    """Who has it gets another one first."""
    main = _main_of(request)
    role = _find(request, role_id)
    holders = [holder for holder in roles.holders_of(role) if _may_enter(request, holder)]
    others = roles.usable_roles(main).exclude(pk=role.pk)
    form = ReplaceRoleForm(request.POST if request.method == "POST" else None, holders=holders, roles=others)
    if form.is_valid() and _ask(request, form, roles.delete_role, role=role, instead=form.instead()):
        messages.success(request, _("The role “%(name)s” was deleted.") % {"name": role})
        return redirect("role-list", main.slug)
    hidden = role.memberships.count() - len(holders)
    return render(request, "home/role_delete.html", {"form": form, "role": role, "holders": holders, "hidden": hidden})


def _main_of(request: AdministrationRequest) -> Administration:
    """Roles are made in the main administration alone."""
    administration: Administration = request.administration
    if not administration.is_main:
        raise Http404
    return administration


def _find(request: AdministrationRequest, role_id: int) -> Role:
    found = Role.objects.filter(pk=role_id, administration=request.administration).first()
    if found is None:
        raise Http404
    return found


def _may_enter(request: AdministrationRequest, holder: Membership) -> bool:
    return rights_of(request.user, holder.administration) is not None


def _ask(request: AdministrationRequest, form: Any, service: Callable[..., Any], **what: Any) -> Any:
    """What the service gives, or True; what it refuses is shown in the form, and gives None."""
    try:
        return service(acting_user=request.user, **what) or True
    except Refusal as refused:
        about_name = isinstance(refused, (RoleNameTaken, RoleNameInvisible))
        form.add_error("name" if about_name else None, refused.detail)
    except NotAllowed as refused:
        raise PermissionDenied from refused
    return None
