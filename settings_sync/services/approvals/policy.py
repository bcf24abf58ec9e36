"""When a sync of a main administration waits for the word of somebody else."""

from dataclasses import dataclass

from django.db import transaction

from accounts.models import User
from audit.models import record
from settings_sync.exceptions import NotTheMain
from settings_sync.models import SyncPolicy
from tenants.models import Administration, Membership
from tenants.permissions import require
from tenants.rights import SyncRight

MOST = 10_000


@dataclass(frozen=True)
class ApprovalPolicy:
    """Always, to more administrations than `above`, or where something is removed; without any of these never."""

    always: bool = False
    above: int | None = None
    on_removals: bool = False


def approval_policy_of(main: Administration) -> ApprovalPolicy:
    """What a main administration decided about it."""
    found = SyncPolicy.objects.filter(administration=main).first()
    if found is None:
        return ApprovalPolicy()
    return ApprovalPolicy(found.approval_always, found.approval_above, found.approval_on_removals)


def set_approval_policy(*, acting_user: User, main: Administration, policy: ApprovalPolicy) -> None:
    """Decide it, for what is started from now on; what waits goes on waiting. Raises NotAllowed or NotTheMain."""
    if not main.is_main:
        raise NotTheMain(name=main.name)
    require(acting_user, SyncRight.APPROVE, main)
    with transaction.atomic():
        before = approval_policy_of(main)
        if before == policy:
            return
        SyncPolicy.objects.update_or_create(
            administration=main,
            defaults={
                "approval_always": policy.always,
                "approval_above": policy.above,
                "approval_on_removals": policy.on_removals,
            },
        )
        record(
            "approval_policy.changed",
            actor=acting_user,
            administration=main,
            before=vars(before),
            after=vars(policy),
        )


def count_approvers(main: Administration) -> int:
    """How many people have the right to approve: with one of them alone nothing of theirs is ever approved."""
    members = Membership.objects.filter(administration=main, user__is_active=True)
    return members.filter(role__rights__contains=[SyncRight.APPROVE]).count()
