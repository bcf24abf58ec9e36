"""`manage.py prune_webhooks`: forget messages that ended long ago. The reaper does the same by itself."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tenants.management.arguments import whole_number
from webhooks.services.deliveries import KEPT_DAYS, forget_old_messages

MOST_DAYS = 36_500


class Command(BaseCommand):
    help = "Delete webhook messages and mails that arrived or were given up some time ago, with their attempts."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--days", type=whole_number, default=KEPT_DAYS, help=f"Keep so many days ({KEPT_DAYS}).")

    def handle(self, *args: Any, **options: Any) -> None:
        if not 1 <= options["days"] <= MOST_DAYS:
            raise CommandError(f"Keep at least 1 day, and at most {MOST_DAYS}.", returncode=2)
        deleted = 0
        while some := forget_old_messages(options["days"]):
            deleted += some
        self.stdout.write(f"Messages deleted: {deleted}")
