"""`inside(administration)`: the one door into an administration's schema."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from django.db import connection
from django_tenants.utils import get_public_schema_name, schema_context, tenant_context


class HasSchema(Protocol):
    schema_name: str


class WrongSchema(Exception):
    """The database is in another schema than the one asked for; nothing was run."""


class SchemaDamaged(Exception):
    """An administration's schema lacks what the code reads. The base of what says so in words."""


@contextmanager
def inside(administration: HasSchema) -> Iterator[None]:
    """Run a block in the schema of one administration; raises WrongSchema when that schema does not exist.

    It raises WrongSchema as well when the block ends in another administration than it began in: two suspended blocks
    were left out of order, and what ran last may have run elsewhere.
    """
    with tenant_context(administration):
        assert_inside(administration)
        yield
        if connection.schema_name != administration.schema_name:  # type: ignore[attr-defined]
            raise WrongSchema(f"Entered {administration.schema_name!r}, left from {connection.schema_name!r}.")  # type: ignore[attr-defined]
    connection.close_if_worn()  # type: ignore[attr-defined]


@contextmanager
def in_public() -> Iterator[None]:
    """Run a block in the shared schema."""
    with schema_context(get_public_schema_name()):
        yield


def assert_inside(administration: HasSchema) -> None:
    """Raise WrongSchema unless the next statement runs in the schema of this administration."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        found = cursor.fetchone()[0]
    if found != administration.schema_name:
        raise WrongSchema(f"Expected schema {administration.schema_name!r}, the database is in {found!r}.")


def current_schema_name() -> str:
    """The schema that statements run in now, as far as this process knows; 'public' outside every administration."""
    return str(connection.schema_name)  # type: ignore[attr-defined]
