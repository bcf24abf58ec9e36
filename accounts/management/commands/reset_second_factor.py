"""`reset_second_factor`: let somebody in with a password alone again, who lost telephone and backup codes."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError, no_translations

from accounts.models import User
from accounts.second_factor import reset_second_factor


class Command(BaseCommand):
    help = "Switch off the second factor of a user. Make sure first that it is them who ask."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", metavar="EMAIL")

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email__iexact=options["email"].replace("\0", "")).first()
        if user is None:
            raise CommandError(f"There is no user “{options['email']}”.", returncode=2)
        was_on = reset_second_factor(acting_user=None, user=user)
        self.stdout.write(f"{user.email}: the second factor is off." if was_on else f"{user.email} had none.")
