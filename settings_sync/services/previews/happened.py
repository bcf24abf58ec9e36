"""What became of the changes of a plan that was carried out: what was held back, or never came about, says so."""

from typing import Any

from django.db.models import Case, CharField, DateTimeField, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.utils.translation import gettext as _

from settings_sync.models import Change, Finding, SyncTarget
from settings_sync.planning.verdicts import WRITING, Action
from settings_sync.wording.findings import NOT_APPLIED, finding_in_words
from settings_sync.wording.wording import why_planned

OUTCOME = ("happened", "finding", "overtaken_at")
"""What such changes know beside what was planned."""


def with_what_happened(changes: "QuerySet[Change]") -> "QuerySet[Any]":
    """The same changes, each with `happened`, the action that came of it, and with what differed from the plan.

    As long as an administration waits, or a worker is busy with it, what is planned is all there is to tell.
    """
    findings = Finding.objects.filter(
        target__plan_target=OuterRef("plan_target"), kind=OuterRef("kind"), uid=OuterRef("uid")
    )
    # By name, for a type checker takes an annotation that `Change` declares for a second declaration of it.
    differed = {
        "finding": Subquery(findings.values("code")[:1]),
        "overtaken_by": Subquery(findings.values("overtaken_by")[:1]),
        "overtaken_at": Subquery(findings.values("overtaken_by__created_at")[:1]),
    }
    never = Q(plan_target__sync_target__state__in=SyncTarget.NOT_APPLIED, action__in=WRITING)
    happened = Case(
        When(never, then=Value(Action.SKIP.value)),
        When(finding=Finding.DONE_BEFORE, then=Value(Action.SKIP.value)),
        When(finding=Finding.ARCHIVED, then=Value(Action.ARCHIVE.value)),
        When(finding__isnull=False, then=Value(Action.HOLD.value)),
        default=F("action"),
    )
    return changes.annotate(**differed).annotate(**{"happened": happened})


def as_planned(changes: "QuerySet[Change]") -> "QuerySet[Any]":
    """The same changes, told as if nothing had come of them yet: for what was planned, whatever became of it."""
    nothing = {
        "happened": F("action"),
        "finding": Value(None, output_field=CharField(null=True)),
        "overtaken_at": Value(None, output_field=DateTimeField(null=True)),
    }
    return changes.annotate(**nothing)


def why(change: Change, *, undoes: bool, where: str = "") -> str:
    """Why that was done with the item of a change, as one sentence; of a plan that was not carried out, why it will.

    `where` names the administration, or those in which the same is so.
    """
    if change.finding:
        return finding_in_words(change.finding, change.label, change.overtaken_at)
    if change.happened == Action.SKIP != change.action:
        return _(NOT_APPLIED)
    return why_planned(change, undoes=undoes, where=where)
