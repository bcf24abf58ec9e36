"""`undo_run`: print what taking a run back would do; with --apply take it back and follow that."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import no_translations

from settings_sync.management.plan_command import PlanCommand
from settings_sync.management.terminal import find_acting_user, find_run, listed, refusals_as_exit_codes
from settings_sync.services.undos.undoing import create_undo_plan


class Command(PlanCommand):
    help = "Print what taking a run back would do; --apply does it. Exit codes as of sync_settings."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("run", metavar="ID")
        parser.add_argument("--to", default="", metavar="A,B", help="only these sub-administrations, by slug")
        super().add_arguments(parser)

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        run = find_run(options["run"])
        user = find_acting_user(run.administration, options["email"])
        with refusals_as_exit_codes():
            plan = create_undo_plan(acting_user=user, run=run, targets=listed(options["to"]))
        self.carry_out(plan, user, options)
