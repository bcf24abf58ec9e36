"""Trying a run again: where that may be, and what it would bring back of a run that was taken back since."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from accounts.models import User
from settings_sync.exceptions import LeftOut, LeftOutOutdated, LeftOutWaiting, NotApproved, Overtaken, RetryBringsBack
from settings_sync.models import SyncRun, SyncTarget
from settings_sync.planning.verdicts import WRITING
from settings_sync.services.previews.plan_overview import Counted
from tenants.permissions import reachable_administrations

State = SyncTarget.State
RETRIED = (State.FAILED, State.SKIPPED, State.CANCELLED)
NEVER_RETRIED = (Overtaken.code, NotApproved.code, LeftOut.code, LeftOutWaiting.code, LeftOutOutdated.code)
"""What a later run decided stays decided, what nobody approved does not begin by this, and for what was left out of a
plan there is nothing to carry out."""


@dataclass(frozen=True)
class RetryQuestion:
    """What is asked before a run that was taken back is tried again: what has to be typed, where it was taken back, and
    what would come back, in words."""

    phrase: str
    slug: str
    names: str
    reasons: tuple[str, ...]


def may_be_retried(target: SyncTarget) -> bool:
    """Whether trying a target again can come to anything."""
    return target.state in RETRIED and target.error_code not in NEVER_RETRIED


def question_before_retrying(user: User, run: SyncRun, again: Iterable[SyncTarget]) -> RetryQuestion | None:
    """What trying these targets of a run again asks of a user; None unless the run was taken back somewhere."""
    again = list(again)
    # Asked first, for most runs have nothing to try again, and who was taken back takes long to tell of a thousand.
    if not again:
        return None
    taken_back = _standing_undos(run)
    if not taken_back:
        return None
    entered = {administration.pk for administration in reachable_administrations(user)}
    names = [row.administration.name for row in taken_back if row.administration_id in entered]
    known = ", ".join(dict.fromkeys(names)) or _("an administration that you may not enter")
    return RetryQuestion(run.administration.name, run.administration.slug, known, tuple(map(_what_comes_back, again)))


def check_question(user: User, run: SyncRun, again: Collection[SyncTarget], typed: str) -> None:
    """Raises RetryBringsBack when trying again asks for a confirmation and this is not it."""
    question = question_before_retrying(user, run, again)
    if question is not None and not run.administration.is_named_by(typed):
        raise RetryBringsBack(
            phrase=question.phrase, slug=question.slug, names=question.names, reasons=" ".join(question.reasons)
        )


def _what_comes_back(target: SyncTarget) -> str:
    counted = Counted.sum_of([target.counts])
    words = (
        (counted.create, _("%(number)s new")),
        (counted.update, _("%(number)s updated")),
        (counted.couple, _("%(number)s coupled")),
        (counted.archive, _("%(number)s archived")),
        (counted.delete, _("%(number)s deleted")),
    )
    changes = ", ".join(one % {"number": number} for number, one in words if number) or _("nothing to change")
    return _("In %(name)s: %(changes)s.") % {"name": target.administration.name, "changes": changes}


def undo_runs_of(runs: Collection[SyncRun]) -> list[SyncRun]:
    """The runs that took these back somewhere, or are at it, the first of them first; not those that wrote nothing."""
    somewhere = SyncTarget.objects.filter(_took_back(), run=OuterRef("pk"))
    found = SyncRun.objects.filter(Exists(somewhere), plan__undoes__in=runs)
    return list(found.select_related("plan", "requested_by").order_by("created_at", "pk"))


def _standing_undos(run: SyncRun) -> list[SyncTarget]:
    """Where undo runs took a run back, or are at it, and were not taken back in turn, so that the run stands again."""
    standing: list[SyncTarget] = []
    for undo in undo_runs_of([run]):
        again = {target.administration_id for target in _standing_undos(undo) if target.state == State.SUCCEEDED}
        here = undo.targets.filter(_took_back()).exclude(administration__in=again)
        standing += here.select_related("administration").order_by("plan_target__position")
    return standing


def _took_back() -> Q:
    """Of the targets of undo runs those that put something back, or are at it."""
    has_written = reduce(or_, (Q(**{f"counts__{action}__gt": 0}) for action in WRITING))
    return Q(state__in=SyncTarget.OPEN) | Q(has_written, state=State.SUCCEEDED)
