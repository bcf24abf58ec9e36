"""`export_administration`: write a backup of one administration, while others work."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, no_translations

from tenants.backups.exporting import export_administration
from tenants.management.refusals import refusals_as_exit_codes


class Command(BaseCommand):
    help = "Write a backup of one administration to a new file. Exit codes: 0 done, 1 failed, 2 refused."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", metavar="SLUG", help="the administration")
        parser.add_argument("--to", type=Path, required=True, metavar="FILE", help="a file that is not there yet")

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        with refusals_as_exit_codes():
            done = export_administration(slug=options["slug"], path=options["to"])
        self.stdout.write(
            f"Saved {done.administration.name} ({done.administration.slug}): {done.rows} rows of {done.tables} tables"
            f" in {options['to']}."
        )
