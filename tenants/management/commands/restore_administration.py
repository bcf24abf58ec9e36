"""`restore_administration`: put a backup back, as a new administration or in the place of the one it was made of."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, no_translations

from tenants.backups.restoring import Restored, replace_administration, restore_administration
from tenants.management.refusals import refusals_as_exit_codes


class Command(BaseCommand):
    help = (
        "Make a new administration of a backup, or with --replace put it in the place of the one that it was made of."
        " All of it or none. Exit codes: 0 done, 1 failed, 2 refused; then nothing was changed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="what export_administration wrote")
        parser.add_argument("--slug", default="", metavar="SLUG", help="its address here (the one in the backup)")
        parser.add_argument("--main", default="", metavar="SLUG", help="of what it becomes part (its own main)")
        parser.add_argument("--replace", action="store_true", help="in the place of what stands there now")
        parser.add_argument("--confirm", default="", metavar="SLUG", help="with --replace: the address again (asked)")

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        if options["replace"] and options["main"]:
            raise CommandError("With --replace it stays part of what it is part of: leave --main out.", returncode=2)
        with refusals_as_exit_codes():
            done = self._replace(**options) if options["replace"] else self._restore(**options)
        self.stdout.write(
            f"Restored {done.administration.name} ({done.administration.slug}): {done.rows} rows of {done.tables}"
            " tables, each equal to what was saved."
        )

    def _restore(self, *, file: Path, slug: str, main: str, **_options: Any) -> Restored:
        done = restore_administration(path=file, slug=slug, main=main)
        self.stdout.write(f"People who may enter: {done.access.people}")
        for email in done.access.left_out:
            self.stdout.write(f"May not enter, for there is no such account or role here: {email}")
        return done

    def _replace(self, *, file: Path, slug: str, confirm: str, **_options: Any) -> Restored:
        if not confirm and sys.stdin.isatty():
            confirm = input("Everything that stands there now is lost. Type the address of the administration: ")
        return replace_administration(path=file, slug=slug, confirm=confirm.strip())
