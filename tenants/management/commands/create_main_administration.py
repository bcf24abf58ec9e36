"""`create_main_administration`: a new customer, with the account of who runs it."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, no_translations
from django.core.validators import validate_email

from tenants.mains import LICENCE_CAP, create_main_administration
from tenants.management.arguments import whole_number
from tenants.management.refusals import REFUSED, refusals_as_exit_codes


class Command(BaseCommand):
    help = "Make a main administration and the account of who runs it. A worker makes it. Exit 0 accepted, 2 refused."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", metavar="NAME")
        parser.add_argument("--administrator", metavar="EMAIL", required=True, help="who runs it, and lets others in")
        parser.add_argument("--slug", default="", metavar="SLUG", help="its address (made of the name)")
        parser.add_argument(
            "--licence-cap",
            type=whole_number,
            default=LICENCE_CAP,
            metavar="N",
            help=f"most sub-administrations ({LICENCE_CAP})",
        )

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        try:
            validate_email(options["administrator"])
        except ValidationError:
            raise CommandError(f"{options['administrator']} is no e-mail address.", returncode=REFUSED) from None
        with refusals_as_exit_codes():
            made, is_new = create_main_administration(
                **{key: options[key] for key in ("name", "administrator", "slug", "licence_cap")}
            )
        self.stdout.write(f"{made.slug}: {made.state}")
        if is_new:
            self.stdout.write(f"Give the account a password: manage.py changepassword {options['administrator']}")
