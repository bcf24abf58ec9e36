"""`prune_runs`: remove what taking runs back needs, once it was kept long enough."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from settings_sync.management.terminal import BAD_ARGUMENTS
from settings_sync.services.runs.pruning import KEPT_DAYS, prune
from tenants.management.arguments import whole_number

MOST_DAYS = 36_500


class Command(BaseCommand):
    help = (
        "Remove former documents, expired previews and unused snapshots of so many days ago. Runs and the trail stay;"
        " runs from before cannot be taken back any more."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--days", type=whole_number, default=KEPT_DAYS, help=f"keep so many days ({KEPT_DAYS})")

    def handle(self, *args: Any, **options: Any) -> None:
        if not 1 <= options["days"] <= MOST_DAYS:
            raise CommandError(f"Keep at least 1 day, and at most {MOST_DAYS}.", returncode=BAD_ARGUMENTS)
        pruned = prune(days=options["days"])
        self.stdout.write(f"Previews removed: {pruned.plans}")
        self.stdout.write(f"Runs that can no longer be taken back: {pruned.runs}")
        self.stdout.write(f"Snapshots removed: {pruned.snapshots}")
        self.stdout.write(f"Documents removed: {pruned.documents}")
