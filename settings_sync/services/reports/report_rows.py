"""A plan and a result as rows for a spreadsheet: one for each setting in each administration.

The rows are read some administrations at a time while they are sent, after the page has left its administration. So
each reading enters the shared schema by itself, and nothing stays open between two of them.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache, partial
from typing import Any, NamedTuple

from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from settings_sync.models import Change, Plan, SyncRun
from settings_sync.services.plans.category_rights import among_readable
from settings_sync.services.previews.happened import OUTCOME, as_planned, with_what_happened
from settings_sync.services.previews.plan_overview import row_of
from settings_sync.services.runs.run_overview import show_run
from tenants import exact_json
from tenants.schemas import in_public

AT_ONCE = 100
"""How many administrations are read at once."""

WORDED = 10_000
"""For how many different changes the words are remembered: most are the same in many administrations."""

Rows = Iterator[tuple[str, ...]]


class Where(NamedTuple):
    """An administration by name, and how the run ended there."""

    name: str
    state: str


def columns() -> tuple[str, ...]:
    """The columns of the file."""
    names = (_("Administration"), _("State"), _("Category"), _("Kind"), _("Setting"), _("What happens"), _("Why"))
    return (*names, _("Needed by"), _("Used by"), _("Remark"))


def plan_rows(plan: Plan) -> Rows:
    """Every change of a plan; what is only noted is left out."""
    targets = plan.targets.order_by("position", "id").values_list("pk", "administration__name")
    where = {pk: Where(name, "") for pk, name in targets}
    return _rows(as_planned(Change.objects.all()), where, undoes=plan.is_undo)


def run_rows(*, acting_user: User, run: SyncRun) -> Rows:
    """What a run did where the user may see it; of an administration that did not succeed one row says why."""
    seen = show_run(acting_user=acting_user, run=run).targets
    failed = [target for target in seen if not target.is_applied]
    done = {target.slug: Where(target.name, target.state_label) for target in seen if target.is_applied}
    targets = run.targets.order_by("plan_target__position", "plan_target").values_list(
        "plan_target", "administration__slug"
    )
    where = {pk: done[slug] for pk, slug in targets if slug in done}
    readable = with_what_happened(among_readable(acting_user, run.administration, Change.objects.all()))
    # Rights are asked for now, while somebody waits; the rows are read later, when nobody can be refused.
    return _run_rows(
        [(target.name, target.state_label, *[""] * 7, target.error) for target in failed],
        _rows(readable, where, undoes=run.plan.is_undo),
    )


def _run_rows(failed: list[tuple[str, ...]], done: Rows) -> Rows:
    yield from failed
    yield from done


def _rows(changes: "QuerySet[Any]", where: Mapping[int, Where], *, undoes: bool) -> Rows:
    """The rows of these administrations, in their order, in the language in which they were asked for."""
    words = lru_cache(WORDED)(partial(_words, undoes))
    return _read(_told(changes), where, words, translation.get_language())


def _read(changes: Any, where: Mapping[int, Where], words: "Callable[..., Words]", language: str | None) -> Rows:
    """Read when the file is sent."""
    targets = list(where)
    for start in range(0, len(targets), AT_ONCE):
        # The request is over by then, and its language and its administration with it.
        with in_public(), translation.override(language):
            # A list, so that nothing is left to read once the shared schema is left again.
            rows = [
                _row(where[target], words(*told))
                for target, *told in changes.filter(plan_target__in=targets[start : start + AT_ONCE])
            ]
        yield from rows


def _told(changes: "QuerySet[Change]") -> Any:
    """What the words of each change are made of; what is stored as JSON stays text, so that equal ones are known."""
    stored = (Cast(name, TextField()) for name in ("facts", "needed_by", "warnings", "used_by"))
    told = changes.exclude(Change.IS_UNCHANGED).order_by("plan_target__position", "category", "label", "id")
    columns = ("plan_target", "kind", "category", "label", "action", "verdict")
    return told.values_list(*columns, *OUTCOME, *stored)


class Words(NamedTuple):
    """A change in words: its cells but for the first two and the last, and what is remarked of its content."""

    cells: tuple[str, ...]
    warnings: tuple[str, ...]


def _words(undoes: bool, kind: str, category: str, label: str, action: str, verdict: str, *told: Any) -> Words:
    change = Change(kind=kind, category=category, label=label, action=action, verdict=verdict)
    change.happened, change.finding, change.overtaken_at, *stored = told
    facts, needed_by, warnings, used_by = map(exact_json.load, stored)
    change.facts = facts
    change.needed_by = needed_by
    change.warnings = warnings
    change.used_by = used_by
    row = row_of(change, [], undoes=undoes)
    cells = (row.category_label, row.kind_label, row.label, row.outcome_label, row.reason)
    return Words((*cells, "; ".join(row.needed_by), ", ".join(row.used_by)), row.warnings)


def _row(where: Where, words: Words) -> tuple[str, ...]:
    return (*where, *words.cells, " ".join(words.warnings))
