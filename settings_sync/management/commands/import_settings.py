"""`import_settings`: files of settings into an administration. Prints the plan; --apply does it, all or nothing."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, no_translations

from settings_sync.management.terminal import (
    BAD_ARGUMENTS,
    FAILED,
    find_acting_user,
    find_administration,
    refusals_as_exit_codes,
    table,
)
from settings_sync.services.exchange.exchange import Given, Imported, Outcome, import_settings
from settings_sync.services.exchange.folders import FolderRefused, FoundFile, read_folder


class Command(BaseCommand):
    help = (
        "Print what importing a folder of settings would do; --apply does it, in one transaction."
        " Exit 0 when every file can be imported, 1 when one is refused, 2 bad arguments"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("administration", metavar="SLUG", help="where the settings come in")
        parser.add_argument("--from", dest="folder", required=True, metavar="DIR", help="what export_settings wrote")
        parser.add_argument("--apply", action="store_true", help="do it, unless a file is refused")
        parser.add_argument(
            "--as", dest="email", default="", metavar="EMAIL", help="who does it (default: its administrator)"
        )

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        administration = find_administration(options["administration"])
        user = find_acting_user(administration, options["email"])
        try:
            files = read_folder(Path(options["folder"]))
        except (FolderRefused, OSError) as refused:
            raise CommandError(str(refused), returncode=BAD_ARGUMENTS) from None
        unusable = [found for found in files if found.reason and not found.is_left_alone] + _doubled(files)
        left_alone = [found for found in files if found.is_left_alone]
        given = [Given(found.name, found.setting) for found in files if found.setting]
        with refusals_as_exit_codes(administration):
            imported = import_settings(
                acting_user=user,
                administration=administration,
                given=given,
                # What cannot be read may be what the rest belongs to.
                apply=options["apply"] and not unusable,
            )
        self._tell(imported, unusable, left_alone)
        if unusable or imported.count(Outcome.REFUSED):
            raise CommandError("Nothing was imported: see what is refused.", returncode=FAILED)
        if not imported.is_applied:
            self.stdout.write("Nothing is done yet; --apply does it.")

    def _tell(self, imported: Imported, unusable: list[FoundFile], left_alone: list[FoundFile]) -> None:
        rows = [[row.outcome.value, row.name, "; ".join(row.reasons)] for row in imported.rows]
        rows = [row for row in rows if row[0] != Outcome.UNCHANGED]
        rows += [[Outcome.REFUSED.value, found.name, found.reason] for found in unusable]
        rows += [["left alone", found.name, found.reason] for found in left_alone]
        if rows:
            self.stdout.write(table(["", "file", ""], rows))
        counts = [f"{imported.count(outcome)} {outcome.value}" for outcome in Outcome if outcome != Outcome.REFUSED]
        refused = imported.count(Outcome.REFUSED) + len(unusable)
        self.stdout.write(", ".join([*counts, f"{refused} refused"]) + ".")


def _doubled(files: list[FoundFile]) -> list[FoundFile]:
    """Files whose setting another file before them holds as well."""
    first: dict[tuple[str, Any], str] = {}
    doubled = []
    for found in files:
        if found.setting is not None:
            name = first.setdefault((found.setting.kind, found.setting.uid), found.name)
            if name != found.name:
                doubled.append(FoundFile(found.name, reason=f"{name} holds this setting already."))
    return doubled
