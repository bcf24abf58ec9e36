"""Sync to sub-administrations, steps 1 and 2: which administrations, and which settings."""

import functools
import uuid
from collections.abc import Collection
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.views import redirect_to_login
from django.core.paginator import Page, Paginator
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from accounts.addresses import network_address
from settings_sync.exceptions import SyncError, UnknownItem
from settings_sync.models import Plan
from settings_sync.planning.policies import POLICIES
from settings_sync.services.administrations.sub_administrations import SubAdministration, choose_subs, list_subs
from settings_sync.services.choices.kept_choices import find_kept_choice, keep_choice
from settings_sync.services.choices.saved_choices import list_choices
from settings_sync.services.plans.category_rights import hidden_categories
from settings_sync.services.plans.plans import create_plan
from settings_sync.services.plans.rules import policies_of
from settings_sync.services.previews.plan_overview import find_plan
from settings_sync.services.settings.settings_tree import SettingsTree, read_settings_tree
from settings_sync.wording.decision_wording import policy_choices
from tenants.entering import AdministrationRequest, View, main_page
from tenants.models import Administration
from tenants.rights import SyncRight

from .administrations import asked_of_list
from .forms import SyncChoiceForm

PICKS = ("all", "behind", "never")
PAGE_SIZE = 50
COMPARED_AT_ONCE = 100
"""With more administrations the page is shown before the settings were compared, which then comes after it."""


