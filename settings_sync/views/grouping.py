"""Groups of sub-administrations: putting the chosen ones in a group, and taking them out."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import ngettext

from tenants.entering import AdministrationRequest, main_page
from tenants.exceptions import AdministrationError
from tenants.groups import add_to_group, find_reachable, groups_of, remove_from_group
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
    if request.method == "POST" and (not is_adding or form.is_valid()) and _regroup(request, slugs, form):
        return redirect(f"{request.path}?{urlencode({'to': slugs}, doseq=True)}")
    known = groups_of(list(request.administration.children.existing()))
    here = groups_of(chosen)
    context = {"form": form, "chosen": chosen, "here": here, "others": [name for name in known if name not in here]}
    return render(request, "sync/groups.html", context)


def _regroup(request: AdministrationRequest, slugs: list[str], form: GroupForm) -> bool:
    user = request.user
    main = request.administration
    try:
        if "remove" in request.POST:
            number = remove_from_group(acting_user=user, main=main, slugs=slugs, group=request.POST["remove"])
        else:
            number = add_to_group(acting_user=user, main=main, slugs=slugs, group=form.cleaned_data["group"])
    except AdministrationError as refused:
        form.add_error(None, refused.detail) if form.is_bound else messages.error(request, refused.detail)
        return not form.is_bound
    done = ngettext(
        "The groups of %d administration were changed.", "The groups of %d administrations were changed.", number
    )
    messages.success(request, done % number)
    return True
