"""Everything that can be refused or go wrong, as one tree. The docstring of a class is what people read."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from tenants.constraints import broken_rule
from tenants.damage import damage_in_words
from tenants.exceptions import Refusal, state_in_words
from tenants.schemas import SchemaDamaged


class SyncError(Refusal):
    """Something went wrong with this sync."""

    code = "sync-error"

    def facts_in_words(self) -> dict[str, str]:
        """A rule of the database as a sentence; its name is nobody's word."""
        broken = broken_rule(str(self.facts.get("table", "")), str(self.facts.get("rule", "")))
        return {"fact": broken.sentence} if broken else {}


class LeaseLost(SyncError):
    """Another worker has taken over this administration; nothing was written."""

    code = "lease-lost"


class TargetIsStale(SyncError):
    """These settings changed since the preview: {items}. Nothing was written; make a new preview."""

    code = "stale"


class Overtaken(SyncError):
    """A later sync, of {when}, has decided about these settings since. Nothing was changed; make a new preview."""

    code = "overtaken"

    def facts_in_words(self) -> dict[str, str]:
        return {"when": moment_in_words(self.facts.get("when"))}


class ResultDiffers(SyncError):
    """The result would differ from the preview for: {items}. Nothing was written."""

    code = "result-differs"


class BusinessRowsWritten(SyncError):
    """The sync would have changed {rows} rows of daily data. Nothing was written."""

    code = "business-rows-written"


class HeadsDiffer(SyncError):
    """This administration is on another version than the main administration; it is skipped until both are equal."""

    code = "heads-differ"


class DocumentsOutdated(SyncError):
    """An update has changed what {items} can say, so what was planned or kept before it cannot be written any more."""

    code = "documents-outdated"


class NoTargets(SyncError):
    """Choose at least one administration to sync to."""

    code = "no-targets"
    status = 400


class NothingChosen(SyncError):
    """Choose at least one setting to sync."""

    code = "nothing-chosen"
    status = 400


class OrderRefused(SyncError):
    """Something is not right with this standing order."""

    code = "order"


class OrderNameNotUsable(OrderRefused):
    """Give the order a name that people can read, of at most {most} characters."""

    code = "order-name"
    status = 400


class OrderNameTaken(OrderRefused):
    """There is a standing order called “{name}” already. Choose another name."""

    code = "order-name-taken"


class TooManyOrders(OrderRefused):
    """There are {most} standing orders already. Delete one first."""

    code = "too-many-orders"


class TimetableNotUsable(OrderRefused):
    """This is not when anything can be done: {field}. Look at the times, the days and the time zone."""

    code = "timetable"
    status = 400


class NeverOpen(OrderRefused):
    """With these windows and closed days there is no time in a year at which it could write."""

    code = "never-open"
    status = 400


class UnknownPackage(OrderRefused):
    """There is no such package here."""

    code = "unknown-package"
    status = 400


class OrderWithoutPackage(OrderRefused):
    """Its package was deleted. Choose another one and switch it on again."""

    code = "order-without-package"


class OrderWithoutRight(OrderRefused):
    """{name}, by whose right it works, may not do this any more. Somebody who may can switch it on again."""

    code = "order-without-right"


class OrderWithoutTargets(OrderRefused):
    """There is no administration in its groups that it may sync to."""

    code = "order-without-targets"


class OrderTakenBack(OrderRefused):
    """{name} took back a sync that it made, so it does not bring that again. Switch it on when it may."""

    code = "order-taken-back"


class OrderFailedOften(OrderRefused):
    """It was tried {number} times and did not come to an end. It is tried again at its next moment."""

    code = "order-failed-often"


class RingsNotUsable(OrderRefused):
    """These rings cannot be followed: {field}. Say who comes first, and end with the rest."""

    code = "rings"
    status = 400


class RingWithoutTargets(OrderRefused):
    """Nobody that it goes to is in “{name}”, the group that comes first, so nothing was started."""

    code = "ring-without-targets"


class OrderRingStopped(OrderRefused):
    """Ring {ring} went wrong ({number} failed or held), so it went no further. Switch it on once you know why."""

    code = "order-ring-stopped"


class RingStopped(SyncError):
    """Ring {ring} went wrong ({number} failed or held), so it did not begin here. Nothing was changed."""

    code = "ring-stopped"


class NoRings(SyncError):
    """This sync has no rings that wait: it has ended, or goes everywhere at once."""

    code = "no-rings"


class RingNotWaiting(SyncError):
    """This ring does not wait for approval now."""

    code = "ring-not-waiting"


class OwnApproval(SyncError):
    """You asked for this yourself; somebody else has to approve it."""

    code = "own-approval"
    status = 403


class ApprovalDecided(SyncError):
    """This does not wait for approval any more: {state}."""

    code = "approval-decided"


