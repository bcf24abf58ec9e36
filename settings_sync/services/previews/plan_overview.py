"""A plan from above: what it comes to, and its changes, equal ones of several administrations taken together."""

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.core.paginator import Page, Paginator
from django.db.models import Case, Count, F, IntegerField, Min, Q, QuerySet, Sum, Value, When
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from accounts.models import User
from settings_sync.declaring.kinds import all_kinds
from settings_sync.declaring.usage import counted, in_words, using_in_words
from settings_sync.models import Change, Plan, PlanTarget
from settings_sync.permissions import right_for, syncable_children
from settings_sync.planning.values import NeededBy
from settings_sync.planning.verdicts import WRITING, Action, Verdict, is_unchanged
from settings_sync.services.plans.category_rights import may_read_changes
from settings_sync.services.plans.dry_run import rehearsal_in_words
from settings_sync.services.plans.local_values import warnings_in_words
from settings_sync.wording.wording import names_in_words, needed_by_in_words
from tenants.models import Administration
from tenants.plain_names import plain

from .happened import OUTCOME, why

PAGE_SIZE = 50
QUESTIONS = 10
LINK = "link"
COUPLABLE = (
    Q(verdict__in=(Verdict.NAME_TAKEN, Verdict.DEFAULT_TAKEN)) | Q(couples__isnull=False) | Q(action=Action.SKIP)
)
"""What there is to couple side by side, or was set aside while coupling."""

REMEMBERED = (
    ~Q(deviations=[])
    | Q(base_digest__isnull=True, next_base_digest__isnull=False)
    | Q(base_digest__isnull=False, next_base_digest__isnull=True)
    | Q(next_base_digest__isnull=False) & ~Q(next_base_digest=F("base_digest"))
)
"""Something is remembered of the change, whether or not anything is written."""

SAME = ("kind", "uid", "action", "verdict", "facts", "base_digest", "local_digest", "warnings")
"""What changes have in common that are shown as one: the same is done for the same reason to the same local value."""

ASKED_ALIKE = ("kind", "uid", "verdict")
"""What questions have in common that are shown as one: its page tells which values there are, and decides at once."""

OUTCOMES: dict[str, Any] = {
    Action.CREATE: _("is added"),
    Action.UPDATE: _("is updated"),
    Action.COUPLE: _("is coupled"),
    Action.ARCHIVE: _("is archived"),
    Action.DELETE: _("is deleted"),
    Action.HOLD: _("held back"),
    Action.KEEP: _("stays as it is"),
    Action.SKIP: _("is skipped"),
    LINK: _("is equal already"),
}
HELD_WORDS: dict[str, Any] = {
    Verdict.BOTH_CHANGED: ngettext_lazy("%d conflict", "%d conflicts"),
    Verdict.NAME_TAKEN: ngettext_lazy("%d name exists already", "%d names exist already"),
    Verdict.NAME_HELD: ngettext_lazy("%d name belongs to something else", "%d names belong to something else"),
    Verdict.DEFAULT_TAKEN: ngettext_lazy("%d default exists already", "%d defaults exist already"),
    Verdict.REMOVED_LOCALLY: ngettext_lazy("%d setting was removed", "%d settings were removed"),
    Verdict.NEEDS_HELD: ngettext_lazy(
        "%d setting needs something that is held back", "%d settings need something that is held back"
    ),
    Verdict.UNRESOLVED: ngettext_lazy(
        "%d setting points at something that does not exist", "%d settings point at something that does not exist"
    ),
    Verdict.LOCKED: ngettext_lazy("%d setting is required but pinned", "%d settings are required but pinned"),
    Verdict.INVALID: ngettext_lazy("%d setting cannot be put together", "%d settings cannot be put together"),
}


