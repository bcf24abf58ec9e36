"""Telling other systems and people how a sync ended. Call these in the transaction that ends the run or the target."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import translation

from settings_sync.exceptions import error_in_words
from settings_sync.models import Approval, RunStage, StandingOrder, SyncRun, SyncTarget
from settings_sync.services.notices.telling import tell_of_run
from settings_sync.services.previews.plan_overview import Counted
from webhooks.events import Event, rfc3339
from webhooks.services.outbox import announce, announce_by_mail

ENGLISH = "en"
FAILED = (SyncTarget.State.FAILED, SyncTarget.State.SKIPPED)


def announce_run(run: SyncRun) -> None:
    """Tell endpoints and people that a run has reached its final state."""
    targets = list(run.targets.select_related("administration"))
    announce(Event.RUN_FINISHED, administration=run.administration, data=_run_data(run, targets))
    held = sum(target.counts.get("hold", 0) for target in targets)
    is_trouble = bool(held) or any(target.state in FAILED for target in targets)
    mails = announce_by_mail(administration=run.administration, data=_mail_data(run, targets), is_trouble=is_trouble)
    # Who gets that mail needs no second one that says the same.
    mailed = {mail.recipient_id for mail in mails if mail.recipient_id}
    tell_of_run(run, targets, held, mailed)


def announce_failed_target(target: SyncTarget) -> None:
    """Tell endpoints that one administration could not be synced; call it with the target's final state stored."""
    target = SyncTarget.objects.select_related("run__administration", "administration").get(pk=target.pk)
    # Read by a program of the customer's, while the language of this thread is that of whoever started the run.
    with translation.override(ENGLISH):
        detail = error_in_words(target.error_code, target.error_facts, target.error_detail)
    data = {
        "run": str(target.run_id),
        "administration": target.administration.slug,
        "state": target.state,
        "attempts": target.attempts,
        "error": {"code": target.error_code, "detail": detail},
        "overtaken_by": str(target.overtaken_by) if target.overtaken_by else None,
        "finished_at": rfc3339(target.finished_at) if target.finished_at else None,
    }
    announce(Event.TARGET_FAILED, administration=target.run.administration, data=data)


def announce_wanted(approval: Approval) -> None:
    """Tell endpoints that a run waits for somebody else's word."""
    run = approval.run
    data = {
        "approval": str(approval.pk),
        "run": str(run.pk),
        "administration": run.administration.slug,
        "kind": run.plan.kind,
        "reasons": [reason["code"] for reason in approval.reasons],
        "expires_at": rfc3339(run.plan.expires_at),
        "ring": None,
    }
    announce(Event.APPROVAL_WANTED, administration=run.administration, data=data)


def announce_ring_wanted(run: SyncRun, stage: RunStage) -> None:
    """Tell endpoints that a ring of a run waits for somebody's word: it has no approval of its own, and waits on."""
    data = {
        "approval": None,
        "run": str(run.pk),
        "administration": run.administration.slug,
        "kind": run.plan.kind,
        "reasons": ["ring"],
        "expires_at": None,
        "ring": stage.number,
    }
    announce(Event.APPROVAL_WANTED, administration=run.administration, data=data)


def announce_executed(order: StandingOrder, moment: datetime, run: SyncRun) -> None:
    """Tell endpoints that a standing order has made a run; call it with that stored."""
    data = {
        "order": str(order.pk),
        "name": order.name,
        "moment": rfc3339(moment),
        "administration": run.administration.slug,
        "run": str(run.pk),
        "state": run.state,
    }
    announce(Event.ORDER_EXECUTED, administration=run.administration, data=data)


def announce_ring(run: SyncRun, stage: RunStage) -> None:
    """Tell endpoints that a ring of a run has ended; call it with that stored."""
    states = list(run.targets.filter(ring=stage.number).values_list("state", flat=True))
    data = {
        "run": str(run.pk),
        "order": str(run.order_id) if run.order_id else None,
        "administration": run.administration.slug,
        "ring": stage.number,
        "rings": len(run.rings.get("steps", ())),
        "state": stage.state,
        "targets": {state.value: states.count(state) for state in SyncTarget.ENDED},
        "started_at": rfc3339(stage.started_at) if stage.started_at else None,
        "finished_at": rfc3339(stage.finished_at) if stage.finished_at else None,
    }
    announce(Event.RING_FINISHED, administration=run.administration, data=data)


def _run_data(run: SyncRun, targets: list[SyncTarget]) -> dict[str, Any]:
    done = [dict(target.counts) for target in targets if target.state in SyncTarget.APPLIED]
    states = [target.state for target in targets]
    return {
        "run": str(run.pk),
        "administration": run.administration.slug,
        "kind": run.plan.kind,
        "state": run.state,
        "counts": vars(Counted.sum_of(done)),
        "targets": {state.value: states.count(state) for state in SyncTarget.ENDED},
        "started_at": rfc3339(run.started_at) if run.started_at else None,
        "finished_at": rfc3339(run.finished_at) if run.finished_at else None,
    }


def _mail_data(run: SyncRun, targets: list[SyncTarget]) -> dict[str, Any]:
    main = run.administration
    return {
        "run": str(run.pk),
        "kind": run.plan.kind,
        "state": run.state,
        "path": reverse("sync:run", args=[main.slug, run.pk]),
        "choices_path": reverse("webhooks:mail", args=[main.slug]),
        "targets": [
            {
                "administration": target.administration.slug,
                "name": target.administration.name,
                "state": target.state,
                "held": target.counts.get("hold", 0) if target.state in SyncTarget.APPLIED else 0,
            }
            for target in targets
        ],
    }
