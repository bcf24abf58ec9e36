"""`export_settings`: an administration's settings as files, one each, for git and for other systems."""

import uuid
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, no_translations

from settings_sync.management.terminal import (
    BAD_ARGUMENTS,
    find_acting_user,
    find_administration,
    listed,
    refusals_as_exit_codes,
)
from settings_sync.services.exchange.exchange import export_settings
from settings_sync.services.exchange.folders import FolderRefused, write_folder


class Command(BaseCommand):
    help = "Write one readable file per setting to a folder; what did not change is not written"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("administration", metavar="SLUG", help="whose settings")
        parser.add_argument("--to", required=True, metavar="DIR", help="the folder; it is made where it is missing")
        parser.add_argument("--items", default="", metavar="UID,UID", help="these alone, with all that they need")
        parser.add_argument(
            "--as", dest="email", default="", metavar="EMAIL", help="who does it (default: its administrator)"
        )

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        administration = find_administration(options["administration"])
        user = find_acting_user(administration, options["email"])
        with refusals_as_exit_codes(administration):
            settings = export_settings(acting_user=user, administration=administration, items=_uids(options["items"]))
        try:
            done = write_folder(Path(options["to"]), settings)
        except (FolderRefused, OSError) as refused:
            raise CommandError(str(refused), returncode=BAD_ARGUMENTS) from None
        self.stdout.write(f"{done.written} written, {done.unchanged} unchanged, {done.removed} removed.")


def _uids(text: str) -> list[uuid.UUID]:
    try:
        return [uuid.UUID(part) for part in listed(text)]
    except ValueError:
        raise CommandError("--items takes uids, separated by commas.", returncode=BAD_ARGUMENTS) from None
