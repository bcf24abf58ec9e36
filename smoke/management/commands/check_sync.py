"""`check_sync`: one real sync through the running web server and worker, verified; what `./dev up --check` runs."""

import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from settings_sync.services.doctor.starting import refuse_unfit_database
from smoke.real_sync import CannotRehearse, CheckFailed, PageNotAsExpected, Place, Rehearsal


class Command(BaseCommand):
    help = "Run one real sync through the running web server and worker, and verify it. Exit 0 when all checks hold."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--base-url", default=settings.BASE_URL, help="where the pages are")
        parser.add_argument("--main", default="van-dijk", metavar="SLUG", help="the main administration (van-dijk)")
        parser.add_argument("--email", default="beheerder@van-dijk.example", help="who signs in")
        parser.add_argument("--password", default="demo", help="with which password (that of the demo)")
        parser.add_argument("--timeout", type=float, default=60, help="seconds to wait for a run (60)")

    def handle(self, *args: Any, **options: Any) -> None:
        place = Place(**{name: options[name] for name in ("base_url", "main", "email", "password", "timeout")})
        started = time.monotonic()
        refuse_unfit_database()
        try:
            Rehearsal(place, lambda what: self.stdout.write(f"ok      {what}")).run()
        except CannotRehearse as error:
            raise CommandError(str(error), returncode=2) from None
        except (CheckFailed, PageNotAsExpected, OSError) as error:
            raise CommandError(f"FAILED  {error}", returncode=1) from None
        self.stdout.write(f"All checks hold ({time.monotonic() - started:.1f} s).")