class ApprovalOutdated(SyncError):
    """The main administration was changed since this was asked. Nothing was started; ask again with a new preview."""

    code = "approval-outdated"


class AskerMayNoMore(SyncError):
    """{name} may not do this any more, so it cannot be approved. Nothing was started."""

    code = "asker-may-no-more"


class NotApproved(SyncError):
    """Nobody approved this, so nothing was changed."""

    code = "not-approved"


class WordMissing(SyncError):
    """Say in a few words why: whoever asked for it reads them, and they are kept in the trail."""

    code = "word-missing"
    status = 400


class NothingDiffers(SyncError):
    """There is nothing to bring to {name}: it is in line. Nothing was changed."""

    code = "nothing-differs"


class CategoryNotAllowed(SyncError):
    """You do not have the right to see this in {name}: {category}. So you cannot sync it, nor what needs it."""

    code = "category-not-allowed"
    status = 403


class NotTheMain(SyncError):
    """A sync starts from a main administration; {name} is a sub-administration."""

    code = "not-the-main"
    status = 400


class ChoiceNameNotUsable(SyncError):
    """Give the choice a name that people can read, of at most {most} characters."""

    code = "choice-name"
    status = 400


class ChoiceNameTaken(SyncError):
    """There is a saved choice called “{name}” already. Choose another name."""

    code = "choice-name-taken"


class TooManyChoices(SyncError):
    """There are {most} saved choices already. Delete one first."""

    code = "too-many-choices"


class NotAChoice(SyncError):
    """A preview that takes a sync back cannot be saved as a choice."""

    code = "not-a-choice"


class ChoiceGone(SyncError):
    """Nothing is left of “{name}” that you can sync now: its administrations or its settings are gone."""

    code = "choice-gone"


class MembersMoved(SyncError):
    """{groups} changed since “{name}” was saved. Choose whom you mean: those of then or those of today."""

    code = "members-moved"


class PackageNameNotUsable(SyncError):
    """Give the package a name that people can read, of at most {most} characters."""

    code = "package-name"
    status = 400


class PackageNameTaken(SyncError):
    """There is a package called “{name}” already. Choose another name."""

    code = "package-name-taken"


class TooManyPackages(SyncError):
    """There are {most} packages already. Delete one first."""

    code = "too-many-packages"


class UnknownGroup(SyncError):
    """There is no group “{name}” among these administrations."""

    code = "unknown-group"
    status = 400


class AssignedTwice(SyncError):
    """{name} is named twice. Say once what is asked there."""

    code = "assigned-twice"
    status = 400


class NotOptional(SyncError):
    """“{name}” is not optional in {where}; nothing was changed."""

    code = "not-optional"


class UnknownTarget(SyncError):
    """{slug} is not a sub-administration that you can sync to."""

    code = "unknown-target"
    status = 400


class TargetLost(UnknownTarget):
    """{name} was deleted, or you may not sync to it any more. Choose again without it, and look at a new preview."""


class RightLost(SyncError):
    """Whoever asked for this may not sync it to {name} any more, so nothing was changed in it."""

    code = "right-lost"
    status = 403


class TargetNotReady(SyncError):
    """{name} cannot be synced now: {state}."""

    code = "target-not-ready"

    def facts_in_words(self) -> dict[str, str]:
        return {"state": state_in_words(self.facts.get("state"))}


class AdministrationDamaged(SyncError, SchemaDamaged):
    """{name} cannot be synced: {damage}. Ask support to put it back."""

    code = "administration-damaged"

    def facts_in_words(self) -> dict[str, str]:
        return {"damage": damage_in_words(str(self.facts.get("damage", "")))}


class LeftOut(AdministrationDamaged):
    """{name} was left out of the preview: {damage}. Make a new one once support has put it back."""

    code = "left-out"


class LeftOutWaiting(SyncError):
    """{name} was left out of the preview: it is still being updated. Make a new one when that is done."""

    code = "left-out-waiting"


class LeftOutOutdated(SyncError):
    """{name} was left out of the preview: since an update {items} cannot be what it was before any more."""

    code = "left-out-outdated"


class UnknownCategory(SyncError):
    """There is no category of settings called {key}."""

    code = "unknown-category"
    status = 400


class UnknownItem(SyncError):
    """The main administration has no setting with uid {uid}."""

    code = "unknown-item"
    status = 400


class UnknownPolicy(SyncError):
    """{policy} cannot be {value}."""

    code = "unknown-policy"
    status = 400


class PlanExpired(SyncError):
    """This preview has expired; make a new one."""

    code = "plan-expired"


class PlanUsed(SyncError):
    """This preview was carried out already."""

    code = "plan-used"


class PlanChanged(SyncError):
    """This preview has changed since you looked at it; look again before you confirm."""

    code = "plan-changed"