@dataclass(frozen=True)
class Counted:
    """The counts of a plan, for one administration or for all together."""

    create: int = 0
    update: int = 0
    couple: int = 0
    archive: int = 0
    delete: int = 0
    keep: int = 0
    skip: int = 0
    hold: int = 0
    conflict: int = 0
    unchanged: int = 0
    own: int = 0

    @property
    def changes(self) -> int:
        return sum(getattr(self, name) for name in WRITING)

    @property
    def removed(self) -> int:
        return self.archive + self.delete

    @classmethod
    def sum_of(cls, counts: Iterable[dict[str, int]]) -> "Counted":
        """The counts added up; keys that are no count of a plan are left out."""
        total: dict[str, int] = {}
        # Without a Counter, which takes ten times as long for the few numbers of each of a thousand administrations.
        for row in counts:
            for key, number in row.items():
                total[key] = total.get(key, 0) + number
        return cls(**{key: number for key, number in total.items() if key in cls.__dataclass_fields__})


@dataclass(frozen=True)
class PlannedTarget:
    """One administration of a plan. `rehearsal` is passed, failed or empty when it was not tried; `left_out` says why
    nothing was planned there."""

    slug: str
    name: str
    counted: Counted
    rehearsal: str = ""
    rehearsal_error: str = ""
    rehearsed_at: datetime | None = None
    affected: tuple[str, ...] = ()
    can_couple: bool = False
    left_out: str = ""


@dataclass(frozen=True)
class HeldBack:
    """What is held for one reason, and where."""

    verdict: str
    words: str
    administrations: tuple[str, ...]


@dataclass(frozen=True)
class PlanOverview:
    """What a plan comes to. `linked` counts items that are equal already and are only noted as followed, `noted` those
    that stay as they are while that is remembered as decided, `warned` those with something worth knowing. `affected`
    are the open documents that use something that changes, each with the name by which the changes are narrowed."""

    id: uuid.UUID
    version: int
    targets: tuple[PlannedTarget, ...]
    total: Counted
    linked: int
    noted: int
    held: tuple[HeldBack, ...]
    affected: tuple[tuple[str, str], ...]
    created_at: datetime
    is_ready: bool
    failure: str
    is_expired: bool
    run_id: uuid.UUID | None
    warned: int = 0

    @property
    def has_work(self) -> bool:
        """Whether confirming would change or note anything."""
        return bool(self.total.changes or self.linked or self.noted)

    @property
    def left_out(self) -> tuple[PlannedTarget, ...]:
        """The administrations where nothing could be planned."""
        return tuple(target for target in self.targets if target.left_out)

    def named(self, query: str) -> list[PlannedTarget]:
        """The administrations with this in their name or address."""
        sought = plain(query)
        return [row for row in self.targets if not sought or sought in plain(row.name) or sought in row.slug]

    @property
    def working_targets(self) -> int:
        """How many administrations would get a change."""
        return sum(bool(target.counted.changes) for target in self.targets)

    @property
    def may_start(self) -> bool:
        return self.is_ready and self.has_work and not self.is_expired and self.run_id is None


@dataclass(frozen=True)
class ChangeRow:
    """One change, or the same change in several administrations; `id` leads to its details."""

    id: int
    category: str
    category_label: str
    kind_label: str
    label: str
    outcome: str
    outcome_label: str
    reason: str
    needed_by: tuple[str, ...]
    administrations: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    used_by: tuple[str, ...] = ()

    @property
    def has_details(self) -> bool:
        return self.outcome != LINK


def find_plan(*, acting_user: User, main: Administration, plan_id: uuid.UUID) -> Plan | None:
    """A plan that the user may look at and confirm: their own, or one of which they may sync to all targets and see all
    categories."""
    found = Plan.objects.filter(pk=plan_id, administration=main).select_related("run", "administration").first()
    if found is None or found.requested_by_id == acting_user.pk:
        return found
    allowed = {child.pk for child in syncable_children(acting_user, main, right_for(found))}
    targets = [target.administration for target in found.targets.select_related("administration")]
    reaches_all = allowed.issuperset(target.pk for target in targets)
    return found if reaches_all and may_read_changes(acting_user, found, targets) else None


