"""`show_trends`: how far a main administration was in line week by week, and how long publishing took."""

from argparse import ArgumentParser
from collections.abc import Iterable
from typing import Any

from django.core.management.base import BaseCommand, CommandError, no_translations

from settings_sync.management.terminal import BAD_ARGUMENTS, find_acting_user, find_main, table
from settings_sync.models import Package
from settings_sync.permissions import may_see_administrations
from settings_sync.services.administrations.days import WEEKS, Week
from settings_sync.services.trends.reading import Pace, Part, Sights, find_sights, read_trends
from settings_sync.shapes.trends import MOST_WEEKS
from settings_sync.wording.lengths import about_in_words


class Command(BaseCommand):
    help = "Print how far a main administration was in line over time. Exit 0, or 2 for bad arguments."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("main", metavar="SLUG", help="the main administration")
        parser.add_argument("--as", dest="email", default="", metavar="EMAIL", help="who looks (first administrator)")
        parser.add_argument("--group", default="", help="of one group alone")
        parser.add_argument("--package", default="", metavar="NAME", help="of one package alone")
        parser.add_argument("--weeks", type=int, default=WEEKS, help=f"how many, up to {MOST_WEEKS} ({WEEKS})")

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        main = find_main(options["main"])
        user = find_acting_user(main, options["email"])
        if not may_see_administrations(user, main):
            raise CommandError("This user may not see the administrations.", returncode=BAD_ARGUMENTS)
        if not 1 <= options["weeks"] <= MOST_WEEKS:
            raise CommandError(f"--weeks is a number from 1 to {MOST_WEEKS}.", returncode=BAD_ARGUMENTS)
        sights = find_sights(user, main)
        if options["group"] and options["group"] not in sights.groups:
            raise CommandError(f"There is no group “{options['group']}”.", returncode=BAD_ARGUMENTS)
        package = _package(sights, options["package"])
        trends = read_trends(main, sights, group=options["group"], package=package, weeks=options["weeks"])
        head = ["week until", "in line", "settings", "administrations", "published in", "inbox", "approvals"]
        rows = [
            [
                row.aligned.ends_on,
                *_standing(row.aligned),
                _took(row.pace),
                *map(_known, (row.waiting.deviations, row.waiting.approvals)),
            ]
            for row in trends.rows
        ]
        self.stdout.write(table(head, rows))
        self._parts("group", trends.groups)
        self._parts("package", trends.packages)

    def _parts(self, name: str, parts: Iterable[Part]) -> None:
        rows = [[part.name, *_standing(part.now), _took(part.pace)] for part in parts]
        if rows:
            self.stdout.write("")
            self.stdout.write(table([name, "in line", "settings", "administrations", "published in"], rows))


def _package(sights: Sights, name: str) -> Package | None:
    if not name:
        return None
    found = next((row for row in sights.packages if row.name.casefold() == name.casefold()), None)
    if found is None:
        raise CommandError(f"There is no package “{name}” that this user may see.", returncode=BAD_ARGUMENTS)
    return found


def _standing(week: Week) -> list[str]:
    if week.percent is None:
        return ["–", "–", "–"]
    entirely = f"{week.administrations_in_line} of {week.administrations}"
    return [f"{week.percent} %", f"{week.in_line} of {week.total}", entirely]


def _took(pace: Pace | None) -> str:
    return f"{about_in_words(pace.median)} – {about_in_words(pace.slowest)}" if pace else "–"


def _known(number: int | None) -> str:
    return "–" if number is None else str(number)
