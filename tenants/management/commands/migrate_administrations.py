"""`manage.py migrate_administrations`: every schema to the head."""

import os
from typing import Any

from django.core.checks import Tags
from django.core.management.base import BaseCommand, CommandError, CommandParser, no_translations

from tenants.management.arguments import whole_number
from tenants.management.refusals import missing_dump_as_exit_code
from tenants.migrating import migrate_everything

AT_ONCE = 4


class Command(BaseCommand):
    help = (
        "Migrate the shared schema, the template and every administration; those at the head are skipped. One that"
        " fails is named and keeps no other from being done. Exit codes: 0 all at the head, 1 something failed."
    )
    # The others read every page and every address, which takes longer than to find nothing to migrate.
    requires_system_checks = (Tags.models, Tags.database)

    def add_arguments(self, parser: CommandParser) -> None:
        usual = min(AT_ONCE, os.cpu_count() or 1)
        text = f"how many administrations are migrated at once ({usual}); other processes may be at it as well"
        parser.add_argument("--at-once", type=whole_number, default=usual, metavar="N", help=text)

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        with missing_dump_as_exit_code():
            done = migrate_everything(report=self._begin, at_once=options["at_once"])
        self.stdout.write(f"Migrated {done.migrated} administrations; {done.skipped} were at the head already.")
        for unfinished in done.unfinished:
            self.stdout.write(f"Not migrated, for it is not finished: {unfinished}")
        if done.failed:
            failed = "\n".join(f"  {one}" for one in done.failed)
            raise CommandError(f"{len(done.failed)} could not be migrated; the others are done:\n{failed}")

    def _begin(self, line: str) -> None:
        # At once: of a run that is killed one wants to know in which administration it was.
        self.stdout.write(f"  {line}")
        self.stdout.flush()
