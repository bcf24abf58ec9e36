"""What the commands share that make a plan: printing it, confirming it, following it, and the exit code."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.urls import reverse

from accounts.models import User
from settings_sync.declaring.kinds import all_kinds
from settings_sync.models import Change, Finding, Plan, SyncRun
from settings_sync.planning.verdicts import Action
from settings_sync.services.plans.local_values import warnings_in_words
from settings_sync.services.plans.typed_confirmation import confirmation_of
from settings_sync.services.previews.plan_overview import Counted, PlanOverview, show_plan
from settings_sync.services.previews.previewing import plan_changes
from settings_sync.services.runs.run_overview import RunOverview
from settings_sync.services.runs.runs import start_run
from settings_sync.shapes.answers import shape_changes, shape_plan, shape_runs, shape_targets
from settings_sync.shapes.encoding import AnswerEncoder
from settings_sync.wording.wording import why_planned
from tenants.management.arguments import number

from .terminal import DOOR, FAILED, HELD, follow_plan, follow_run, refusals_as_exit_codes, table

COUNTS = tuple(Counted.__dataclass_fields__)


class PlanCommand(BaseCommand):
    """A command that prints a plan and carries it out with --apply."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--apply", action="store_true", help="confirm the plan and follow it until it ends")
        parser.add_argument(
            "--confirm", default="", metavar="PHRASE", help="for a plan that removes or overwrites much (asked)"
        )
        parser.add_argument("--note", default="", help="for the people of the sub-administrations")
        parser.add_argument(
            "--as", dest="email", default="", metavar="EMAIL", help="who acts (the first administrator)"
        )
        parser.add_argument("--json", action="store_true", help="for scripts")
        parser.add_argument("--timeout", type=number, default=0, help="seconds to wait for the run (for ever)")

    def carry_out(self, plan: Plan, user: User, options: dict[str, Any]) -> None:
        """Print the plan once it is made, apply it when asked, and end with the exit code."""
        follow_plan(plan)
        found = show_plan(plan)
        if not options["json"]:
            self._print_plan(plan, found, user)
        run = self._apply(plan, user, options) if options["apply"] else None
        if options["json"]:
            self._print_json(plan, run, user)
        code = _exit_code(found, run)
        if code:
            sys.exit(code)

    def _apply(self, plan: Plan, user: User, options: dict[str, Any]) -> RunOverview:
        typed = options["confirm"] or self._ask_confirmation(plan)
        with refusals_as_exit_codes():
            run = start_run(
                acting_user=user,
                plan=plan,
                version=plan.version,
                note=options["note"],
                door=DOOR,
                confirmation=typed,
            )
        told = self.stderr if options["json"] else self.stdout
        is_waiting = run.state == SyncRun.State.WAITING
        what = "waits for approval, and nothing has started" if is_waiting else "has started"
        told.write(f"Run {run.pk} {what}: {_page_of(run)}", style_func=str)
        told.flush()
        ended = follow_run(run, user, options["timeout"])
        if not options["json"]:
            self._print_run(ended)
        return ended

    def _ask_confirmation(self, plan: Plan) -> str:
        """The confirmation that somebody types, where somebody can; empty when none is asked."""
        asked = confirmation_of(plan) if sys.stdin.isatty() else None
        if asked is None:
            return ""
        self.stderr.write("\n".join(asked.reasons))
        self.stderr.write(f"Type {asked.phrase} to confirm: ", ending="")
        self.stderr.flush()
        return sys.stdin.readline().strip()

    def _print_plan(self, plan: Plan, found: PlanOverview, user: User) -> None:
        self.stdout.write(f"{plan.administration.name} – {user.email} – plan {plan.pk}\n")
        counts = [[target.slug, *(getattr(target.counted, name) for name in COUNTS)] for target in found.targets]
        self.stdout.write(table(["", *COUNTS], counts) + "\n")
        for target in found.left_out:
            self.stdout.write(f"{target.slug}: {target.left_out}\n")
        rows = [_change_row(change, undoes=plan.is_undo) for change in plan_changes(plan)]
        if rows:
            self.stdout.write(table(["administration", "action", "setting", "", "reason"], rows))
        warnings = [row for change in plan_changes(plan) for row in _warning_rows(change)]
        if warnings:
            self.stdout.write("\n" + table(["administration", "setting", "worth knowing"], warnings))

    def _print_run(self, run: RunOverview) -> None:
        self.stdout.write(f"\nRun {run.id}: {run.state_label}")
        rows = [
            [
                row.slug,
                row.state_label,
                row.counted.changes,
                row.counted.hold,
                row.proof.total if row.proof else 0,
                " ".join([row.error, *row.findings]).strip(),
            ]
            for row in run.targets
        ]
        self.stdout.write(table(["administration", "state", "changes", "held", "rows", ""], rows))
        self.stdout.write(f"Rows of daily data written: {run.business_rows_written}")

    def _print_json(self, plan: Plan, run: RunOverview | None, user: User) -> None:
        told: dict[str, Any] = {
            "plan": shape_plan(plan, plan.targets.select_related("administration")),
            "changes": shape_changes(list(plan_changes(plan))),
            "run": None,
        }
        if run is not None:
            row = SyncRun.objects.select_related("plan", "requested_by").get(pk=run.id)
            targets = row.targets.select_related("administration").prefetch_related("findings")
            told |= {"run": shape_runs([row], user)[0], "targets": shape_targets(list(targets))}
        self.stdout.write(json.dumps(told, cls=AnswerEncoder, indent=2, ensure_ascii=False))


def _page_of(run: SyncRun) -> str:
    """Where a browser watches a run."""
    path = reverse("sync:run", args=[run.administration.slug, run.pk])
    return f"{settings.BASE_URL.rstrip('/')}{path}"


def _exit_code(plan: PlanOverview, run: RunOverview | None) -> int:
    if run is not None and run.state == SyncRun.State.WAITING:
        return HELD
    if run is not None and not all(target.is_applied for target in run.targets):
        return FAILED
    differs = run is not None and any(set(target.finding_codes) - {Finding.DONE_BEFORE} for target in run.targets)
    return HELD if plan.total.hold or differs else 0


def _warning_rows(change: Change) -> list[list[str]]:
    slug = change.plan_target.administration.slug
    return [[slug, change.label, words] for words in warnings_in_words(change.kind, change.warnings)]


def _change_row(change: Change, *, undoes: bool) -> list[str]:
    kind = str(all_kinds()[change.kind].label)
    reason = why_planned(change, undoes=undoes, where=change.plan_target.administration.name)
    return [change.plan_target.administration.slug, str(Action(change.action).label), kind, change.label, reason]
