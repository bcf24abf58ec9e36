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
from settings_sync.services.previews.plan_overview import ChangeRow, Counted, PlanOverview, group_changes, show_plan
from settings_sync.services.runs.run_overview import RunOverview, RunTarget, show_run

from .content import Report, Table
from .done import changes_of, tell_fields
from .letterhead import logo_of

MOST_ROWS = 1000
MOST_FIELDS = 3000


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
    """A result on paper, in the past tense: what was written and what was not, per administration, and each field as it
    was and as it became, equal changes together."""
    overview = show_run(acting_user=acting_user, run=run)
    logo = logo_of(run.administration)
    changes = changes_of(acting_user, run, overview)
    held = changes_of(acting_user, run, overview, held=True)
    title = (
        _("What taking back a sync of %(main)s changed") if overview.undoes else _("What a sync of %(main)s changed")
    )
    return Report(
        title=title % {"main": run.administration},
        headline=_headline(overview),
        proof=_proof(overview),
        facts=tuple(_run_facts(overview)),
        tables=(_result_table(overview), _fields_table(run, changes), *_held_table(run, held)),
        logo=logo.content if logo else b"",
    )


def _told(changes: "QuerySet[Change]") -> "QuerySet[Change]":
    found = changes.exclude(Change.IS_UNCHANGED).select_related("plan_target__administration")
    return found.order_by("plan_target__position", "category", "label", "id")


def _headline(run: RunOverview) -> str:
    if not run.total.changes:
        return _("%(state)s. Nothing was changed.") % {"state": run.state_label.capitalize()}
    parts = [
        words % number
        for words, number in (
            (ngettext("%d setting was added", "%d settings were added", run.total.create), run.total.create),
            (ngettext("%d was updated", "%d were updated", run.total.update), run.total.update),
            (ngettext("%d was coupled", "%d were coupled", run.total.couple), run.total.couple),
            (ngettext("%d was removed", "%d were removed", run.total.removed), run.total.removed),
        )
        if number
    ]
    places = {"changes": ", ".join(parts), "administrations": _count_administrations(run.changed)}
    return capfirst(_("%(changes)s, in %(administrations)s.") % places)


def _proof(run: RunOverview) -> tuple[str, str, str] | None:
    """What the database counted; nothing where no receipt was written."""
    if not any(target.proof for target in run.targets):
        return None
    return (
        formats.number_format(run.business_rows_written),
        _("customers, work orders and invoices were written"),
        _("Counted by the database itself, in the transaction that wrote the settings."),
    )


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
    if run.finished_at:
        yield _("Ended"), _moment(run.finished_at)
    yield _("By"), run.requested_by or "–"
    if run.on_behalf_of:
        yield _("On behalf of"), run.on_behalf_of
    if run.token:
        yield _("With token"), run.token
    if run.note:
        yield _("Why"), run.note
    if run.seconds is not None:
        yield _("Took"), _("%(seconds)s s") % {"seconds": formats.number_format(run.seconds, 1)}
    if run.failed:
        yield _("Failed"), _count_administrations(run.failed)
    if run.total.hold:
        yield _("Held back"), str(run.total.hold)
    if run.undoes:
        yield _("Took back"), _moment(run.undoes.created_at)
    if run.undone_by:
        yield _("Taken back"), ", ".join(_moment(undo.created_at) for undo in run.undone_by)
    yield _("Number of the run"), str(run.id)


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
    rows = [
        (target.name, target.state_label, *_numbers(target.counted), _business_rows(target), _remark(target))
        for target in run.targets
    ]
    headers = (
        *(_("Administration"), _("State"), _("Added"), _("Updated"), _("Removed"), _("Held back")),
        *(_("Customers, work orders, invoices"), _("Remark")),
    )
    return Table(
        _("Per administration"),
        headers,
        rows[:MOST_ROWS],
        (28, 10, 12, 12, 12, 12, 14, 14),
        max(len(rows) - MOST_ROWS, 0),
    )


def _business_rows(target: RunTarget) -> str:
    return str(target.proof.business_rows_written) if target.proof else "–"


def _remark(target: RunTarget) -> str:
    return " ".join([target.error, *target.findings]).strip() or "–"


def _changes_table(plan: Plan, changes: "QuerySet[Any]") -> Table:
    rows, number = group_changes(plan, changes, most=MOST_ROWS)
    shown = [(_setting(row), row.outcome_label, _places(row.administrations), row.reason) for row in rows]
    headers = (_("Setting"), _("What happens"), _("Where"), _("Why"))
    return Table(_("What changes"), headers, shown, (30, 20, 20, 36), max(number - MOST_ROWS, 0))


def _fields_table(run: SyncRun, changes: "QuerySet[Any]") -> Table:
    """A row for each field that was written; of what came or went as a whole one row says so."""
    rows, number = group_changes(run.plan, changes, most=MOST_ROWS, are_carried_out=True)
    shown: list[tuple[str, ...]] = []
    for done in tell_fields(run, rows):
        setting = _setting(done.row)
        places = _places(done.row.administrations)
        shown += [(setting, places, field.field, field.was, field.became) for field in done.fields] or [
            (setting, places, "–", "–", done.words)
        ]
    headers = (_("Setting"), _("Where"), _("Field"), _("Was"), _("Became"))
    more = max(number - MOST_ROWS, 0) + max(len(shown) - MOST_FIELDS, 0)
    return Table(_("What was changed"), headers, shown[:MOST_FIELDS], (24, 20, 20, 18, 18), more)


def _held_table(run: SyncRun, changes: "QuerySet[Any]") -> Iterator[Table]:
    rows, number = group_changes(run.plan, changes, most=MOST_ROWS, are_carried_out=True)
    if rows:
        shown = [(_setting(row), _places(row.administrations), row.reason) for row in rows]
        headers = (_("Setting"), _("Where"), _("Why"))
        yield Table(_("What was held back"), headers, shown, (32, 28, 40), max(number - MOST_ROWS, 0))


def _setting(row: ChangeRow) -> str:
    return str(capfirst(f"{row.kind_label} {row.label}"))


def _places(names: Iterable[str]) -> str:
    listed = list(names)
    return ", ".join(listed) if len(listed) <= 6 else f"{', '.join(listed[:5])} +{len(listed) - 5}"
