"""`manage.py run_reaper`: the process that sees to it that everything accepted ends."""

import logging
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, InterfaceError, close_old_connections

from settings_sync.services.doctor.rounds import look_at_one
from settings_sync.services.doctor.starting import refuse_at_start
from settings_sync.services.targets.reaping import reap

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Wake workers for everything that is open, every few seconds. Needs the database; the broker may be away."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="Do one round and stop.")

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_at_start()
        stopping = threading.Event()

        def stop(number: int, frame: FrameType | None) -> None:
            stopping.set()
            signal.setitimer(signal.ITIMER_REAL, settings.SHUTDOWN_SECONDS)

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        signal.signal(signal.SIGALRM, _give_back)
        while not stopping.is_set():
            self._round(stopping.is_set)
            if options["once"]:
                return
            stopping.wait(settings.REAPER_INTERVAL_SECONDS)

    def _round(self, must_stop: Callable[[], bool]) -> None:
        close_old_connections()
        try:
            reap(must_stop)
            if not must_stop():
                look_at_one()
        except (DatabaseError, InterfaceError) as error:
            logger.warning("The database is away (%s); trying again.", error)
        except Exception:
            logger.exception("A round of the reaper failed; the next one comes.")


def _give_back(number: int, frame: FrameType | None) -> None:
    """What it is busy with takes too long to be finished before stopping: it is rolled back and given back."""
    raise SystemExit
