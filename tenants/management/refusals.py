"""What commands about administrations say when something is refused or fails."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management.base import CommandError
from django.db import Error

from tenants.exceptions import AdministrationError
from tenants.template_schema import SchemaNotDumped

FAILED = 1
REFUSED = 2


@contextmanager
def refusals_as_exit_codes() -> Iterator[None]:
    """Turn a refusal into its sentence and exit code 2, and what the database would not do into 1."""
    try:
        yield
    except AdministrationError as refused:
        raise CommandError(str(refused), returncode=REFUSED) from None
    except (Error, SchemaNotDumped) as error:
        reason = str(error).strip().partition("\n")[0]
        raise CommandError(f"That failed, and nothing was changed: {reason}", returncode=FAILED) from error


@contextmanager
def missing_dump_as_exit_code() -> Iterator[None]:
    """Turn a pg_dump that did nothing into its sentence and exit code 1, for commands that may have done a part."""
    try:
        yield
    except SchemaNotDumped as error:
        raise CommandError(str(error), returncode=FAILED) from None