class PlanNotReady(SyncError):
    """This preview is not ready yet."""

    code = "plan-not-ready"


class Interrupted(SyncError):
    """Making it was interrupted."""

    code = "interrupted"


class PlanFailed(SyncError):
    """This preview could not be made: {reason} Make a new one; when that fails too, ask support."""

    code = "plan-failed"


class ConfirmationRequired(SyncError):
    """This removes or overwrites much: confirm it by typing “{phrase}” or {slug}. {reasons}"""

    code = "confirmation-required"


class RetryBringsBack(ConfirmationRequired):
    """This sync was taken back since ({names}); trying it again brings it in: type “{phrase}” or {slug} to confirm.
    {reasons}"""


class UnknownDecision(SyncError):
    """“{label}” cannot be decided that way; choose from: {allowed}."""

    code = "unknown-decision"
    status = 400


class NothingToDecide(SyncError):
    """This preview has no change of setting {item} to decide about."""

    code = "nothing-to-decide"
    status = 400


class UnknownPath(SyncError):
    """“{label}” has no field {path}."""

    code = "unknown-path"
    status = 400


class CannotCouple(SyncError):
    """“{label}” cannot be coupled to that setting: {reason}"""

    code = "cannot-couple"
    status = 400


class NameMissing(SyncError):
    """Give “{label}” the name that it should have."""

    code = "name-missing"
    status = 400


class NameNotUsable(SyncError):
    """The other name for “{label}” cannot be used: {problem}"""

    code = "name-not-usable"
    status = 400


class RehearsalFailed(SyncError):
    """Trying it out showed that this cannot be taken back, so nothing was started: {reason}"""

    code = "rehearsal-failed"

    def facts_in_words(self) -> dict[str, str]:
        return {"reason": error_in_words(str(self.facts.get("why", "")), self._facts_of_reason(), "")}

    def _facts_of_reason(self) -> Mapping[str, Any]:
        return {name: value for name, value in self.facts.items() if name != "why"}


class NothingToUndo(SyncError):
    """This run has changed nothing that can be taken back."""

    code = "nothing-to-undo"


class RunPruned(SyncError):
    """This run is from too long ago to be taken back or tried again: what that takes was kept until {date}."""

    code = "run-pruned"


class RunNotFinished(SyncError):
    """This run is still busy; take it back when it has finished."""

    code = "run-not-finished"


class RunFinished(SyncError):
    """This run has finished already."""

    code = "run-finished"


class NothingToRetry(SyncError):
    """No administration of this run has failed or was stopped, so there is nothing to retry."""

    code = "nothing-to-retry"


class TargetGone(SyncError):
    """Deleted since, so nothing can be tried again there: {names}."""

    code = "target-gone"


class TooSlow(SyncError):
    """It took longer than a worker may work on one administration."""

    code = "too-slow"


class SettingsBusy(SyncError):
    """Somebody was editing settings in this administration. Nothing was changed."""

    code = "busy"


class NameTaken(SyncError):
    """A name or default was taken in the meantime: {fact}"""

    code = "name-taken"


class StillUsed(SyncError):
    """Something that is used would disappear: {fact}"""

    code = "still-used"


class RuleBroken(SyncError):
    """A rule of the database forbids it: {fact}"""

    code = "rule-broken"


class DatabaseRefused(SyncError):
    """The database refused: {fact}"""

    code = "database-error"


class WorkerLost(SyncError):
    """The worker that was busy with it stopped, time after time. Nothing was changed."""

    code = "worker-lost"


class Unexpected(SyncError):
    """Something unexpected went wrong; nothing was changed."""

    code = "unexpected"


class ReasonMissing(SyncError):
    """Say why you start this sync on behalf of somebody else."""

    code = "reason-missing"
    status = 400


class OnlyInSubs(SyncError):
    """Only a sub-administration keeps settings as they are; {name} is a main administration."""

    code = "only-in-subs"
    status = 400


class NotFollowed(SyncError):
    """This setting does not come from the main administration, so no sync changes it."""

    code = "not-followed"


class ReasonNeeded(SyncError):
    """Say why it stays as it is here; whoever looks at it later will want to know."""

    code = "reason-needed"
    status = 400


class NothingPinned(SyncError):
    """This was withdrawn already."""

    code = "nothing-pinned"


class DocumentRefused(SyncError):
    """The document cannot be written as it is; the errors say per place what is wrong with it. Nothing was saved."""

    code = "document-refused"
    status = 422

    @property
    def errors(self) -> dict[str, list[str]]:
        """Messages per place in the document; "" is the whole of it."""
        errors: Any = self.facts["errors"]
        return dict(errors)


class ItemGone(SyncError):
    """This setting is not there, or not there any more."""

    code = "not-found"
    status = 404


