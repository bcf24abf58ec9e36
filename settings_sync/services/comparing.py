"""Comparing a snapshot with the administrations of a plan: those that stand the same are compared once."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from tenants.models import Administration

from ..kinds import all_kinds
from ..models import Plan, PlanTarget
from ..options import Warned
from ..planning.plans import UNCHANGED, count_own, plan_in_line, plan_target, with_own
from ..planning.sameness import Sameness, is_shareable
from ..planning.values import Choice, Key, Local, TargetPlan
from ..reading.composed import AdministrationReader
from ..reading.index import look_at, read_documents, store_documents, stored_digests
from ..reading.lines import own_items_in_line
from ..reading.snapshots import read_source
from .local_values import Examiner
from .rules import undecided_rules_of
from .usage import Uses, count_uses


@dataclass(frozen=True)
class Compared:
    """What planning came to for one administration, ready to be stored; `standing` is how many settings are there."""

    target: PlanTarget
    planned: TargetPlan
    standing: int = 0
    uses: Uses = field(default_factory=Uses)
    warnings: Mapping[Key, Sequence[Warned]] = field(default_factory=dict)


class Comparison:
    """The snapshot of a new plan, about which nobody has decided anything, against one administration after another."""

    def __init__(self, plan: Plan, choice: Choice) -> None:
        assert plan.snapshot is not None
        self.snapshot_id, self.choice = plan.snapshot.pk, choice
        self.source, self.rules = read_source(plan.snapshot), undecided_rules_of(plan)
        self.examiner, self.sameness = Examiner(plan.administration), Sameness(self.source)
        self.in_line = plan_in_line(self.source, choice, category_of())
        self.made: dict[Hashable, TargetPlan] = {}
        self.expects_in_line = True

    def of(self, target: PlanTarget) -> Compared:
        """The plan for one administration, with its documents stored."""
        own = own_items_in_line(self.snapshot_id, target.administration) if self.expects_in_line else None
        if own is not None:
            return Compared(target, with_own(self.in_line, own, self.choice, category_of()))
        local = look_at(target.administration)
        planned = self._planned(target.administration, local)
        # Where one has something to do, the next has as well, more often than not.
        self.expects_in_line = not planned.changes
        return compared(target, planned, self.examiner, standing=len(local.entries))

    def _planned(self, administration: Administration, local: Local) -> TargetPlan:
        same = self.sameness.of(local)
        if same in self.made:
            own = count_own(self.source, local, self.choice, category_of())
            made = self.made[same]
            return replace(made, counts={**made.counts, "own": own})
        reader = AdministrationReader(administration.schema_name)
        planned = plan_target(self.source, local, self.choice, category_of(), self.rules, reader)
        keep_documents(administration, planned, reader)
        if is_shareable(planned):
            self.made[same] = planned
        return planned


def compared(target: PlanTarget, planned: TargetPlan, examiner: Examiner, *, standing: int) -> Compared:
    """A plan with what is looked up in the administration itself: what uses its settings, and which values it lacks."""
    administration = target.administration
    uses = count_uses(administration.schema_name, planned.changes)
    return Compared(target, planned, standing, uses, examiner.warnings_of(administration, planned.changes))


def category_of() -> dict[str, str]:
    """The category of each kind, in the order in which kinds are written."""
    return {kind.key: kind.category.key for kind in all_kinds()}


def keep_documents(administration: Administration, planned: TargetPlan, reader: AdministrationReader) -> None:
    """Store every document that a plan shows or writes."""
    _store_local_documents(administration, planned)
    reader.store({digest for change in planned.changes for digest in (change.result, change.next_base) if digest})


def _store_local_documents(administration: Administration, planned: TargetPlan) -> None:
    """Keep what the plan saw in the administration wherever that differs, so that the preview can show it.

    What was synced before is kept already, and not read again.
    """
    seen = [change for change in planned.changes if change.local is not None and change.verdict not in UNCHANGED]
    kept = stored_digests({change.local for change in seen if change.local}) if seen else set()
    keys = {(change.key[0], change.couples or change.key[1]) for change in seen if change.local not in kept}
    if keys:
        documents = read_documents(administration.schema_name, keys)
        store_documents(list(documents.values()))
