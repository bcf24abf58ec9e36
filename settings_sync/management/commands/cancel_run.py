"""`cancel_run`: stop what no worker has started yet; what is busy finishes."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, no_translations

from settings_sync.management.terminal import find_acting_user, find_run, refusals_as_exit_codes
from settings_sync.services.runs.runs import cancel_run


class Command(BaseCommand):
    help = "Stop what no worker has started yet; what is busy finishes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("run", metavar="ID")
        parser.add_argument(
            "--as", dest="email", default="", metavar="EMAIL", help="who acts (the first administrator)"
        )

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        run = find_run(options["run"])
        user = find_acting_user(run.administration, options["email"])
        with refusals_as_exit_codes():
            run = cancel_run(acting_user=user, run=run)
        self.stdout.write(f"{run.pk}: {run.get_state_display()}")
