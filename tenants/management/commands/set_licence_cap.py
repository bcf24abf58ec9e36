"""`set_licence_cap`: how many sub-administrations a customer may have."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, no_translations

from tenants.mains import set_licence_cap
from tenants.management.arguments import whole_number
from tenants.management.refusals import refusals_as_exit_codes


class Command(BaseCommand):
    help = "Set how many sub-administrations a main administration may have. Exit 0 done, 2 refused."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", metavar="SLUG", help="the main administration")
        parser.add_argument(
            "licence_cap", type=whole_number, metavar="NUMBER", help="most sub-administrations; not below what exists"
        )

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        with refusals_as_exit_codes():
            main, used = set_licence_cap(slug=options["slug"], licence_cap=options["licence_cap"])
        self.stdout.write(f"{main.slug}: {used} of {main.licence_cap} sub-administrations in use")
