"""What support needs of syncs: starting one as one of the customer's users, with a reason; and plans in words."""

from collections.abc import Mapping

from django.db.models import QuerySet
from django.utils.translation import ngettext

from accounts.models import User
from accounts.support_rights import SupportRight, may_support
from settings_sync.declaring.kinds import all_kinds
from settings_sync.exceptions import ReasonMissing
from settings_sync.models import Plan, PlanTarget, SyncRun
from settings_sync.permissions import NotAllowed
from settings_sync.planning.verdicts import Action
from settings_sync.services.runs.runs import start_run
from settings_sync.wording.wording import why_planned
from tenants.models import Administration
from tenants.rights import SyncRight

MOST_HELD = 50


def users_who_may_sync(main: Administration) -> "QuerySet[User]":
    """The customer's users as whom support may act: those that may sync themselves."""
    held = {"memberships__administration": main, "memberships__role__rights__contains": [SyncRight.RUN]}
    return User.objects.filter(is_active=True, **held).order_by("email")


def start_run_on_behalf(*, acting_user: User, on_behalf_of: User, plan: Plan, version: int, reason: str) -> SyncRun:
    """Confirm a plan that was made for a customer: the rights are those of `on_behalf_of`, the trail names both.

    Raises NotAllowed unless the acting user is of support and the plan of that user, ReasonMissing, or as `start_run`.
    """
    if not may_support(acting_user, SupportRight.HELP) or plan.requested_by_id != on_behalf_of.pk:
        raise NotAllowed(SyncRight.RUN)
    if not reason.strip():
        raise ReasonMissing
    return start_run(
        acting_user=on_behalf_of,
        asked_by=acting_user,
        plan=plan,
        version=version,
        note=reason.strip(),
        door="admin",
    )


def chosen_in_words(plan: Plan) -> str:
    """What a plan was made of: categories by name, and how many single settings."""
    labels = {category.key: str(category.label) for category in all_kinds().categories}
    single = len(plan.items)
    said = [ngettext("%d single setting", "%d single settings", single) % single] if single else []
    return ", ".join([*(labels.get(key, key) for key in plan.categories), *said]) or "–"


def count_in_words(counts: Mapping[str, int]) -> str:
    """What a plan or a run does in one administration, such as `update: 3, hold: 1`; – for nothing."""
    return ", ".join(f"{action.label}: {counts[action]}" for action in Action if counts.get(action)) or "–"


def list_held_back(target: PlanTarget) -> str:
    """What a plan holds back in one administration, each with its reason; at most MOST_HELD of them."""
    # One more than is shown, to know whether there are more.
    held = target.changes.filter(action=Action.HOLD)[: MOST_HELD + 1]
    lines = [
        f"{change.label}: {why_planned(change, undoes=target.plan.is_undo, where=target.administration.name)}"
        for change in held
    ]
    return "\n".join([*lines[:MOST_HELD], *(["…"] if len(lines) > MOST_HELD else [])]) or "–"
