"""`manage.py migrate_administrations`: every schema to the head."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, no_translations

from tenants.management.refusals import missing_dump_as_exit_code
from tenants.migrating import migrate_everything


class Command(BaseCommand):
    help = (
        "Migrate the shared schema, the template and every administration; those at the head are skipped. One that"
        " fails is named and keeps no other from being done. Exit codes: 0 all at the head, 1 something failed."
    )

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        with missing_dump_as_exit_code():
            done = migrate_everything(report=self._begin)
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