def show_plan(plan: Plan) -> PlanOverview:
    """What a plan comes to, from its stored counts; a few queries, however large the plan."""
    targets = list(plan.targets.select_related("administration"))
    changes = Change.objects.filter(plan_target__plan=plan)
    couplable = set(changes.filter(COUPLABLE).values_list("plan_target_id", flat=True))
    return PlanOverview(
        id=plan.pk,
        version=plan.version,
        targets=tuple(_planned(row, can_couple=row.pk in couplable) for row in targets),
        total=Counted.sum_of(row.counts for row in targets),
        linked=changes.filter(Change.IS_UNCHANGED).count(),
        noted=changes.filter(action=Action.KEEP).exclude(Change.IS_UNCHANGED).filter(REMEMBERED).count(),
        held=tuple(_held(changes)),
        affected=tuple(using_in_words(_added(row.affected for row in targets))),
        created_at=plan.created_at,
        is_ready=plan.state == Plan.State.READY,
        failure=plan.went_wrong,
        is_expired=plan.is_expired,
        run_id=plan.run.pk if hasattr(plan, "run") else None,
        # Settings and not changes: the same in a hundred administrations is one thing to look at.
        warned=changes.exclude(warnings=[]).values("uid").distinct().count(),
    )


def _planned(target: PlanTarget, *, can_couple: bool) -> PlannedTarget:
    tried_at = target.rehearsal.get("at")
    return PlannedTarget(
        slug=target.administration.slug,
        name=target.administration.name,
        counted=Counted.sum_of([target.counts]),
        rehearsal=target.rehearsal.get("state", ""),
        rehearsal_error=rehearsal_in_words(target),
        rehearsed_at=datetime.fromisoformat(tried_at) if tried_at else None,
        affected=tuple(words for _name, words in in_words(target.affected)),
        can_couple=can_couple,
        left_out=target.why_left_out,
    )


