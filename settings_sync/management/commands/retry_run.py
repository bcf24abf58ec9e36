"""`retry_run`: queue the failed and cancelled targets of a run again."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, no_translations

from settings_sync.management.terminal import find_acting_user, find_run, listed, refusals_as_exit_codes
from settings_sync.services.runs.runs import retry_run


class Command(BaseCommand):
    help = (
        "Queue the failed and cancelled targets of a run again. What a later run has decided there stays. Exit 0"
        " accepted, 2 refused, such as for a run that was taken back since, as long as that is not confirmed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("run", metavar="ID")
        parser.add_argument("--to", default="", metavar="A,B", help="only these administrations (all of them)")
        parser.add_argument("--confirm", default="", metavar="PHRASE", help="for a run that was taken back since")
        parser.add_argument(
            "--as", dest="email", default="", metavar="EMAIL", help="who acts (the first administrator)"
        )

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        run = find_run(options["run"])
        user = find_acting_user(run.administration, options["email"])
        with refusals_as_exit_codes():
            run = retry_run(acting_user=user, run=run, targets=listed(options["to"]), confirmation=options["confirm"])
        self.stdout.write(f"{run.pk}: {run.get_state_display()}")
