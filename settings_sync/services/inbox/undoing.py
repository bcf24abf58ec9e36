"""Taking back one's last decision about a deviation: by the undo of its run, or by what it was before."""

import uuid

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from accounts.models import User
from audit.models import record
from settings_sync.exceptions import BroughtToOthers, NothingToUndo, NotTheLast, QuestionClosed, StillBusy
from settings_sync.models import InboxDecision, InboxDeviation, SyncRun
from settings_sync.services.plans.category_rights import hidden_categories
from settings_sync.services.runs.runs import cancel_run, start_run
from settings_sync.services.undos.undoing import create_undo_plan
from tenants.models import Administration

from .promoting import give_back
from .visibility import guard

Word = InboxDecision.Word
State = InboxDeviation.State
SHOWN = 10


def last_decision(user: User, main: Administration) -> InboxDecision | None:
    """What this user decided last here and did not take back."""
    own = InboxDecision.objects.filter(administration=main, decided_by=user, undone_at=None, follows=None)
    return own.select_related("entry__administration", "run__plan", "offered__run").first()


def list_offers(user: User, main: Administration) -> list[InboxDecision]:
    """What was taken over and nobody has brought to the others yet, the latest first."""
    rows = InboxDecision.objects.filter(administration=main, undone_at=None, offered__isnull=False, offered__run=None)
    rows = rows.filter(offered__expires_at__gt=timezone.now()).exclude(
        entry__category__in=hidden_categories(user, [main])
    )
    return list(rows.select_related("entry", "offered").annotate(others=Count("offered__targets"))[:SHOWN])


def take_back(*, acting_user: User, main: Administration, decision_id: uuid.UUID) -> InboxDecision:
    """Take the user's last decision back; what it was about waits again.

    Raises NotAllowed, NotTheLast, StillBusy, QuestionClosed, BroughtToOthers, DeviationMoved, or what taking a run back
    raises.
    """
    guard(acting_user, main)
    decision = last_decision(acting_user, main)
    if decision is None or decision.pk != decision_id:
        raise NotTheLast
    if decision.word == Word.ASK:
        _withdraw_question(decision)
    elif decision.word == Word.PROMOTE:
        _refuse_when_brought(decision)
        # First: where somebody edited it since nothing is taken back.
        give_back(acting_user, decision)
    run = _undo_run(acting_user, decision.run) if decision.run else None
    _keep(acting_user, decision, run)
    return decision


def _withdraw_question(decision: InboxDecision) -> None:
    waiting = decision.questions.filter(answered_at=None, withdrawn_at=None)
    if not waiting.update(withdrawn_at=timezone.now()):
        raise QuestionClosed


def _refuse_when_brought(decision: InboxDecision) -> None:
    if decision.offered is not None and hasattr(decision.offered, "run"):
        raise BroughtToOthers


def _undo_run(user: User, run: SyncRun) -> SyncRun | None:
    """Stop what was not carried out yet, and take back what was; None where that is nothing."""
    if not run.is_finished:
        run = cancel_run(acting_user=user, run=run)
    if not run.is_finished:
        raise StillBusy
    try:
        plan = create_undo_plan(acting_user=user, run=run, waits=True)
    except NothingToUndo:
        return None
    # Typed by nobody: it brings back what stood there a moment ago, and whoever asks decided about just that.
    return start_run(acting_user=user, plan=plan, version=plan.version, confirmation=plan.administration.slug)


def _keep(user: User, decision: InboxDecision, run: SyncRun | None) -> None:
    with transaction.atomic():
        decision.undone_at = timezone.now()
        decision.run = run or decision.run
        decision.save(update_fields=["undone_at", "run"])
        rows = InboxDeviation.objects.filter(decision=decision).exclude(state=State.OPEN)
        # While it is being carried out nobody decides about it again.
        state = {"state": State.WAITING} if run else {"state": State.OPEN, "came_back": InboxDeviation.CameBack.UNDONE}
        rows.update(**state, until=None)
        record(
            "deviation.undone",
            actor=user,
            administration=decision.administration,
            deviation=str(decision.entry_id),
            decision=decision.word,
            label=decision.entry.label,
        )
