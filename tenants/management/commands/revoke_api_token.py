"""`revoke_api_token`: end a key of another system now."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, no_translations

from tenants.management.refusals import refusals_as_exit_codes
from tenants.tokens import revoke_by_beginning


class Command(BaseCommand):
    help = "End an API token now. list_api_tokens tells how tokens begin. Exit 0 done, 2 refused."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("beginning", metavar="BEGINNING", help="how the token begins; the rest is not looked at")
        parser.add_argument("--administration", metavar="SLUG", required=True, help="a main administration")

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        with refusals_as_exit_codes():
            token = revoke_by_beginning(administration=options["administration"], beginning=options["beginning"])
        self.stdout.write(f"{token.prefix}… of {token.user.email} does not work any more.")
