"""`steer_rings`: the rings of a run, and pausing them, letting them go on, or approving one."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError, no_translations

from settings_sync.management.terminal import BAD_ARGUMENTS, find_acting_user, find_run, refusals_as_exit_codes, table
from settings_sync.services.runs.run_overview import show_run
from settings_sync.services.standing.ring_overview import Ring, show_rings
from settings_sync.services.standing.steering import approve_ring, pause_rings, resume_rings


class Command(BaseCommand):
    help = "Show the rings of a run; pause them, let them go on, or approve one. Exit 0 done, 2 refused."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("run", metavar="ID")
        parser.add_argument(
            "--as", dest="email", default="", metavar="EMAIL", help="who acts (the first administrator)"
        )
        parser.add_argument("--reason", default="", metavar="TEXT", help="what is said of it, kept in the trail")
        wanted = parser.add_mutually_exclusive_group()
        wanted.add_argument("--pause", action="store_true", help="let nothing more begin")
        wanted.add_argument("--resume", action="store_true", help="let them go on")
        wanted.add_argument("--approve", type=int, metavar="RING", help="let this ring begin, which waits for that")

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        run = find_run(options["run"])
        user = find_acting_user(run.administration, options["email"])
        with refusals_as_exit_codes():
            if options["pause"]:
                run = pause_rings(acting_user=user, run=run, reason=options["reason"])
            elif options["resume"]:
                run = resume_rings(acting_user=user, run=run, reason=options["reason"])
            elif options["approve"] is not None:
                number = options["approve"]
                run = approve_ring(acting_user=user, run=run, number=number, reason=options["reason"])
        run.refresh_from_db()
        picture = show_rings(acting_user=user, run=run, overview=show_run(acting_user=user, run=run))
        if picture is None:
            raise CommandError("This run has no rings.", returncode=BAD_ARGUMENTS)
        head = ["ring", "who", "state", "all", "done", "wrong", "busy", "begins"]
        self.stdout.write(table(head, map(_row, picture.rings)))
        self.stdout.write(f"{picture.stop}{' Paused.' if picture.is_paused else ''}")


def _row(ring: Ring) -> list[object]:
    begins = f"{ring.started_at:%Y-%m-%d %H:%M}" if ring.started_at else ring.rule
    if ring.opens_at:
        begins = f"{ring.opens_at:%Y-%m-%d %H:%M}"
    elif ring.asks:
        begins = "waits for approval"
    return [ring.number, ring.who, ring.state_label, ring.total, ring.done, ring.wrong, ring.busy, begins]