class ItemMoved(SyncError):
    """This setting has changed since the digest in If-Match; get it again and look before you write it."""

    code = "precondition-failed"
    status = 412


class NameClash(SyncError):
    """Nothing was saved. {reason}"""

    code = "name-taken"


class VersionGone(SyncError):
    """This setting has no such version, or it is not kept any more."""

    code = "not-found"
    status = 404


class DraftMoved(SyncError):
    """The draft of “{name}” was not published. {reason} Look at it again."""

    code = "draft-moved"


class DraftStaysOne(SyncError):
    """“{name}” has a draft. Publish it or throw it away first; then it can be deleted, archived or brought back."""

    code = "draft-open"


class DraftCannotBeOpened(SyncError):
    """The draft of “{name}” does not fit what stands here now: its name is taken, or something that it uses is gone."""

    code = "draft-open"


class UidTaken(SyncError):
    """There is a setting with the uid {uid} already; change that one, or leave the uid out."""

    code = "uid-taken"


class SettingLocked(SyncError):
    """“{name}”, or what you would change of it, is required by {main}. Nothing was saved."""

    code = "setting-locked"
    status = 403


class SettingForbidden(SyncError):
    """{main} forbids that “{name}” is edited here. Ask them to change it."""

    code = "setting-forbidden"
    status = 403


class StillPointedAt(SyncError):
    """Nothing was deleted. {reason}"""

    code = "still-used"


class UnknownKind(SyncError):
    """“{kind}” is not a kind of setting of the category {category}."""

    code = "unknown-kind"
    status = 400


class NothingDecided(SyncError):
    """Name at least one deviation, and what is decided about it."""

    code = "nothing-decided"
    status = 400


class DecidedTwice(SyncError):
    """“{label}” is named more than once; decide about it once."""

    code = "decided-twice"
    status = 400


class DateNotUsable(SyncError):
    """A date is only for what is accepted, and lies after today."""

    code = "date-not-usable"
    status = 400


class QuestionMissing(SyncError):
    """Write what you want to know; it is read by the people there."""

    code = "question-missing"
    status = 400


class UnknownDeviation(SyncError):
    """There is no such deviation, or not any more."""

    code = "not-found"
    status = 404


class DeviationSettled(SyncError):
    """“{label}” is settled already: {decision}, by {by}."""

    code = "already-settled"

    def facts_in_words(self) -> dict[str, str]:
        return {"decision": decision_in_words(self.facts.get("word"))}


class DeviationGone(SyncError):
    """“{label}” waits for no decision any more: it stands as it should."""

    code = "already-settled"


class DeviationMoved(SyncError):
    """“{label}” was changed since you looked. Nothing was decided; look at it again."""

    code = "deviation-moved"


class NoGroup(SyncError):
    """None of the administrations of “{label}” is in a group. Accept it for these alone."""

    code = "no-group"


class CannotPromote(SyncError):
    """“{label}” cannot be taken over. {reason}"""

    code = "cannot-take-over"


class NotTheLast(SyncError):
    """This is not your last decision any more; only that one can be taken back here."""

    code = "not-the-last"


class StillBusy(SyncError):
    """It is being carried out just now. Try again in a moment."""

    code = "still-busy"


class BroughtToOthers(SyncError):
    """What was taken over was brought to other administrations since. Take that sync back first."""

    code = "brought-to-others"


class QuestionClosed(SyncError):
    """This question was answered or withdrawn already."""

    code = "question-closed"


class AnswerMissing(SyncError):
    """Write an answer."""

    code = "answer-missing"
    status = 400


def decision_in_words(word: object) -> str:
    """What was decided about a deviation, in the reader's language."""
    words = {
        "put_back": pgettext("deviation", "put back"),
        "accept": pgettext("deviation", "accepted"),
        "accept_group": _("accepted for the group"),
        "promote": _("taken over into the main administration"),
        "ask": _("asked the sub-administration"),
    }
    return words.get(str(word), str(word))


def moment_in_words(moment: object) -> str:
    """An instant that is kept as text, as its reader writes it; what is no instant stays as it is."""
    try:
        instant = datetime.fromisoformat(str(moment))
    except ValueError:
        return str(moment)
    return formats.date_format(timezone.localtime(instant), "DATETIME_FORMAT")


def error_in_words(code: str, facts: Mapping[str, Any] | None, otherwise: str) -> str:
    """The sentence of a stored error in the reader's language; `otherwise` when its facts were not kept."""
    error = next((known for known in _errors_below(SyncError) if known.code == code), None)
    return otherwise if error is None or facts is None else error(**facts).detail


def _errors_below(error: type[SyncError]) -> Iterator[type[SyncError]]:
    for below in error.__subclasses__():
        yield below
        yield from _errors_below(below)
