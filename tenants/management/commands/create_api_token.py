"""`create_api_token`: a key for another system, shown once."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError, no_translations

from accounts.models import Scope
from tenants.exceptions import AdministrationError
from tenants.management.arguments import whole_number
from tenants.tokens import LIFETIME_DAYS, create_api_token


class Command(BaseCommand):
    help = "Print a new API token, once, alone on a line."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", metavar="EMAIL", help="the user the token acts for")
        parser.add_argument("--administration", metavar="SLUG", required=True, help="a main administration")
        parser.add_argument("--scopes", metavar="A,B", required=True, help=", ".join(Scope.values))
        parser.add_argument("--name", default="", help="what it is for, to recognise it later")
        parser.add_argument(
            "--days", type=whole_number, default=LIFETIME_DAYS, help=f"how long it lives ({LIFETIME_DAYS})"
        )

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        scopes = [scope.strip() for scope in options["scopes"].split(",") if scope.strip()]
        try:
            _token, secret = create_api_token(
                email=options["email"],
                administration=options["administration"],
                scopes=scopes,
                name=options["name"][:100],
                days=options["days"],
            )
        except AdministrationError as refusal:
            raise CommandError(str(refusal), returncode=2) from None
        self.stdout.write(secret)
