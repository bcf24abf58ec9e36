"""`decide_approval`: approve or reject a run that waits for the word of somebody else."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError, no_translations

from settings_sync.management.terminal import BAD_ARGUMENTS, find_acting_user, find_run, refusals_as_exit_codes
from settings_sync.services.approvals.approvals import approve, find_approval, reject


class Command(BaseCommand):
    help = "Approve or reject a run that waits for that. Exit 0 done, 2 refused, such as for who asked it themselves."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("run", metavar="ID")
        parser.add_argument("--as", dest="email", required=True, metavar="EMAIL", help="who says so")
        parser.add_argument("--reason", required=True, help="their word on it")
        parser.add_argument("--reject", action="store_true", help="end it, and change nothing")

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        run = find_run(options["run"])
        user = find_acting_user(run.administration, options["email"])
        waits = getattr(run, "approval", None)
        approval = waits and find_approval(acting_user=user, main=run.administration, approval_id=waits.pk)
        if not approval:
            raise CommandError("Nothing waits there that this user may look at.", returncode=BAD_ARGUMENTS)
        with refusals_as_exit_codes():
            service = reject if options["reject"] else approve
            run = service(acting_user=user, approval=approval, reason=options["reason"])
        self.stdout.write(f"{run.pk}: {run.get_state_display()}")
