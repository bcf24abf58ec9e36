"""The pages of what a main administration decided for good: its policies, and its rules for single settings."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from settings_sync.exceptions import SyncError
from settings_sync.services.approvals.policy import approval_policy_of, count_approvers, set_approval_policy
from settings_sync.services.plans.rules import policies_of
from settings_sync.services.settings.places import read_standing
from settings_sync.services.settings.rule_book import (
    PER_ITEM,
    find_items,
    find_rule,
    list_rules,
    max_share_of,
    set_rule,
    update_policies,
)
from tenants.entering import AdministrationRequest, main_page
from tenants.rights import SyncRight

from .approval_forms import ApprovalPolicyForm
from .rule_forms import WHOLE, PoliciesForm, RuleForm


@main_page(SyncRight.RUN)
def policies(request: AdministrationRequest) -> HttpResponse:
    """What syncs do where nobody decides, and which settings have a rule of their own; `?q=` finds one to give one."""
    main = request.administration
    initial = {**policies_of(main), "max_share": max_share_of(main)}
    form = PoliciesForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        share = form.cleaned_data["max_share"]
        if _asked(form, update_policies, request, policies=form.policies(), max_share=share):
            messages.success(request, _("Saved; it holds for previews that are made from now on."))
            return redirect("sync:policies", main.slug)
    query = request.GET.get("q", "").replace("\0", "").strip()
    context = {
        "form": form,
        "approval_form": _approval_form(request),
        "approvers": count_approvers(main),
        "rules": list_rules(main),
        "query": query,
        "found": find_items(main, query),
    }
    return render(request, "sync/policies.html", context)


@main_page(SyncRight.RUN)
def rule(request: AdministrationRequest, kind: str, uid: uuid.UUID) -> HttpResponse:
    """The rule of one setting: made, changed, or removed by leaving everything empty."""
    main = request.administration
    standing = read_standing(request.administration, kind, uid)
    stored = find_rule(main, kind, uid)
    if standing is None:
        return _forget(request, kind, uid) if stored else _not_there()
    form = RuleForm(request.POST or None, standing=standing, initial=_initial(stored))
    if request.method == "POST" and ("remove" in request.POST or form.is_valid()):
        locked, chosen = ([], {}) if "remove" in request.POST else (form.locked_paths(), form.policies())
        if _asked(form, set_rule, request, kind=kind, uid=uid, locked_paths=locked, policies=chosen):
            messages.success(request, _("The rule for “%(name)s” was saved.") % {"name": standing.label})
            return redirect("sync:policies", main.slug)
    return render(request, "sync/rule.html", {"form": form, "standing": standing, "stored": stored})


@require_POST
@main_page(SyncRight.APPROVE)
def approval_policy(request: AdministrationRequest) -> HttpResponse:
    """When a sync waits for the approval of somebody else."""
    form = ApprovalPolicyForm(request.POST)
    if form.is_valid():
        set_approval_policy(acting_user=request.user, main=request.administration, policy=form.policy())
        messages.success(request, _("Saved; it holds for syncs that are started from now on."))
    else:
        messages.error(request, _("Fill in a number of administrations, of 1 or more. Nothing was saved."))
    return redirect(f"{redirect('sync:policies', request.administration.slug).url}#approval")


def _approval_form(request: AdministrationRequest) -> ApprovalPolicyForm | None:
    if SyncRight.APPROVE not in request.rights:
        return None
    return ApprovalPolicyForm(initial=ApprovalPolicyForm.initial_of(approval_policy_of(request.administration)))


def _initial(stored: Any) -> dict[str, Any]:
    if stored is None:
        return {}
    own = {policy: stored.policies.get(policy, "") for policy in PER_ITEM}
    return {"locked": [path or WHOLE for path in stored.locked_paths], **own}


def _forget(request: AdministrationRequest, kind: str, uid: uuid.UUID) -> HttpResponse:
    """The setting is gone from the main administration: its rule can only be removed."""
    if request.method == "POST":
        set_rule(
            acting_user=request.user, main=request.administration, kind=kind, uid=uid, locked_paths=[], policies={}
        )
        messages.success(request, _("The rule was removed."))
        return redirect("sync:policies", request.administration.slug)
    return render(request, "sync/rule.html", {"standing": None})


def _not_there() -> HttpResponse:
    raise Http404


def _asked(form: Any, service: Callable[..., Any], request: AdministrationRequest, **what: Any) -> bool:
    """Whether the service did it; what it refuses is shown above the form."""
    try:
        service(acting_user=request.user, main=request.administration, **what)
    except SyncError as refused:
        form.add_error(None, refused.detail)
        return False
    return True
