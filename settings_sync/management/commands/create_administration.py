"""`create_administration`: a new sub-administration, made by a worker."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError, no_translations

from settings_sync.declaring.kinds import all_kinds
from settings_sync.management.terminal import (
    BAD_ARGUMENTS,
    find_acting_user,
    find_main,
    listed,
    refusals_as_exit_codes,
)
from tenants.administrations import create_administration


class Command(BaseCommand):
    help = "Make a sub-administration; a worker makes it. Exit 0 accepted, 2 refused."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("main", metavar="MAIN", help="the slug of the main administration")
        parser.add_argument("name", metavar="NAME")
        parser.add_argument("--slug", default="", metavar="SLUG", help="its address (made of the name)")
        parser.add_argument("--start-from", default="", metavar="A,B", help="categories of settings to start with")
        parser.add_argument(
            "--as", dest="email", default="", metavar="EMAIL", help="who acts (the first administrator)"
        )

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        main = find_main(options["main"])
        categories = listed(options["start_from"])
        known = [category.key for category in all_kinds().categories]
        if set(categories) - set(known):
            raise CommandError(f"--start-from takes categories: {', '.join(known)}.", returncode=BAD_ARGUMENTS)
        with refusals_as_exit_codes():
            made = create_administration(
                acting_user=find_acting_user(main, options["email"]),
                main=main,
                name=options["name"],
                slug=options["slug"],
                start_from=categories,
            )
        self.stdout.write(f"{made.slug}: {made.state}")
