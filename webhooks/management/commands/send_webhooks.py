"""`manage.py send_webhooks`: send now what is due, without waiting for a worker or the reaper."""

from typing import Any

from django.core.management.base import BaseCommand

from tenants.management.arguments import number
from webhooks.services.sending import send_due


class Command(BaseCommand):
    help = "Send the webhook messages and mails that are due now."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument(
            "--seconds", type=number, default=60.0, help="Begin nothing new after so many seconds (60)."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"Attempts made: {send_due(options['seconds'])}")
