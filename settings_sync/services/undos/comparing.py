"""Comparing what a run left with what stands there now, once for all administrations in which both are the same."""

from collections.abc import Collection, Hashable
from dataclasses import dataclass, field

from settings_sync.engine.reading.composed import AdministrationReader
from settings_sync.engine.reading.index import look_at
from settings_sync.engine.reading.lines import read_differing
from settings_sync.engine.reading.snapshots import read_source
from settings_sync.engine.reading.uses import uses_of
from settings_sync.exceptions import HeadsDiffer
from settings_sync.models import Plan, PlanTarget
from settings_sync.planning.sameness import Differing, Sameness, count_standing, differing
from settings_sync.planning.undoing import History, plan_undo, sameness_after
from settings_sync.planning.values import Key, Local, Rules, TargetPlan, Uses
from settings_sync.services.plans.comparing import Compared, category_of, compared, keep_documents
from settings_sync.services.plans.local_values import Examiner

from .histories import ReadHistory


@dataclass
class UndoReader(AdministrationReader):
    """What a run created may be deleted again, whatever its kind. It remembers of which items it was asked what uses
    them, and what did."""

    asked_about: frozenset[Key] = frozenset()
    uses_seen: Uses = field(default_factory=Uses)

    def may_delete(self, kind: str) -> bool:
        return True

    def uses(self, keys: Collection[Key]) -> Uses:
        self.asked_about = frozenset(keys)
        self.uses_seen = super().uses(keys)
        return self.uses_seen


@dataclass(frozen=True)
class _Made:
    """A plan, and the look that it took at what uses some items of the one administration that it was made for."""

    planned: TargetPlan
    asked_about: frozenset[Key]
    uses: Uses


class UndoComparison:
    """A new plan that takes a run back, about which nobody has decided, in one administration after another."""

    def __init__(self, plan: Plan) -> None:
        assert plan.snapshot is not None
        # What stands there is told by how it differs from what the main administration wanted: mostly in nothing.
        self.snapshot_id = plan.snapshot.pk
        self.source = read_source(plan.snapshot)
        # Without locks: what the main administration wants everywhere has no say in what stood here before.
        self.rules = Rules(policies=plan.policies)
        self.examiner = Examiner(plan.administration)
        self.sameness: dict[Hashable, Sameness] = {}
        self.made: dict[Hashable, _Made] = {}

    def of(self, target: PlanTarget, done: ReadHistory) -> Compared:
        """The plan for one administration, with its documents stored. Raises HeadsDiffer."""
        refuse_waiting(target)
        administration = target.administration
        found = read_differing(self.snapshot_id, administration)
        planned = self._known(administration.schema_name, self._mark(done, found)) if found else None
        if found is None or planned is None:
            local = look_at(administration)
            # Anew, from what is planned with: it may have been edited since it was asked of the database.
            found = differing(self.source, local)
            planned = self._planned(target, done, local, self._mark(done, found))
        return compared(target, planned, self.examiner, standing=count_standing(self.source, found))

    def _mark(self, done: ReadHistory, found: Differing) -> Hashable:
        """Equal for administrations that get the same plan, but for what uses their items."""
        # Pins and agreements apart: they matter also where nothing else differs.
        return done.mark, self._sameness(done).of(found), found.kept

    def _sameness(self, done: ReadHistory) -> Sameness:
        if done.mark not in self.sameness:
            self.sameness[done.mark] = sameness_after(self.source, done.history)
        return self.sameness[done.mark]

    def _known(self, schema: str, mark: Hashable) -> TargetPlan | None:
        made = self.made.get(mark)
        if made is None or (made.asked_about and uses_of(schema, made.asked_about) != made.uses):
            return None
        return made.planned

    def _planned(self, target: PlanTarget, done: ReadHistory, local: Local, mark: Hashable) -> TargetPlan:
        known = self._known(target.administration.schema_name, mark)
        if known is not None:
            return known
        planned, reader = plan_one(target, done.history, local, self.rules)
        keep_documents(target.administration, planned, reader)
        sameness = self._sameness(done)
        # The name of what only this administration has would be told of another one as well.
        if all(sameness.follows(user) for _item, user in reader.uses_seen.pointing):
            self.made[mark] = _Made(planned, reader.asked_about, reader.uses_seen)
        return planned


def plan_one(target: PlanTarget, history: History, local: Local, rules: Rules) -> tuple[TargetPlan, UndoReader]:
    """The plan that takes a history back in one administration, and the reader that it was made with."""
    reader = UndoReader(target.administration.schema_name)
    return plan_undo(history, local, category_of(), rules, reader), reader


def refuse_waiting(target: PlanTarget) -> None:
    """Raises HeadsDiffer where an administration waits for the update that its main has had."""
    if target.administration.migration_head != target.plan.administration.migration_head:
        raise HeadsDiffer
