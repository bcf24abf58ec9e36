"""Comparing a snapshot with the administrations of a plan: those that stand the same are compared once."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field

from settings_sync.declaring.kinds import all_kinds
from settings_sync.declaring.options import Warned
from settings_sync.engine.reading.composed import AdministrationReader
from settings_sync.engine.reading.index import look_at, read_documents, store_documents, stored_digests
from settings_sync.engine.reading.lines import read_differing
from settings_sync.models import Plan, PlanTarget
from settings_sync.planning.assigning import Assigned
from settings_sync.planning.plans import count_own, plan_in_line, plan_target, with_own
from settings_sync.planning.sameness import IN_LINE, Differing, Sameness, count_standing, differing, is_shareable
from settings_sync.planning.values import Choice, Key, Local, Source, TargetPlan
from settings_sync.planning.verdicts import Action
from settings_sync.services.assignments.assigned import Assignments
from tenants.models import Administration

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

    def __init__(self, plan: Plan, source: Source, choice: Choice) -> None:
        assert plan.snapshot_id is not None
        self.snapshot_id = plan.snapshot_id
        self.source = source
        self.choice = choice
        self.rules = undecided_rules_of(plan)
        self.examiner = Examiner(plan.administration)
        self.sameness = Sameness(source)
        self.assignments = Assignments(plan.administration)
        self.made: dict[Hashable, TargetPlan] = {}

    def of(self, target: PlanTarget) -> Compared:
        """The plan for one administration, with its documents stored."""
        # Asked of the database first: the usual administration differs in little, and need not be read whole.
        found = read_differing(self.snapshot_id, target.administration)
        assigned = self.assignments.of(target.administration)
        planned = self._known(self._same(found, assigned)) if found else None
        if found is None or planned is None:
            local = look_at(target.administration)
            # Anew, from what is planned with: it may have been edited since it was asked of the database.
            found = differing(self.source, local)
            planned = self._planned(target.administration, local, self._same(found, assigned), assigned)
        there = [key for key, entry in found.entries.items() if entry is not None]
        # Counted here, so that administrations that differ only in what is their own can share a plan.
        own = count_own(self.source, self.choice, category_of(), there, found.bases, planned.changes)
        return compared(target, with_own(planned, own), self.examiner, standing=count_standing(self.source, found))

    def _same(self, found: Differing, assigned: Assigned) -> Hashable:
        """Equal for administrations that get the same plan: also what is not to come there decides about that."""
        same = self.sameness.of(found)
        return same if same == IN_LINE else (same, assigned)

    def _known(self, same: Hashable) -> TargetPlan | None:
        """The plan for administrations that stand so, where it takes no look at one."""
        if same == IN_LINE and same not in self.made:
            self.made[same] = plan_in_line(self.source, self.choice, category_of())
        return self.made.get(same)

    def _planned(self, administration: Administration, local: Local, same: Hashable, assigned: Assigned) -> TargetPlan:
        known = self._known(same)
        if known is not None:
            return known
        reader = AdministrationReader(administration.schema_name)
        planned = plan_target(self.source, local, self.choice, category_of(), self.rules, reader, assigned)
        keep_documents(administration, planned, reader)
        if is_shareable(planned):
            self.made[same] = planned
        return planned


def compared(target: PlanTarget, planned: TargetPlan, examiner: Examiner, *, standing: int) -> Compared:
    """A plan with what is looked up in the administration itself: what uses its settings, and which values it lacks."""
    administration = target.administration
    # In each administration, also where the plan is shared: its daily data it shares with none.
    uses = count_uses(administration.schema_name, planned.changes)
    return Compared(target, planned, standing, uses, examiner.warnings_of(administration, planned.changes))


def category_of() -> dict[str, str]:
    """The category of each kind, in the order in which kinds are written."""
    return {kind.key: kind.category.key for kind in all_kinds()}


def keep_documents(administration: Administration, planned: TargetPlan, reader: AdministrationReader) -> None:
    """Store every document that a plan shows or writes."""
    _store_local_documents(administration, planned)
    results = {change.result for change in planned.changes}
    next_bases = {change.next_base for change in planned.changes}
    reader.store({digest for digest in results | next_bases | _archived(planned, reader) if digest})


def _archived(planned: TargetPlan, reader: AdministrationReader) -> set[bytes]:
    """What is to be deleted as it will be followed when something uses it by then, and it is archived instead.

    Stored with the plan, because whoever carries that out may read documents and store none.
    """
    doomed = {change.stands_as for change in planned.changes if change.action == Action.DELETE}
    bodies = reader.local_bodies(doomed) if doomed else {}
    archived = reader.describe({key: [{**body, "is_archived": True}] for key, body in bodies.items()})
    return {found.entry.digest for described in archived.values() for found in described}


def _store_local_documents(administration: Administration, planned: TargetPlan) -> None:
    """Keep what the plan saw in the administration wherever that differs, so that the preview can show it.

    What was synced before is kept already, and not read again.
    """
    seen = [change for change in planned.changes if change.local is not None and not change.is_unchanged]
    kept = stored_digests({change.local for change in seen if change.local}) if seen else set()
    keys = {change.stands_as for change in seen if change.local not in kept}
    if keys:
        documents = read_documents(administration.schema_name, keys)
        store_documents(list(documents.values()))