def _added(numbers: Iterable[dict[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for row in numbers:
        total.update(row)
    return total


def list_questions(plan: Plan) -> Page[ChangeRow]:
    """The changes that wait for a decision: what is held, but for what waits for something else."""
    waiting = Change.objects.filter(plan_target__plan=plan, action=Action.HOLD)
    asked = waiting.exclude(verdict__in=(Verdict.NEEDS_HELD, Verdict.UNRESOLVED))
    return _page(plan, asked, 1, QUESTIONS, same=ASKED_ALIKE)


def list_changes(
    plan: Plan,
    *,
    target: str = "",
    outcome: str = "",
    category: str = "",
    verdict: str = "",
    warned: str = "",
    used: str = "",
    page: str | int | None = 1,
) -> Page[ChangeRow]:
    """One page of the changes, narrowed by an administration's slug, an outcome, a category, a verdict, or to those
    with a warning.

    `used` leaves the changes of what open documents of that name use.
    """
    changes = _narrowed(plan, target, outcome, category, verdict)
    if warned:
        changes = changes.exclude(warnings=[])
    # Only a declared name, because it becomes part of a look-up and comes from the address.
    if used in counted:
        changes = changes.filter(action__in=WRITING, **{f"used_by__{used}__gt": 0})
    return _page(plan, changes, page, PAGE_SIZE)


def page_of_changes(plan: Plan, changes: "QuerySet[Any]", *, page: str | int | None, size: int) -> Page[ChangeRow]:
    """One page of changes of a plan that was carried out, as they came about: they know `with_what_happened`."""
    return _page(plan, changes, page, size, same=(*SAME, *OUTCOME))


def group_changes(
    plan: Plan, changes: "QuerySet[Any]", *, most: int, are_carried_out: bool = False
) -> tuple[list[ChangeRow], int]:
    """The first of these changes, equal ones of several administrations together, and how many there are in all.

    Of a plan that was carried out they are told as they came about: they know `with_what_happened`.
    """
    found = _page(plan, changes, 1, most, same=(*SAME, *OUTCOME) if are_carried_out else SAME)
    return list(found.object_list), found.paginator.count


def _page(
    plan: Plan, changes: "QuerySet[Change]", page: str | int | None, size: int, *, same: tuple[str, ...] = SAME
) -> Page[ChangeRow]:
    found: Page[Any] = Paginator(_grouped(changes, same), size).get_page(page)
    groups = list(found.object_list)
    # Of these changes, and not of all, so that what a query knows beside the columns comes along.
    rows = changes.order_by().in_bulk([group["first"] for group in groups])
    # Of the settings on this page alone: counting all groups again would cost as much as the plan is large.
    where = _where(changes.filter(uid__in={group["uid"] for group in groups}), same)
    found.object_list = [
        row_of(
            rows[group["first"]],
            where[group["first"]]["names"],
            undoes=plan.is_undo,
            used_by={name: where[group["first"]][f"used_{name}"] for name in counted},
        )
        for group in groups
    ]
    return found


def _held(changes: "QuerySet[Change]") -> Iterable[HeldBack]:
    counted = changes.filter(action=Action.HOLD).order_by().values("verdict")
    names = ArrayAgg("plan_target__administration__name", distinct=True)
    for row in counted.annotate(number=Count("id"), names=names).order_by("-number", "verdict"):
        words = HELD_WORDS.get(row["verdict"])
        label = str(words % row["number"]) if words else f"{row['number']} × {Verdict(row['verdict']).label}"
        yield HeldBack(row["verdict"], label, tuple(row["names"]))


def _narrowed(plan: Plan, target: str, outcome: str, category: str, verdict: str) -> "QuerySet[Change]":
    found = Change.objects.filter(plan_target__plan=plan)
    if target:
        found = found.filter(plan_target__administration__slug=target)
    if outcome == LINK:
        found = found.filter(Change.IS_UNCHANGED)
    # What is equal already is planned as kept, and shown by a word of its own.
    elif outcome:
        found = found.filter(action=outcome).exclude(Change.IS_UNCHANGED)
    if category:
        found = found.filter(category=category)
    return found.filter(verdict=verdict) if verdict else found


def _grouped(changes: "QuerySet[Change]", same: tuple[str, ...]) -> Any:
    """Equal changes together, in the order in which they are shown; `first` stands for all of them."""
    order = Case(*(When(kind=kind.key, then=Value(number)) for number, kind in enumerate(_shown_order())))
    # Without the model's order, which would be part of what is grouped by and leave each by itself.
    alike = changes.order_by().values(*same)
    # Down to `first`, so that nothing changes places between two pages.
    return alike.annotate(first=Min("id"), name=Min("label"), place=order).order_by("place", "name", "uid", "first")


def _where(changes: "QuerySet[Change]", same: tuple[str, ...]) -> dict[int, dict[str, Any]]:
    """By the first change of each group the names of its administrations, and how many open documents use it there."""
    names = ArrayAgg("plan_target__administration__name", order_by="plan_target__position")
    used = {f"used_{name}": Sum(Cast(KeyTextTransform(name, "used_by"), IntegerField()), default=0) for name in counted}
    rows = changes.order_by().values(*same).annotate(first=Min("id"), names=names, **used)
    return {row["first"]: row for row in rows}


def _shown_order() -> list[Any]:
    """Kinds by category, as they are shown."""
    return sorted(all_kinds(), key=lambda kind: (kind.category.order, kind.category.key, str(kind.label)))


def row_of(
    change: Change, names: list[str], *, undoes: bool = False, used_by: Mapping[str, int] | None = None
) -> ChangeRow:
    """A change as a row, with the names of the administrations that have it; `undoes` for one of an undo plan.

    `used_by` counts what uses it in all of these, where that is more than the change itself knows.
    """
    kind = all_kinds()[change.kind]
    outcome = LINK if is_unchanged(change.verdict, change.outcome) else change.outcome.value
    return ChangeRow(
        id=change.pk,
        category=change.category,
        category_label=str(kind.category.label),
        kind_label=str(kind.label),
        label=change.label,
        outcome=outcome,
        outcome_label=str(OUTCOMES[outcome]),
        reason=why(change, undoes=undoes, where=names_in_words(names)),
        needed_by=tuple(needed_by_in_words(NeededBy(**reason)) for reason in change.needed_by),
        administrations=tuple(names),
        warnings=tuple(warnings_in_words(change.kind, change.warnings)),
        used_by=tuple(words for _name, words in in_words(change.used_by if used_by is None else used_by)),
    )
