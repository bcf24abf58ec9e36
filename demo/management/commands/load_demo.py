"""`load_demo`: the demo's companies, made once, and the accounts to look at them with."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants.management.refusals import missing_dump_as_exit_code

from ...companies import ACCOUNTS, PASSWORD
from ...fleet import FLEET_ACCOUNTS, MOST, USUAL
from ...loading import load_demo, load_fleet


class Command(BaseCommand):
    requires_system_checks: list[str] = []
    help = "Load the demo unless it is there already, and print its accounts."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--fleet",
            action="store_true",
            help="also a customer with 40 administrations in 4 groups, and a week of 60 deviations",
        )
        parser.add_argument(
            "--administrations",
            type=int,
            default=USUAL,
            metavar="N",
            help=f"as many administrations in place of the 40, from 40 up to and including {MOST}",
        )

    def handle(self, **options: Any) -> None:
        number = options["administrations"]
        if not USUAL <= number <= MOST:
            raise CommandError(f"Ask for {USUAL} up to and including {MOST} administrations, not {number}.")
        if number != USUAL and not options["fleet"]:
            raise CommandError("--administrations goes with --fleet.")
        with missing_dump_as_exit_code():
            load_demo()
            if options["fleet"]:
                load_fleet(lambda done: self.stdout.write(f"  {done}"), number)
        accounts = {**ACCOUNTS, **(FLEET_ACCOUNTS if options["fleet"] else {})}
        self.stdout.write(f'Demo accounts, all with the password "{PASSWORD}":')
        width = max(len(account.email) for account in accounts.values())
        for account in accounts.values():
            self.stdout.write(f"  {account.email:<{width}}  {account.about}")
