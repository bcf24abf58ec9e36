"""Groups of sub-administrations: putting the chosen ones in a group, and taking them out."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import ngettext

from settings_sync.services.packages.membership import Moved, regroup, what_would_change
from tenants.entering import AdministrationRequest, main_page
from tenants.exceptions import AdministrationError
from tenants.groups import find_reachable, groups_of
from tenants.rights import AdministrationRight

from .forms import GroupForm


@main_page(AdministrationRight.UPDATE)
def edit_groups(request: AdministrationRequest) -> HttpResponse:
    """The groups of the chosen sub-administrations, each with how many of them are in it."""
    asked = request.POST if request.method == "POST" else request.GET
    slugs = [slug for slug in asked.getlist("to") if "\0" not in slug]
    chosen = find_reachable(request.user, request.administration, slugs)
    is_adding = request.method == "POST" and "remove" not in request.POST
    form = GroupForm(request.POST if is_adding else None)
    moved: list[Moved] = []
    if request.method == "POST" and (not is_adding or form.is_valid()):
        moved = [] if "sure" in request.POST else _would_change(request, slugs, form)
        if not moved and _regroup(request, slugs, form):
            return redirect(f"{request.path}?{urlencode({'to': slugs}, doseq=True)}")
    known = groups_of(list(request.administration.children.existing()))
    here = groups_of(chosen)
    others = [name for name in known if name not in here]
    context = {"form": form, "chosen": chosen, "here": here, "others": others, "moved": moved}
    if moved:
        context["group"] = form.cleaned_data["group"] if is_adding else request.POST["remove"]
        context["is_adding"] = is_adding
    return render(request, "sync/groups.html", context)


def _would_change(request: AdministrationRequest, slugs: list[str], form: GroupForm) -> list[Moved]:
    """What it would change of what they are to have; what is refused is told when it is tried."""
    joins = "remove" not in request.POST
    group = form.cleaned_data["group"] if joins else request.POST["remove"]
    try:
        return what_would_change(
            acting_user=request.user, main=request.administration, slugs=slugs, group=group, joins=joins
        )
    except AdministrationError:
        return []


def _regroup(request: AdministrationRequest, slugs: list[str], form: GroupForm) -> bool:
    joins = "remove" not in request.POST
    group = form.cleaned_data["group"] if joins else request.POST["remove"]
    try:
        number = regroup(acting_user=request.user, main=request.administration, slugs=slugs, group=group, joins=joins)
    except AdministrationError as refused:
        form.add_error(None, refused.detail) if form.is_bound else messages.error(request, refused.detail)
        return not form.is_bound
    done = ngettext(
        "The groups of %d administration were changed.", "The groups of %d administrations were changed.", number
    )
    messages.success(request, done % number)
    return True
