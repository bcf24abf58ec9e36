"""`delete_administration`: a sub-administration goes, with everything in it."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, no_translations

from settings_sync.management.terminal import find_acting_user, find_administration, refusals_as_exit_codes
from tenants.administrations import delete_administration


class Command(BaseCommand):
    help = "Delete a sub-administration with everything in it; a worker does. Exit 0 accepted, 2 refused."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("administration", metavar="SLUG")
        parser.add_argument("--confirm", default="", metavar="SLUG", help="the address again (asked)")
        parser.add_argument(
            "--as", dest="email", default="", metavar="EMAIL", help="who acts (the first administrator)"
        )

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        administration = find_administration(options["administration"])
        user = find_acting_user(administration.main, options["email"])
        confirm = options["confirm"]
        if not confirm and sys.stdin.isatty():
            confirm = input(f"Everything in {administration.name} is lost. Type its address: ").strip()
        with refusals_as_exit_codes():
            row = delete_administration(acting_user=user, administration=administration, confirm=confirm)
        self.stdout.write(f"{row.slug}: {row.state}")