def keep_choice_without_session(view: View) -> View:
    """Decorate the wizard: what is sent after the session has ended is filled in again after signing in."""

    @functools.wraps(view)
    def enter(request: Any, slug: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method != "POST" or request.user.is_authenticated:
            return view(request, slug, *args, **kwargs)
        mark = keep_choice(main_slug=slug, sent=request.POST, address=network_address(request))
        back = f"{request.path}?{urlencode({'kept': mark})}" if mark else request.path
        to_sign_in = redirect_to_login(back)
        return HttpResponseClientRedirect(to_sign_in.url) if request.htmx else to_sign_in

    return enter


@keep_choice_without_session
@main_page(SyncRight.RUN)
def choose(request: AdministrationRequest) -> HttpResponse:
    """One form: ticked administrations and ticked settings become a plan. Nothing is changed in any administration."""
    main = request.administration
    subs = list_subs(acting_user=request.user, main=request.administration)
    form = SyncChoiceForm(_asked(request))
    form.is_valid()
    chosen = _chosen_targets(request, form, subs)
    hidden = hidden_categories(request.user, [main])
    compared = chosen or _possible(subs)
    is_later = len(compared) > COMPARED_AT_ONCE and not _asks_to_compare(request)
    tree = read_settings_tree(main, () if is_later else _administrations(compared), hidden)
    if request.method == "POST" and request.POST.get("do") == "preview" and form.is_valid():
        plan = _make_plan(request, form, tree)
        if plan is not None:
            return redirect("sync:plan", main.slug, plan.pk)
    context = {**_context(request, form, subs, chosen, tree), "compared_later": len(compared) if is_later else 0}
    return render(request, "sync/choose.html", context)


def _asks_to_compare(request: AdministrationRequest) -> bool:
    """Whether this is about the settings, and not about which administrations there are."""
    return request.htmx.target == "settings" if request.htmx else request.POST.get("do") == "refresh"


def _context(
    request: AdministrationRequest,
    form: SyncChoiceForm,
    subs: list[SubAdministration],
    chosen: Collection[str],
    tree: SettingsTree,
) -> dict[str, Any]:
    possible = [sub for sub in subs if not sub.cannot_sync]
    page = _page_of_targets(request, subs, chosen)
    shown = {sub.slug for sub in page.object_list}
    data = form.cleaned_data
    ticked = tree.ticked(data.get("category", []), data.get("kind", []), data.get("item", []))
    return {
        "form": form,
        "is_kept": request.method == "GET" and _kept(request) is not None,
        "is_refused": request.method == "POST" and request.POST.get("do") == "preview",
        "page": page,
        "is_paged": len(subs) > PAGE_SIZE,
        "also": [slug for slug in chosen if slug not in shown],
        "total": len(subs),
        "chosen": chosen,
        "possible": len(possible),
        "behind": len(choose_subs(possible, show="behind")),
        "never": len(choose_subs(possible, show="never")),
        "sought": _sought(request),
        "only_chosen": _shows_chosen(request, chosen),
        "saved": list_choices(acting_user=request.user, main=request.administration),
        "groups": sorted({group for sub in possible for group in sub.groups}),
        "tree": tree,
        "takes_differing": not ticked and (request.method == "GET" or bool(data.get("differing"))),
        "categories": data.get("category", []),
        "ticked": ticked,
        "along": tree.come_along(ticked),
        "kinds": data.get("kind", []),
        "policies": policy_choices(_policies(request, form)),
    }


def _page_of_targets(
    request: AdministrationRequest, subs: list[SubAdministration], chosen: Collection[str]
) -> Page[SubAdministration]:
    """One page of the administrations, narrowed by name or to those that are chosen."""
    is_paged = len(subs) > PAGE_SIZE
    ticked = set(chosen)
    found = choose_subs(subs, query=_sought(request))
    if not is_paged:
        # All that is chosen stays in sight where there is nothing else to keep it in.
        names = {sub.slug for sub in found} | ticked
        found = [sub for sub in subs if sub.slug in names]
    elif _shows_chosen(request, chosen):
        found = [sub for sub in found if sub.slug in ticked]
    return Paginator(found, PAGE_SIZE).get_page(request.POST.get("page"))


def _sought(request: AdministrationRequest) -> str:
    return request.POST.get("sought", "").replace("\0", "").strip()


def _shows_chosen(request: AdministrationRequest, chosen: Collection[str]) -> bool:
    """Whether only what is chosen is listed: when somebody says so, or comes here with some that may be on any page."""
    return bool(request.POST.get("only")) if request.method == "POST" else bool(chosen)


def _policies(request: AdministrationRequest, form: SyncChoiceForm) -> dict[str, str]:
    """What is chosen where nobody decides, else as the main administration has it; what does not exist is left out."""
    chosen = {policy: value for policy, value in form.policies().items() if value in POLICIES[policy]}
    return {**policies_of(request.administration), **chosen}


def _asked(request: AdministrationRequest) -> Any:
    """What was ticked: in the form, before signing in again, for an earlier preview, or in the address."""
    if request.method == "POST":
        return request.POST
    if kept := _kept(request):
        return kept
    plan = _earlier_plan(request)
    if plan is None:
        return request.GET
    to = [target.administration.slug for target in plan.targets.select_related("administration")]
    policies = {policy: [value] for policy, value in plan.policies.items()}
    return {"to": to, "category": plan.categories, "item": plan.items, **policies}


def _kept(request: AdministrationRequest) -> QueryDict | None:
    return find_kept_choice(main=request.administration, mark=request.GET.get("kept", ""))


def _earlier_plan(request: AdministrationRequest) -> Plan | None:
    try:
        plan_id = uuid.UUID(request.GET.get("plan", ""))
    except ValueError:
        return None
    return find_plan(acting_user=request.user, main=request.administration, plan_id=plan_id)


def _possible(subs: list[SubAdministration]) -> list[str]:
    return [sub.slug for sub in subs if not sub.cannot_sync]


def _chosen_targets(request: AdministrationRequest, form: SyncChoiceForm, subs: list[SubAdministration]) -> list[str]:
    """The ticked administrations, or those that a button picked: all, none, those behind, a group, or those found."""
    pick = request.POST.get("pick") or request.GET.get("pick") or ""
    ticked = set(form.cleaned_data.get("to", []))
    can = [sub for sub in subs if not sub.cannot_sync]
    return [sub.slug for sub in can if not pick and sub.slug in ticked] + [
        sub.slug for sub in _picked(request, pick, can)
    ]


def _picked(request: AdministrationRequest, pick: str, subs: list[SubAdministration]) -> list[SubAdministration]:
    group = pick.removeprefix("group:")
    if group and group != pick:
        return choose_subs(subs, group=group)
    if pick == "found":
        return choose_subs(subs, **asked_of_list(request.GET))
    return choose_subs(subs, show="" if pick == "all" else pick) if pick in PICKS else []


def _administrations(slugs: Collection[str]) -> list[Administration]:
    return list(Administration.objects.active().filter(slug__in=slugs))


def _make_plan(request: AdministrationRequest, form: SyncChoiceForm, tree: SettingsTree) -> Plan | None:
    chosen = form.cleaned_data
    items = [*chosen["item"], *tree.items_of_kinds(chosen["kind"])]
    if chosen["differing"] and not items and not chosen["category"]:
        items = tree.differing
    try:
        return create_plan(
            acting_user=request.user,
            main=request.administration,
            targets=chosen["to"],
            categories=chosen["category"],
            items=tree.items_outside(chosen["category"], items),
            policies=form.policies(),
        )
    except UnknownItem:
        form.add_error(
            None, _("A setting that you ticked is gone by now. What is left of your choice is ticked below.")
        )
    except SyncError as refused:
        form.add_error(None, refused.detail)
    return None
