"""`manage.py migrate_administrations`: every schema to the head."""

from typing import Any

from django.core.management.base import BaseCommand

from tenants.migrating import migrate_everything


class Command(BaseCommand):
    help = "Migrate the shared schema, the template and every administration; those at the head are skipped."

    def handle(self, *args: Any, **options: Any) -> None:
        done = migrate_everything(report=lambda line: self.stdout.write(f"  {line}"))
        self.stdout.write(f"Migrated {done.migrated} administrations; {done.skipped} were at the head already.")
