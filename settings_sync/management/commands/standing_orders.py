"""`standing_orders`: the standing orders of a main administration, and pausing, resuming or trying one."""

import uuid
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError, no_translations

from accounts.models import User
from settings_sync.management.terminal import (
    BAD_ARGUMENTS,
    find_acting_user,
    find_main,
    follow_plan,
    refusals_as_exit_codes,
    table,
)
from settings_sync.models import OrderMoment, PlanTarget, StandingOrder
from settings_sync.services.rollouts.reading import read_rings
from settings_sync.services.standing.outlook import last_moments, next_moment
from settings_sync.services.standing.standing_orders import list_orders, pause_order, resume_order, try_order
from settings_sync.services.standing.timetables import database_now
from settings_sync.wording.order_wording import when_in_words
from settings_sync.wording.ring_wording import rings_in_words
from tenants.models import Administration


class Command(BaseCommand):
    help = "List standing orders, or pause, resume or try one by its name or id. Exit 0 done, 1 no plan, 2 refused."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("main", metavar="SLUG", help="the main administration")
        parser.add_argument(
            "--as", dest="email", default="", metavar="EMAIL", help="who acts (the first administrator)"
        )
        wanted = parser.add_mutually_exclusive_group()
        wanted.add_argument("--pause", metavar="ORDER", help="let nothing of it begin any more")
        wanted.add_argument("--resume", metavar="ORDER", help="switch it on again")
        wanted.add_argument("--try", dest="tried", metavar="ORDER", help="make the plan of what it would do now")

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        main = find_main(options["main"])
        user = find_acting_user(main, options["email"])
        if options["tried"]:
            self._try(user, _find(user, main, options["tried"]))
        elif options["pause"] or options["resume"]:
            service = pause_order if options["pause"] else resume_order
            with refusals_as_exit_codes():
                order = service(acting_user=user, order=_find(user, main, options["pause"] or options["resume"]))
            self.stdout.write(f"{order.name}: {order.get_state_display()}")
        else:
            self._list(list(list_orders(acting_user=user, main=main)))

    def _try(self, user: User, order: StandingOrder) -> None:
        with refusals_as_exit_codes(order.administration):
            plan = try_order(acting_user=user, order=order)
        follow_plan(plan)
        self.stdout.write(f"Plan {plan.pk}; nothing was started.")
        rows = [
            [target.administration.slug, _counted(target)] for target in plan.targets.select_related("administration")
        ]
        self.stdout.write(table(["administration", "would do"], rows))

    def _list(self, orders: list[StandingOrder]) -> None:
        last = last_moments(orders)
        now = database_now()
        head = ["order", "name", "state", "when", "rings", "next", "last"]
        self.stdout.write(table(head, [_row(order, last.get(order.pk), now) for order in orders]))


def _find(user: User, main: Administration, named: str) -> StandingOrder:
    orders = list_orders(acting_user=user, main=main)
    try:
        found = orders.filter(pk=uuid.UUID(named)).first()
    except ValueError:
        found = orders.filter(name__iexact=named).first()
    if found is None:
        raise CommandError(f"There is no standing order “{named}” that this user may see.", returncode=BAD_ARGUMENTS)
    return found


def _counted(target: PlanTarget) -> str:
    return ", ".join(f"{number} {word}" for word, number in target.counts.items() if number) or "nothing"


def _row(order: StandingOrder, last: OrderMoment | None, now: Any) -> list[object]:
    comes = next_moment(order, now)
    came = ""
    if last is not None:
        came = f"{last.moment:%Y-%m-%d %H:%M} {last.run.get_state_display() if last.run else last.get_state_display()}"
    return [
        order.pk,
        order.name,
        f"{order.get_state_display()}{': ' if order.why else ''}{order.why}",
        when_in_words(order.when),
        rings_in_words(read_rings(order.rings)) or "all at once",
        f"{comes:%Y-%m-%d %H:%M}" if comes else "–",
        came or "–",
    ]
