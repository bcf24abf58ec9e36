"""Trying a plan for real in one administration, and rolling it back."""

import uuid
from typing import Any

import psycopg
from django.utils import timezone

from accounts.models import User
from settings_sync.engine.applying.errors import explain
from settings_sync.engine.applying.targets import rehearse_target
from settings_sync.exceptions import SyncError, error_in_words
from settings_sync.models import Plan, PlanTarget
from settings_sync.permissions import require_for, right_for, syncable_children
from settings_sync.planning.values import TargetPlan
from settings_sync.planning.verdicts import Action, Verdict

from .orders import work_for

# A rehearsal has no target: no lease is asked for, and what it would note of one goes with it.
NO_TARGET = uuid.UUID(int=0)


def rehearse(target: PlanTarget) -> bool:
    """Apply what the plan says to one administration, roll it back, and remember how it went; whether it would work."""
    told: dict[str, Any] = {"state": "passed", "at": timezone.now().isoformat()}
    try:
        applied = rehearse_target(work_for(target, target_id=NO_TARGET, token=NO_TARGET))
        told["rows"] = sum(applied.rows.values())
        told["held"] = [found.change.label for found in applied.held]
    # To hear these is what it is tried for; anything else is an error of the program, and goes on.
    except (SyncError, psycopg.Error) as error:
        explained = explain(error).error
        facts = {name: str(fact) for name, fact in explained.facts.items()}
        told |= {"state": "failed", "code": explained.code, "facts": facts, "detail": explained.detail}
    target.rehearsal = told
    target.save(update_fields=["rehearsal"])
    return bool(told["state"] == "passed")


def rehearse_plan(*, acting_user: User, plan: Plan) -> bool:
    """Rehearse a plan in each of its administrations that the user may sync to; whether all of it would work.

    Raises NotAllowed.
    """
    require_for(acting_user, plan)
    children = syncable_children(acting_user, plan.administration, right_for(plan))
    targets = plan.targets.filter(administration__in=children, left_out={}).select_related("administration")
    # A list, so that after one that would fail the others are tried as well.
    tried = [rehearse(target) for target in targets]
    return all(tried)


def needs_rehearsal(planned: TargetPlan) -> bool:
    """Whether something is coupled or was in conflict: only the database knows whether that fits."""
    return any(
        change.action == Action.COUPLE or (change.action == Action.UPDATE and change.verdict == Verdict.BOTH_CHANGED)
        for change in planned.changes
    )


def rehearsal_in_words(target: PlanTarget) -> str:
    """Why a rehearsal failed, in the reader's language; empty when it passed or was not held."""
    told = target.rehearsal
    if told.get("state") != "failed":
        return ""
    return error_in_words(told["code"], told.get("facts"), told.get("detail", ""))
