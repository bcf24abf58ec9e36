"""`sync_settings`: the main job in the terminal. Prints the plan; with --apply carries it out and follows it."""

import json
import sys
import uuid
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError, no_translations
from rest_framework.utils.encoders import JSONEncoder

from accounts.models import User
from settings_sync.kinds import all_kinds
from settings_sync.management.terminal import (
    BAD_ARGUMENTS,
    DOOR,
    FAILED,
    HELD,
    find_acting_user,
    find_main,
    follow_run,
    refusals_as_exit_codes,
    table,
)
from settings_sync.models import Change, Plan, SyncRun
from settings_sync.policies import POLICIES
from settings_sync.services.plan_overview import Counted, PlanOverview, show_plan
from settings_sync.services.plans import create_plan
from settings_sync.services.previewing import plan_changes
from settings_sync.services.run_overview import RunOverview
from settings_sync.services.runs import start_run
from settings_sync.shapes.answers import shape_changes, shape_plan, shape_runs, shape_targets
from settings_sync.verdicts import Action
from settings_sync.wording import reason_of

COUNTS = tuple(Counted.__dataclass_fields__)


class Command(BaseCommand):
    help = "Print what a sync would do; --apply does it. Exit 0 all in line, 1 a target failed, 2 bad arguments, 3 held"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("main", metavar="SLUG", help="the main administration")
        parser.add_argument("--to", required=True, metavar="A,B", help="the sub-administrations, by slug")
        parser.add_argument("--categories", default="", metavar="A,B", help=f"of {', '.join(_categories())}")
        parser.add_argument("--items", default="", metavar="UID,UID", help="single settings")
        parser.add_argument("--policy", action="append", default=[], metavar="NAME=VALUE", help=_policies())
        parser.add_argument("--apply", action="store_true", help="confirm the plan and follow it until it ends")
        parser.add_argument("--note", default="", help="for the people of the sub-administrations")
        parser.add_argument(
            "--as", dest="email", default="", metavar="EMAIL", help="who acts (the first administrator)"
        )
        parser.add_argument("--json", action="store_true", help="for scripts")
        parser.add_argument("--timeout", type=float, default=0, help="seconds to wait for the run (for ever)")

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        main = find_main(options["main"])
        user = find_acting_user(main, options["email"])
        with refusals_as_exit_codes():
            plan = create_plan(
                acting_user=user,
                main=main,
                targets=_listed(options["to"]),
                categories=_listed(options["categories"]),
                items=_uids(options["items"]),
                policies=_chosen_policies(options["policy"]),
            )
        found = show_plan(plan)
        if not options["json"]:
            self._print_plan(plan, found, user)
        run = self._apply(plan, user, options) if options["apply"] else None
        if options["json"]:
            self._print_json(plan, run)
        code = _exit_code(found, run)
        if code:
            sys.exit(code)

    def _apply(self, plan: Plan, user: User, options: dict[str, Any]) -> RunOverview:
        with refusals_as_exit_codes():
            run = start_run(acting_user=user, plan=plan, version=plan.version, note=options["note"], door=DOOR)
        ended = follow_run(run, user, options["timeout"])
        if not options["json"]:
            self._print_run(ended)
        return ended

    def _print_plan(self, plan: Plan, found: PlanOverview, user: User) -> None:
        self.stdout.write(f"{plan.administration.name} – {user.email} – plan {plan.pk}\n")
        counts = [[target.slug, *vars(target.counted).values()] for target in found.targets]
        self.stdout.write(table(["", *COUNTS], counts) + "\n")
        rows = [_change_row(change) for change in plan_changes(plan)]
        if rows:
            self.stdout.write(table(["administration", "action", "setting", "", "reason"], rows))

    def _print_run(self, run: RunOverview) -> None:
        self.stdout.write(f"\nRun {run.id}: {run.state_label}")
        rows = [
            [
                row.slug,
                row.state_label,
                row.counted.changes,
                row.counted.hold,
                row.proof.total if row.proof else 0,
                row.error,
            ]
            for row in run.targets
        ]
        self.stdout.write(table(["administration", "state", "changes", "held", "rows", ""], rows))
        self.stdout.write(f"Rows of daily data written: {run.business_rows_written}")

    def _print_json(self, plan: Plan, run: RunOverview | None) -> None:
        told: dict[str, Any] = {
            "plan": shape_plan(plan, plan.targets.select_related("administration")),
            "changes": shape_changes(list(plan_changes(plan))),
            "run": None,
        }
        if run is not None:
            row = SyncRun.objects.select_related("plan", "requested_by").get(pk=run.id)
            targets = row.targets.select_related("administration").prefetch_related("findings")
            told |= {"run": shape_runs([row])[0], "targets": shape_targets(list(targets))}
        self.stdout.write(json.dumps(told, cls=JSONEncoder, indent=2, ensure_ascii=False))


def _exit_code(plan: PlanOverview, run: RunOverview | None) -> int:
    if run is not None and run.succeeded < len(run.targets):
        return FAILED
    is_held = plan.total.hold or (run is not None and any(target.findings for target in run.targets))
    return HELD if is_held else 0


def _change_row(change: Change) -> list[str]:
    kind = str(all_kinds()[change.kind].label)
    reason = reason_of(change.verdict, {**change.facts, "needs_by_kind": change.kind}, change.action)
    return [change.plan_target.administration.slug, str(Action(change.action).label), kind, change.label, reason]


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _uids(text: str) -> list[uuid.UUID]:
    try:
        return [uuid.UUID(part) for part in _listed(text)]
    except ValueError:
        raise CommandError("--items takes uids, separated by commas.", returncode=BAD_ARGUMENTS) from None


def _chosen_policies(given: list[str]) -> dict[str, str]:
    chosen = dict(pair.split("=", 1) for pair in given if "=" in pair)
    if len(chosen) != len(given):
        raise CommandError("--policy takes a name and a value, each policy once: NAME=VALUE.", returncode=BAD_ARGUMENTS)
    return chosen


def _categories() -> list[str]:
    return [category.key for category in all_kinds().categories]


def _policies() -> str:
    return "; ".join(f"{name}={'|'.join(values)}" for name, values in POLICIES.items())
