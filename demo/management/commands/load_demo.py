"""`load_demo`: the demo's companies, made once, and the accounts to look at them with."""

from typing import Any

from django.core.management.base import BaseCommand

from tenants.management.refusals import missing_dump_as_exit_code

from ...companies import ACCOUNTS, PASSWORD
from ...loading import load_demo


class Command(BaseCommand):
    requires_system_checks: list[str] = []
    help = "Load the demo unless it is there already, and print its accounts."

    def handle(self, **options: Any) -> None:
        with missing_dump_as_exit_code():
            load_demo()
        self.stdout.write(f'Demo accounts, all with the password "{PASSWORD}":')
        width = max(len(account.email) for account in ACCOUNTS.values())
        for account in ACCOUNTS.values():
            self.stdout.write(f"  {account.email:<{width}}  {account.about}")
