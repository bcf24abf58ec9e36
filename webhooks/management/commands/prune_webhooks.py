"""`manage.py prune_webhooks`: forget messages that ended long ago. The reaper does the same by itself."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from webhooks.services.deliveries import KEPT_DAYS, forget_old_messages


class Command(BaseCommand):
    help = "Delete webhook messages and mails that arrived or were given up some time ago, with their attempts."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--days", type=int, default=KEPT_DAYS, help=f"Keep so many days ({KEPT_DAYS}).")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["days"] < 1:
            raise CommandError("Keep at least 1 day.")
        deleted = 0
        while some := forget_old_messages(options["days"]):
            deleted += some
        self.stdout.write(f"Messages deleted: {deleted}")
