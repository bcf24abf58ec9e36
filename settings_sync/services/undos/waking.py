"""Waking a worker for a plan, which is made by whoever has its lease."""

import uuid
from collections.abc import Sequence

from django.db import transaction

from settings_sync.exceptions import LeaseLost
from settings_sync.models import Plan
from tenants.waking import send_messages

MAKE_PLAN = "settings_sync.tasks.make_plan"


def wake_makers(plan_ids: Sequence[uuid.UUID]) -> None:
    """Send one message per plan once the transaction has committed; the reaper sends another for what gets lost."""
    transaction.on_commit(lambda: send_messages(MAKE_PLAN, plan_ids))


def refuse_lost(plan: Plan) -> None:
    """Keep a plan until the transaction ends. Raises LeaseLost when another worker makes it by now, or it has ended."""
    mine = Plan.objects.filter(pk=plan.pk, lease_token=plan.lease_token, state=Plan.State.COMPUTING)
    if not mine.select_for_update(of=("self",)).exists():
        raise LeaseLost
