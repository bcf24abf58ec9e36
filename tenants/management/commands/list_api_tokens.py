"""`list_api_tokens`: whose tokens there are, by how they begin; never a token itself."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, no_translations

from accounts.models import ApiToken
from tenants.management.refusals import refusals_as_exit_codes
from tenants.tokens import list_api_tokens


class Command(BaseCommand):
    help = "List the API tokens of a main administration, one per line: beginning, state, expiry, user, scopes, name."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("administration", metavar="SLUG", help="a main administration")

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        with refusals_as_exit_codes():
            for token in list_api_tokens(administration=options["administration"]):
                self.stdout.write("  ".join(_columns(token)).rstrip())


def _columns(token: ApiToken) -> list[str]:
    state = "revoked" if token.revoked_at else "expired" if token.has_ended else "usable"
    used = f"used {token.last_used_at:%Y-%m-%d}" if token.last_used_at else "never used"
    until = f"until {token.expires_at:%Y-%m-%d}"
    return [token.prefix, state.ljust(7), until, used.ljust(15), token.user.email, ",".join(token.scopes), token.name]
