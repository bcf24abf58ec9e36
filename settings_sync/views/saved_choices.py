"""Saved choices: kept from a preview, previewed again, renamed and deleted."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from settings_sync.exceptions import MembersMoved, SyncError
from settings_sync.models import SavedChoice
from settings_sync.services.choices.group_members import Members
from settings_sync.services.choices.saved_choices import (
    delete_choice,
    find_choice,
    members_moved,
    open_choice,
    rename_choice,
    save_choice,
)
from tenants.entering import AdministrationRequest, main_page
from tenants.rights import SyncRight

from .forms import SavedChoiceForm
from .plans import plan_of


@main_page(SyncRight.RUN)
def save(request: AdministrationRequest, plan_id: uuid.UUID) -> HttpResponse:
    """Keep what a preview was made of under a name."""
    plan = plan_of(request, plan_id)
    form = SavedChoiceForm(request.POST or None)
    if request.method == "POST":
        try:
            choice = save_choice(acting_user=request.user, plan=plan, name=_name(form))
            messages.success(request, _("“%(name)s” is saved: you find it where a sync begins.") % {"name": choice})
        except SyncError as refused:
            messages.error(request, refused.detail)
    return redirect("sync:plan", request.administration.slug, plan.pk)


@main_page(SyncRight.RUN)
def preview(request: AdministrationRequest, choice_id: uuid.UUID) -> HttpResponse:
    """A new preview of a saved choice; nothing starts before that is confirmed."""
    choice = _find(request, choice_id)
    slug = request.administration.slug
    if request.method != "POST":
        return redirect("sync:choose", slug)
    chosen = request.POST.get("members", "")
    members = Members(chosen) if chosen in Members.values else None
    try:
        opened = open_choice(acting_user=request.user, choice=choice, members=members)
    except MembersMoved as refused:
        moved = members_moved(acting_user=request.user, choice=choice)
        context = {"choice": choice, "moved": moved, "question": refused.detail}
        return render(request, "sync/saved_choice_members.html", context)
    except SyncError as refused:
        messages.error(request, refused.detail)
        return redirect("sync:choose", slug)
    if opened.left_out:
        left_out = _("Left out, because it is gone or cannot be synced now: %(names)s.")
        messages.warning(request, left_out % {"names": ", ".join(opened.left_out)})
    return redirect("sync:plan", slug, opened.plan.pk)


@main_page(SyncRight.RUN)
def edit(request: AdministrationRequest, choice_id: uuid.UUID) -> HttpResponse:
    """Rename or delete a saved choice."""
    choice = _find(request, choice_id)
    form = SavedChoiceForm(request.POST or None, initial={"name": choice.name})
    if request.method == "POST" and ("delete" in request.POST or form.is_valid()) and _changed(request, choice, form):
        return redirect("sync:choose", request.administration.slug)
    return render(request, "sync/saved_choice.html", {"form": form, "choice": choice})


def _changed(request: AdministrationRequest, choice: SavedChoice, form: SavedChoiceForm) -> bool:
    name = choice.name
    try:
        if "delete" in request.POST:
            delete_choice(acting_user=request.user, choice=choice)
            messages.success(request, _("“%(name)s” is deleted.") % {"name": name})
        else:
            rename_choice(acting_user=request.user, choice=choice, name=_name(form))
            messages.success(request, _("“%(name)s” is renamed.") % {"name": name})
    except SyncError as refused:
        form.add_error("name", refused.detail)
        return False
    return True


def _name(form: SavedChoiceForm) -> str:
    return str(form.cleaned_data.get("name", "")) if form.is_valid() else ""


def _find(request: AdministrationRequest, choice_id: uuid.UUID) -> SavedChoice:
    choice = find_choice(acting_user=request.user, main=request.administration, choice_id=choice_id)
    if choice is None:
        raise Http404
    return choice
