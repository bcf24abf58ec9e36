"""`sync_settings`: the main job in the terminal. Prints the plan; with --apply carries it out and follows it."""

import uuid
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError, no_translations

from settings_sync.declaring.kinds import all_kinds
from settings_sync.management.plan_command import PlanCommand
from settings_sync.management.terminal import (
    BAD_ARGUMENTS,
    find_acting_user,
    find_main,
    listed,
    refusals_as_exit_codes,
)
from settings_sync.planning.policies import POLICIES
from settings_sync.services.plans.plans import create_plan


class Command(PlanCommand):
    help = "Print what a sync would do; --apply does it. Exit 0 all in line, 1 a target failed, 2 bad arguments, 3 held"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("main", metavar="SLUG", help="the main administration")
        parser.add_argument("--to", required=True, metavar="A,B", help="the sub-administrations, by slug")
        parser.add_argument("--categories", default="", metavar="A,B", help=f"of {', '.join(_categories())}")
        parser.add_argument("--items", default="", metavar="UID,UID", help="single settings")
        parser.add_argument("--policy", action="append", default=[], metavar="NAME=VALUE", help=_policies())
        super().add_arguments(parser)

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        main = find_main(options["main"])
        user = find_acting_user(main, options["email"])
        with refusals_as_exit_codes():
            plan = create_plan(
                acting_user=user,
                main=main,
                targets=listed(options["to"]),
                categories=listed(options["categories"]),
                items=_uids(options["items"]),
                policies=_chosen_policies(options["policy"]),
            )
        self.carry_out(plan, user, options)


def _uids(text: str) -> list[uuid.UUID]:
    try:
        return [uuid.UUID(part) for part in listed(text)]
    except ValueError:
        raise CommandError("--items takes uids, separated by commas.", returncode=BAD_ARGUMENTS) from None


def _chosen_policies(given: list[str]) -> dict[str, str]:
    chosen = dict(pair.split("=", 1) for pair in given if "=" in pair)
    if len(chosen) != len(given):
        raise CommandError("--policy takes a name and a value, each policy once: NAME=VALUE.", returncode=BAD_ARGUMENTS)
    return chosen


def _categories() -> list[str]:
    return [category.key for category in all_kinds().categories]


def _policies() -> str:
    return "; ".join(f"{name}={'|'.join(values)}" for name, values in POLICIES.items())
