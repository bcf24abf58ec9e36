"""Reports of a plan and of a result: for a manager to read, and for a spreadsheet to work on."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import formats, timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from settings_sync.models import Change, Plan, SyncRun
from settings_sync.planning.verdicts import WRITING, Action
from settings_sync.services.plans.category_rights import among_readable
from settings_sync.services.previews.happened import with_what_happened
from settings_sync.services.previews.plan_overview import Counted, PlanOverview, group_changes, show_plan
from settings_sync.services.runs.run_overview import RunOverview, RunTarget, show_run

from .content import Report, Table

MOST_ROWS = 1000


def plan_report(plan: Plan) -> Report:
    """A plan on paper: what it comes to, per administration, and its changes, equal ones together."""
    overview = show_plan(plan)
    return Report(
        title=_("Preview of a sync from %(main)s") % {"main": plan.administration},
        headline=_("%(changes)s in %(administrations)s. Customers, work orders and invoices: 0.")
        % {
            "changes": _count_changes(overview.total.changes),
            "administrations": _count_administrations(overview.working_targets),
        },
        facts=tuple(_plan_facts(plan, overview)),
        tables=(_planned_table(overview), _changes_table(plan, _told(Change.objects.filter(plan_target__plan=plan)))),
    )


def run_report(*, acting_user: User, run: SyncRun) -> Report:
    """A result on paper: how it ended, per administration, and what changed, equal changes together."""
    overview = show_run(acting_user=acting_user, run=run)
    done = [target.slug for target in overview.targets if target.is_applied]
    # Of the others nothing came about; the table of administrations says why.
    planned = Change.objects.filter(plan_target__plan=run.plan_id, plan_target__administration__slug__in=done)
    changes = with_what_happened(planned.filter(action__in=[*WRITING, Action.HOLD]))
    return Report(
        title=_("Result of a sync from %(main)s") % {"main": run.administration},
        headline=_headline(overview),
        facts=tuple(_run_facts(overview)),
        tables=(
            _result_table(overview),
            _changes_table(run.plan, among_readable(acting_user, run.administration, changes), are_carried_out=True),
        ),
        note=overview.note,
    )


def _told(changes: "QuerySet[Change]") -> "QuerySet[Change]":
    found = changes.exclude(Change.IS_UNCHANGED).select_related("plan_target__administration")
    return found.order_by("plan_target__position", "category", "label", "id")


def _headline(run: RunOverview) -> str:
    if not run.succeeded:
        return _("%(state)s. Nothing was changed.") % {"state": run.state_label.capitalize()}
    said = _("%(state)s: %(changes)s in %(administrations)s. Customers, work orders and invoices: %(rows)d changed.")
    return said % {
        "state": run.state_label.capitalize(),
        "changes": _count_changes(run.total.changes),
        "administrations": _count_administrations(run.changed),
        "rows": run.business_rows_written,
    }


def _count_changes(number: int) -> str:
    return ngettext("%d change", "%d changes", number) % number


def _count_administrations(number: int) -> str:
    return ngettext("%d administration", "%d administrations", number) % number


def _plan_facts(plan: Plan, overview: PlanOverview) -> Iterator[tuple[str, str]]:
    yield _("Preview of"), _moment(plan.created_at)
    yield _("Made by"), str(plan.requested_by or "–")
    if overview.held:
        yield _("Held back"), "; ".join(held.words for held in overview.held)
    if overview.affected:
        yield _("In use"), ", ".join(words for _name, words in overview.affected)
    if overview.run_id:
        yield _("Carried out"), _("yes")


def _run_facts(run: RunOverview) -> Iterator[tuple[str, str]]:
    yield _("Started"), _moment(run.created_at)
    yield _("By"), f"{run.requested_by}{f' ({run.on_behalf_of})' if run.on_behalf_of else ''}" or "–"
    if run.seconds is not None:
        yield _("Took"), _("%(seconds)s s") % {"seconds": formats.number_format(run.seconds, 1)}
    if run.failed:
        yield _("Failed"), _count_administrations(run.failed)
    if run.total.hold:
        yield _("Held back"), str(run.total.hold)
    if run.undone_by:
        yield _("Taken back"), ", ".join(_moment(undo.created_at) for undo in run.undone_by)


def _moment(moment: datetime) -> str:
    return formats.date_format(timezone.localtime(moment), "DATETIME_FORMAT")


def _planned_table(overview: PlanOverview) -> Table:
    rows = [
        (target.name, *_numbers(target.counted), target.left_out or ", ".join(target.affected) or "–")
        for target in overview.targets[:MOST_ROWS]
    ]
    headers = (_("Administration"), _("Added"), _("Updated"), _("Removed"), _("Held back"), _("In use"))
    more = max(len(overview.targets) - MOST_ROWS, 0)
    return Table(_("Per administration"), headers, rows, (30, 14, 13, 13, 14, 18), more)


def _numbers(counted: Counted) -> tuple[str, str, str, str]:
    return str(counted.create), str(counted.update + counted.couple), str(counted.removed), str(counted.hold)


def _result_table(run: RunOverview) -> Table:
    rows = [(target.name, target.state_label, *_numbers(target.counted), _remark(target)) for target in run.targets]
    names = (_("Administration"), _("State"), _("Added"), _("Updated"), _("Removed"), _("Held back"), _("Remark"))
    return Table(
        _("Per administration"), names, rows[:MOST_ROWS], (24, 11, 14, 13, 13, 14, 18), max(len(rows) - MOST_ROWS, 0)
    )


def _remark(target: RunTarget) -> str:
    return " ".join([target.error, *target.findings]).strip() or "–"


def _changes_table(plan: Plan, changes: "QuerySet[Any]", *, are_carried_out: bool = False) -> Table:
    rows, number = group_changes(plan, changes, most=MOST_ROWS, are_carried_out=are_carried_out)
    shown = [
        (capfirst(f"{row.kind_label} {row.label}"), row.outcome_label, _places(row.administrations), row.reason)
        for row in rows
    ]
    headers = (_("Setting"), _("What happens"), _("Where"), _("Why"))
    return Table(_("What changes"), headers, shown, (32, 16, 22, 36), max(number - MOST_ROWS, 0))


def _places(names: Iterable[str]) -> str:
    listed = list(names)
    return ", ".join(listed) if len(listed) <= 6 else f"{', '.join(listed[:5])} +{len(listed) - 5}"
