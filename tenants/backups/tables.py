"""The tables of one administration: which there are, copying their rows out and in, and hashing what stands there."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from psycopg import sql

from ..contents import CONTENT

MADE_WITH_THE_SCHEMA = "django_migrations"
"""It comes with the tables themselves, and is compared as the head."""


@dataclass(frozen=True)
class Table:
    """A table of a schema: its columns, those that are copied, and the sequences of those that number themselves."""

    name: str
    columns: tuple[str, ...]
    copied: tuple[str, ...]
    sequences: dict[str, str]


def tables_in(schema: str) -> list[Table]:
    """The tables of a schema with data, with their columns by name."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, array_agg(a.attname::text ORDER BY a.attname),"
            " array_agg(a.attname::text ORDER BY a.attname) FILTER (WHERE a.attgenerated = ''),"
            " array_agg(a.attname::text) FILTER (WHERE pg_get_serial_sequence(format('%%I.%%I', n.nspname, c.relname),"
            " a.attname) IS NOT NULL)"
            " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid"
            " WHERE n.nspname = %s AND c.relkind = 'r' AND c.relname <> %s AND a.attnum > 0 AND NOT a.attisdropped"
            " GROUP BY c.relname ORDER BY c.relname",
            [schema, MADE_WITH_THE_SCHEMA],
        )
        rows = cursor.fetchall()
    return [
        Table(
            name, tuple(columns), tuple(copied), {column: _sequence(schema, name, column) for column in counting or ()}
        )
        for name, columns, copied, counting in rows
    ]


def _sequence(schema: str, table: str, column: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_serial_sequence(format('%%I.%%I', %s, %s), %s)", [schema, table, column])
        return str(cursor.fetchone()[0])


def fix_how_values_are_written() -> None:
    """Write values the same way in every installation, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SET LOCAL timezone = 'UTC'; SET LOCAL datestyle = 'ISO, MDY'; SET LOCAL intervalstyle = 'postgres';"
            " SET LOCAL extra_float_digits = 1; SET LOCAL bytea_output = 'hex'; SET LOCAL statement_timeout = 0"
        )


def lock_tables(schema: str, tables: Collection[str], mode: str) -> None:
    """Take a lock on tables until the transaction ends; of a schema that was lost there are none."""
    if not tables:
        return
    names = sql.SQL(", ").join(sql.Identifier(schema, name) for name in tables)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("LOCK TABLE {} IN {} MODE").format(names, sql.SQL(mode)))


def content_of(schema: str, table: Table) -> tuple[int, str]:
    """How many rows there are, and a hash of what stands in them."""
    query = sql.SQL("SELECT count(*), {content} FROM (SELECT {columns} FROM {table}) t").format(
        content=CONTENT, columns=_listed(table.columns), table=sql.Identifier(schema, table.name)
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        count, content = cursor.fetchone()
    return count, content


def copy_out(schema: str, table: Table) -> Iterator[Any]:
    """The rows as PostgreSQL writes them, in blocks."""
    query = sql.SQL("COPY {} ({}) TO STDOUT").format(sql.Identifier(schema, table.name), _listed(table.copied))
    with connection.cursor() as cursor, cursor.copy(query) as copying:
        yield from copying


def copy_in(schema: str, table: Table, blocks: Iterable[bytes]) -> None:
    """Add rows from what `copy_out` gave."""
    query = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(schema, table.name), _listed(table.copied))
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(query) as copying:
        for block in blocks:
            copying.write(block)


def set_triggers(schema: str, tables: Iterable[Table], *, on: bool) -> None:
    """Turn the triggers of tables off or on: those that guard people's work have no say in putting back what stood
    there. Foreign keys are checked all the same."""
    word = sql.SQL("ENABLE" if on else "DISABLE")
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(sql.SQL("ALTER TABLE {} {} TRIGGER USER").format(sql.Identifier(schema, table.name), word))


def counters_of(table: Table) -> dict[str, int]:
    """The last number given out per column that numbers itself; a column that never did is left out."""
    found = {}
    with connection.cursor() as cursor:
        for column, sequence in table.sequences.items():
            cursor.execute(f"SELECT last_value FROM {sequence} WHERE is_called")  # nosec B608 # a quoted name
            if row := cursor.fetchone():
                found[column] = int(row[0])
    return found


def set_counters(schema: str, table: Table, counters: dict[str, int]) -> None:
    """Go on numbering after the highest number that stands there, or was ever given out."""
    with connection.cursor() as cursor:
        for column, sequence in table.sequences.items():
            query = sql.SQL(
                "SELECT setval(%s::regclass, f.last) FROM (SELECT greatest(max({}), %s::bigint) AS last FROM {}) f"
                " WHERE f.last IS NOT NULL"
            ).format(sql.Identifier(column), sql.Identifier(schema, table.name))
            cursor.execute(query, [sequence, counters.get(column)])


def _listed(columns: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))
