"""The users of an administration: the list, inviting somebody, another role, taking access away."""

import uuid
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.acting_requests import own_account_only
from tenants.entering import AdministrationRequest, administration_page
from tenants.exceptions import Refusal
from tenants.models import Membership
from tenants.permissions import NotAllowed
from tenants.rights import AdministrationRight
from tenants.roles import usable_roles

from ..forms import InviteForm, MemberForm, RemoveForm
from ..models import Invitation
from ..rights import PeopleRight
from ..services import invitations, memberships

PAGE_SIZE = 50
LONGEST_WORDS = 100


@require_GET
@administration_page(AdministrationRight.SEE, PeopleRight.MANAGE)
def list_users(request: AdministrationRequest) -> HttpResponse:
    """Who may enter here, with which role, when they signed in last; and who was invited."""
    administration = request.administration
    words = request.GET.get("q", "").replace("\0", "").strip()[:LONGEST_WORDS]
    page = Paginator(memberships.members_of(administration, words), PAGE_SIZE).get_page(request.GET.get("page"))
    may_manage = PeopleRight.MANAGE in request.rights
    context = {
        "page": page,
        "rows": memberships.person_rows(page.object_list),
        "words": words,
        "may_manage": may_manage,
        "invitations": invitations.open_invitations(administration) if may_manage else [],
        "administrators": memberships.administrators_of(administration),
        "sends_mail": settings.SENDS_MAIL,
    }
    return render(request, "people/users.html", context)


@administration_page(PeopleRight.MANAGE)
@own_account_only
def invite_user(request: AdministrationRequest) -> HttpResponse:
    """An e-mail address and a role."""
    administration = request.administration
    roles = usable_roles(administration.main)
    form = InviteForm(request.POST or None, roles=roles, own=request.rights, initial={"language": get_language()})
    is_filled_in = request.method == "POST" and form.is_valid()
    if is_filled_in and _ask(request, form, invitations.invite, administration=administration, **form.cleaned_data):
        sent = {"email": form.cleaned_data["email"]}
        messages.success(request, _("An invitation is on its way to %(email)s.") % sent)
        return redirect("people:list", administration.slug)
    return render(request, "people/invite.html", {"form": form, "sends_mail": settings.SENDS_MAIL})


@administration_page(PeopleRight.MANAGE)
@own_account_only
def edit_user(request: AdministrationRequest, membership_id: int) -> HttpResponse:
    """Another role for somebody who may enter here."""
    membership = _find(request, membership_id)
    roles = usable_roles(request.administration.main)
    form = MemberForm(request.POST or None, roles=roles, own=request.rights, initial={"role": membership.role_id})
    is_filled_in = request.method == "POST" and form.is_valid()
    if is_filled_in and _ask(request, form, memberships.change_role, membership=membership, **form.cleaned_data):
        facts = {"name": membership.user, "role": form.cleaned_data["role"].label}
        messages.success(request, _("%(name)s has the role %(role)s now.") % facts)
        return redirect("people:list", request.administration.slug)
    return render(request, "people/user.html", {"form": form, "membership": membership})


@administration_page(PeopleRight.MANAGE)
@own_account_only
def remove_user(request: AdministrationRequest, membership_id: int) -> HttpResponse:
    """Ask, then take the access away."""
    membership = _find(request, membership_id)
    form = RemoveForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            ended = memberships.take_access(acting_user=request.user, membership=membership, reason=reason)
        except Refusal as refused:
            form.add_error(None, refused.detail)
        else:
            said = _("%(name)s may not enter %(administration)s any more. API tokens ended: %(number)d.")
            facts = {"name": membership.user, "administration": request.administration, "number": ended}
            messages.success(request, said % facts)
            return redirect("people:list", request.administration.slug)
    return render(request, "people/remove.html", {"form": form, "membership": membership})


@require_POST
@administration_page(PeopleRight.MANAGE)
@own_account_only
def withdraw_invitation(request: AdministrationRequest, invitation_id: uuid.UUID) -> HttpResponse:
    """Let an invitation work no more."""
    invitation = _find_invitation(request, invitation_id)
    done = _("The invitation of %(email)s is withdrawn.") % {"email": invitation.email}
    return _do(request, lambda: invitations.withdraw(acting_user=request.user, invitation=invitation), done)


@require_POST
@administration_page(PeopleRight.MANAGE)
@own_account_only
def invite_again(request: AdministrationRequest, invitation_id: uuid.UUID) -> HttpResponse:
    """Send a new link in place of the former one."""
    invitation = _find_invitation(request, invitation_id)
    done = _("A new invitation is on its way to %(email)s; the former link works no more.")
    done = done % {"email": invitation.email}
    return _do(request, lambda: invitations.invite_again(acting_user=request.user, invitation=invitation), done)


def _find(request: AdministrationRequest, membership_id: int) -> Membership:
    found = memberships.members_of(request.administration).filter(pk=membership_id).first()
    if found is None:
        raise Http404
    return found


def _find_invitation(request: AdministrationRequest, invitation_id: uuid.UUID) -> Invitation:
    found = request.administration.invitations.filter(pk=invitation_id).select_related("role").first()
    if found is None:
        raise Http404
    return found


def _ask(request: AdministrationRequest, form: Any, service: Callable[..., Any], **what: Any) -> bool:
    """Whether the service did it; what it refuses is shown in the form."""
    try:
        service(acting_user=request.user, **what)
    except Refusal as refused:
        form.add_error(None, refused.detail)
        return False
    except NotAllowed as refused:
        raise PermissionDenied from refused
    return True


def _do(request: AdministrationRequest, act: Callable[[], Any], done: str) -> HttpResponse:
    try:
        act()
        messages.success(request, done)
    except Refusal as refused:
        messages.error(request, refused.detail)
    return redirect("people:list", request.administration.slug)
