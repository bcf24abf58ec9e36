"""Whether a plan needs the word of somebody else before it begins, and asking for it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils import timezone

from accounts.models import User
from audit.models import record
from settings_sync.models import Approval, Change, Plan, SyncPolicy, SyncRun
from settings_sync.services.notices.telling import tell_wanted
from settings_sync.services.plans.change_rows import does_something

from .announcing import announce_wanted

REMOVING = ("archive", "delete")


def reasons_to_wait(plan: Plan) -> list[dict[str, Any]]:
    """Why a plan may not begin before somebody else approves it, each `{"code", …}`; none where the policy of its main
    administration lets it, or where it does nothing."""
    policy = SyncPolicy.objects.filter(administration=plan.administration_id).first()
    return list(_reasons(plan, policy)) if policy else []


def _reasons(plan: Plan, policy: SyncPolicy) -> Iterator[dict[str, Any]]:
    if not (policy.approval_always or policy.approval_above is not None or policy.approval_on_removals):
        return
    changes = Change.objects.filter(does_something(), plan_target__plan=plan).order_by()
    if not changes.exists():
        return
    if policy.approval_always:
        yield {"code": "always"}
    number = changes.values("plan_target").distinct().count()
    if policy.approval_above is not None and number > policy.approval_above:
        yield {"code": "administrations", "number": number, "above": policy.approval_above}
    removed = changes.filter(action__in=REMOVING).count()
    if policy.approval_on_removals and removed:
        yield {"code": "removals", "number": removed}


def ask_approval(
    run: SyncRun, reasons: Sequence[Mapping[str, Any]], *, mark: str, door: str, needs_other: bool
) -> Approval:
    """Let a run wait, and tell who can approve it."""
    approval = Approval.objects.create(
        administration=run.administration, run=run, reasons=list(reasons), mark=mark, door=door, needs_other=needs_other
    )
    record(
        "approval.wanted",
        actor=run.requested_by,
        administration=run.administration,
        on_behalf_of=run.on_behalf_of,
        note=run.note,
        run=str(run.pk),
        reasons=[reason["code"] for reason in reasons],
        **({"door": door} if door else {}),
    )
    announce_wanted(approval)
    tell_wanted(approval)
    return approval


def close_approval(
    run: SyncRun, state: Approval.State, *, decided_by: User | None = None, reason: str = ""
) -> Approval | None:
    """Note what became of the approval that a run waits for; None where somebody did so before. Call it with the run
    locked."""
    approval = Approval.objects.select_for_update(of=("self",)).filter(run=run, state=Approval.State.WAITING).first()
    if approval is None:
        return None
    approval.state = state
    approval.decided_by = decided_by
    approval.decided_at = timezone.now()
    approval.reason = reason
    approval.save(update_fields=["state", "decided_by", "decided_at", "reason"])
    return approval
