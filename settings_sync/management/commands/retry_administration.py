"""`retry_administration`: try again to make, or to delete, an administration where that failed."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, no_translations

from settings_sync.management.terminal import find_acting_user, find_administration, refusals_as_exit_codes
from tenants.administrations import retry_provisioning


class Command(BaseCommand):
    help = "Try again to make, or to delete, an administration where that failed. Exit 0 accepted, 2 refused."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("administration", metavar="SLUG")
        parser.add_argument(
            "--as", dest="email", default="", metavar="EMAIL", help="who acts (the first administrator)"
        )

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        administration = find_administration(options["administration"])
        user = find_acting_user(administration.main, options["email"])
        with refusals_as_exit_codes():
            row = retry_provisioning(acting_user=user, administration=administration)
        self.stdout.write(f"{row.slug}: {row.state}")
