"""`list_runs`: the history of a main administration, latest first."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, no_translations

from settings_sync.management.terminal import find_acting_user, find_main, table
from settings_sync.services.runs.run_overview import RunLine, list_runs


class Command(BaseCommand):
    help = "List the runs of a main administration."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("main", metavar="SLUG", help="the main administration")
        parser.add_argument(
            "--as", dest="email", default="", metavar="EMAIL", help="who looks (the first administrator)"
        )

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        main = find_main(options["main"])
        page = list_runs(acting_user=find_acting_user(main, options["email"]), main=main)
        head = ["run", "started", "state", "administrations", "failed", "changes", "by", "note"]
        self.stdout.write(table(head, [_row(line) for line in page.object_list]))


def _row(line: RunLine) -> list[object]:
    at = line.created_at.strftime("%Y-%m-%d %H:%M")
    note = line.note.split("\n")[0][:60]
    return [
        line.id, at, line.state_label, line.administrations, line.failed, line.counted.changes, line.requested_by, note
    ]  # fmt: skip
