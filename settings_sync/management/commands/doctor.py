"""`doctor`: what is wrong with an installation, in sentences; `--repair` makes again what can be derived."""

import json
from argparse import ArgumentParser
from collections.abc import Iterable
from typing import Any

import psycopg
from django.core.management.base import BaseCommand, CommandError, no_translations
from django.db import OperationalError

from settings_sync.management.terminal import FAILED, find_administration
from settings_sync.services.doctor.examining import examine, examine_installation, repair, repair_installation
from settings_sync.services.doctor.faults import Fault
from settings_sync.services.doctor.logins import first_line
from tenants.models import Administration
from tenants.postgresql_backend.requirements import UnfitDatabase


class Command(BaseCommand):
    help = (
        "Look at the installation and its administrations: exit 0 when all is well, 1 when something is wrong."
        " With --repair, index, triggers and rights are made again from the rows and the code; nothing else is touched."
    )
    # Django's own checks ask the database before anything else, and would end in a traceback where it is away.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("administration", nargs="?", metavar="SLUG", help="only this administration (all)")
        parser.add_argument("--repair", action="store_true", help="make again what can be derived")
        parser.add_argument("--json", action="store_true", help="as JSON")

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found, left = self._look(options["administration"], repairs=options["repair"])
        except (OperationalError, psycopg.OperationalError) as error:
            found = left = [Fault("database-away", facts={"detail": first_line(error)})]
        except UnfitDatabase as unfit:
            found = left = [Fault("database-unfit", facts={"detail": str(unfit)})]
        repaired = [fault for fault in found if fault not in left]
        if options["json"]:
            self.stdout.write(json.dumps({"faults": _listed(left), "repaired": _listed(repaired)}, indent=2))
        else:
            self._tell(left, repaired)
        if left:
            raise CommandError(_counted(left), returncode=FAILED)

    def _look(self, slug: str | None, *, repairs: bool) -> tuple[list[Fault], list[Fault]]:
        """What is wrong, and what still is after repairing."""
        found: list[Fault] = []
        left: list[Fault] = []
        if slug is None:
            found += (faults := examine_installation())
            if repairs:
                repair_installation(faults)
                faults = examine_installation()
            left += faults
        for administration in _administrations(slug):
            found += (faults := examine(administration))
            if repairs and faults:
                repair(administration, faults)
                faults = examine(administration)
            left += faults
        return found, left

    def _tell(self, left: Iterable[Fault], repaired: Iterable[Fault]) -> None:
        for fault in repaired:
            self.stdout.write(f"repaired  {_line(fault)}")
        for fault in left:
            self.stdout.write(f"{'repair' if fault.can_be_repaired else 'wrong':8}  {_line(fault)}")
        if not left:
            self.stdout.write("All is well.")


def _administrations(slug: str | None) -> Iterable[Administration]:
    return [find_administration(slug)] if slug else Administration.objects.existing().order_by("slug").iterator()


def _line(fault: Fault) -> str:
    return f"{fault.place}: {fault.sentence}" if fault.place else fault.sentence


def _counted(left: list[Fault]) -> str:
    able = sum(fault.can_be_repaired for fault in left)
    return f"Faults: {len(left)}." + (f" With --repair {able} of them can be made right." if able else "")


def _listed(faults: Iterable[Fault]) -> list[dict[str, Any]]:
    return [
        {
            "code": fault.code,
            "administration": fault.place,
            "sentence": fault.sentence,
            "can_be_repaired": fault.can_be_repaired,
            "facts": dict(fault.facts),
        }
        for fault in faults
    ]
