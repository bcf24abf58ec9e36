"""Telling people how a sync ended, what it changed where they work, and that a new administration is ready.

Called where a run ends, once for all its administrations and by the product's own login: an administration that is
being written waits for none of this.
"""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils import timezone

from notices.services.telling import Reader, tell
from settings_sync.models import (
    Approval,
    Change,
    Finding,
    InboxDecision,
    InboxQuestion,
    RunStage,
    StandingOrder,
    SyncRun,
    SyncTarget,
)
from settings_sync.planning.verdicts import WRITING
from settings_sync.services.plans.category_rights import approvers_of, readable_categories
from tenants.models import Administration, Membership
from tenants.rights import AdministrationRight, SyncRight

from .kinds import ANSWER, CHANGED, DECISION, FINISHED, ORDER, QUESTION, READY, TROUBLE, WANTED

WENT_WELL = (SyncRun.State.SUCCEEDED, SyncRun.State.CANCELLED)


def tell_of_run(run: SyncRun, targets: Collection[SyncTarget], held: int, mailed: Collection[int]) -> None:
    """Tell who asked for a run how it ended, those who can decide that something waits, and the people of the
    administrations what changed there. `mailed` are those who get the mail about every run anyhow.

    Tried again, a run ends again: that is told anew.
    """
    about = _about(run)
    is_trouble = bool(held) or run.state not in WENT_WELL
    facts: dict[str, Any] = {
        "run": str(run.pk),
        "state": run.state,
        "undoes": run.plan.is_undo,
        "held": bool(held),
        "note": run.note,
        "by": str(run.requested_by or ""),
    }
    askers = _members(run.administration, AdministrationRight.SEE, user=run.requested_by_id)
    tell(TROUBLE if is_trouble else FINISHED, about=about, readers=askers, unmailed=mailed, **facts)
    if held:
        deciding = _members(run.administration, SyncRight.RUN)
        others = [reader for reader in deciding if reader.user_id != run.requested_by_id]
        tell(DECISION, about=about, readers=others, unmailed=mailed, **facts)
    readers = list(_people_of(run, targets))
    if readers:
        tell(CHANGED, about=about, readers=readers, **facts)


def tell_wanted(approval: Approval) -> None:
    """Tell who can approve it that a run waits for that."""
    run = approval.run
    main = run.administration
    askers = (run.requested_by_id, run.by_right_of_id) if approval.needs_other else ()
    people = approvers_of(run.plan, but=askers)
    facts: dict[str, Any] = {
        "plan": str(run.plan_id),
        "undoes": run.plan.is_undo,
        "note": run.note,
        "by": str(run.requested_by or ""),
        "order": run.order.name if run.order else "",
    }
    tell(WANTED, about=str(approval.pk), readers=[Reader(user.pk, (main.pk,)) for user in people], **facts)


def tell_ring_waits(run: SyncRun, stage: RunStage) -> None:
    """Tell who can approve it that a ring of a run waits for that."""
    main = run.administration
    facts: dict[str, Any] = {
        "run": str(run.pk),
        "ring": stage.number,
        "undoes": False,
        "note": run.note,
        "by": str(run.requested_by or ""),
        "order": run.order.name if run.order else "",
    }
    # Tried again, it waits again: that is told anew.
    about = f"{run.pk} {stage.number} {stage.asked_at}"
    tell(WANTED, about=about, readers=[Reader(user.pk, (main.pk,)) for user in approvers_of(run.plan, but=())], **facts)


def tell_order(order: StandingOrder, why: str, facts: Mapping[str, str], but: int | None = None) -> None:
    """Tell by whose right an order works that it came to nothing, or does not go on; `why` is the code of the refusal,
    and `but` whose doing it is. Who lost that right is told nothing any more: then all who may sync are."""
    goes_on = order.state == StandingOrder.State.ON
    may_sync = _members(order.administration, SyncRight.RUN)
    makers = [reader for reader in may_sync if reader.user_id == order.by_right_of_id]
    readers = [reader for reader in makers or may_sync if reader.user_id != but]
    about = f"{order.pk} {timezone.now().isoformat()}"
    tell(
        ORDER,
        about=about,
        readers=readers,
        order=str(order.pk),
        name=order.name,
        why=why,
        facts=dict(facts),
        goes_on=goes_on,
    )


def tell_ready(administration: Administration) -> None:
    """Tell who made an administration that it can be used."""
    readers = _members(administration, user=administration.created_by_id)
    tell(READY, about=str(administration.pk), readers=readers)


def tell_question(administration: Administration, decision: InboxDecision) -> None:
    """Tell who may edit such settings in a sub-administration what the main administration asks about one."""
    entry = decision.entry
    readers = _members(administration, f"{entry.category}.update")
    others = [reader for reader in readers if reader.user_id != decision.decided_by_id]
    about = f"{decision.pk} {administration.pk}"
    tell(QUESTION, about=about, readers=others, label=entry.label, note=decision.reason)


def tell_answer(question: InboxQuestion) -> None:
    """Tell who asked what was answered."""
    decision = question.decision
    readers = _members(decision.administration, SyncRight.RUN, user=decision.decided_by_id)
    name = question.deviation.administration.name
    tell(
        ANSWER,
        about=str(question.pk),
        readers=readers,
        label=decision.entry.label,
        name=name,
        note=question.answer,
    )


def _about(run: SyncRun) -> str:
    assert run.finished_at is not None
    return f"{run.pk} {run.finished_at.isoformat()}"


def _members(administration: Administration, *rights: str, **which: Any) -> list[Reader]:
    """Those who may enter an administration with these rights there. Nobody, when `user` is nobody."""
    found = Membership.objects.filter(administration=administration, user__is_active=True, **which)
    if rights:
        found = found.filter(role__rights__contains=list(rights))
    return [Reader(user, (administration.pk,)) for user in found.values_list("user_id", flat=True)]


def _people_of(run: SyncRun, targets: Iterable[SyncTarget]) -> Iterable[Reader]:
    """The people of the administrations that a run wrote to who may see something of what it wrote, without who asked
    for it: each once, with all theirs."""
    applied = {target.administration_id: target.pk for target in targets if target.state == SyncTarget.State.SUCCEEDED}
    written = _written_categories(run)
    theirs: dict[int, list[uuid.UUID]] = defaultdict(list)
    found = Membership.objects.filter(administration__in=applied, user__is_active=True).exclude(
        user=run.requested_by_id
    )
    readable: dict[int, set[str]] = {}
    rows = found.order_by("administration__name").values_list("user_id", "administration_id", "role_id", "role__rights")
    for user, administration, role, rights in rows:
        if role not in readable:
            readable[role] = set(readable_categories(rights))
        if readable[role] & written.get(administration, set()):
            theirs[user].append(administration)
    for user, administrations in theirs.items():
        links = {str(key): str(applied[key]) for key in administrations}
        yield Reader(user, tuple(administrations), {"targets": links})


def _written_categories(run: SyncRun) -> Mapping[uuid.UUID, set[str]]:
    """Per administration the categories of which something was written, as its news tells."""
    differed = Finding.objects.filter(
        target=OuterRef("plan_target__sync_target"), kind=OuterRef("kind"), uid=OuterRef("uid")
    )
    changes = Change.objects.filter(plan_target__sync_target__run=run, action__in=WRITING)
    changes = changes.exclude(Exists(differed.exclude(code=Finding.ARCHIVED)))
    found: dict[uuid.UUID, set[str]] = defaultdict(set)
    for administration, category in changes.values_list("plan_target__administration_id", "category").distinct():
        found[administration].add(category)
    return found
