"""What the main administration asks a sub about a deviation: read and answered there."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.text import capfirst

from accounts.acting import written_name
from accounts.models import User
from audit.models import record
from settings_sync.exceptions import AnswerMissing, QuestionClosed
from settings_sync.models import InboxDeviation, InboxQuestion
from settings_sync.permissions import NotAllowed
from settings_sync.services.notices.telling import tell_answer
from settings_sync.services.settings.deviations import may_pin
from tenants.models import Administration

from .looking import kind_label

LONGEST = 2000
MOST = 100


@dataclass(frozen=True)
class Question:
    """One question as the people of the sub read it."""

    id: uuid.UUID
    kind: str
    uid: uuid.UUID
    kind_label: str
    label: str
    text: str
    asked_by: str
    asked_at: datetime
    answer: str
    answered_by: str
    answered_at: datetime | None
    may_answer: bool


def list_questions(user: User, administration: Administration) -> list[Question]:
    """What was asked of a sub about the settings that the user may edit there, what waits first; the last hundred."""
    rows = InboxQuestion.objects.filter(deviation__administration=administration, withdrawn_at=None)
    rows = rows.select_related("decision__entry", "deviation__administration").order_by("-decision__decided_at")
    found = [_question(user, row) for row in rows[:MOST]]
    return sorted((row for row in found if row.may_answer), key=lambda row: row.answered_at is not None)


def count_questions(user: User, administration: Administration) -> int:
    """How many of them wait for an answer of this user."""
    rows = InboxQuestion.objects.filter(
        deviation__administration=administration, withdrawn_at=None, answered_at=None
    ).values_list("decision__entry__kind", flat=True)
    return sum(may_pin(user, administration, kind) for kind in rows)


def answer_question(*, acting_user: User, administration: Administration, question_id: uuid.UUID, answer: str) -> None:
    """Answer a question; the deviation waits for a decision again, with the answer.

    Raises NotAllowed, QuestionClosed or AnswerMissing.
    """
    text = answer.strip()[:LONGEST]
    with transaction.atomic():
        rows = InboxQuestion.objects.select_for_update(of=("self",)).filter(deviation__administration=administration)
        row = rows.select_related("decision__entry__administration", "deviation").filter(pk=question_id).first()
        if row is None:
            raise QuestionClosed
        if not may_pin(acting_user, administration, row.decision.entry.kind):
            raise NotAllowed("update")
        if row.answered_at or row.withdrawn_at:
            raise QuestionClosed
        if not text:
            raise AnswerMissing
        row.answer = text
        row.answered_by = written_name(acting_user)
        row.answered_at = timezone.now()
        row.save(update_fields=["answer", "answered_by", "answered_at"])
        # Settled or changed meanwhile, it stays as that left it; the answer is kept all the same.
        asked = InboxDeviation.objects.filter(pk=row.deviation_id, state=InboxDeviation.State.ASKED)
        asked.update(state=InboxDeviation.State.OPEN, came_back=InboxDeviation.CameBack.ANSWERED)
        label = row.decision.entry.label
        record("deviation.answered", actor=acting_user, administration=administration, note=text, label=label)
        tell_answer(row)


def _question(user: User, row: InboxQuestion) -> Question:
    entry = row.decision.entry
    return Question(
        id=row.pk,
        kind=entry.kind,
        uid=entry.uid,
        kind_label=capfirst(kind_label(entry.kind)),
        label=entry.label,
        text=row.decision.reason,
        asked_by=row.decision.by_name,
        asked_at=row.decision.decided_at,
        answer=row.answer,
        answered_by=row.answered_by,
        answered_at=row.answered_at,
        may_answer=may_pin(user, row.deviation.administration, entry.kind),
    )
