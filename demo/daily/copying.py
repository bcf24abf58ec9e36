"""Writing many rows at once into the administration that the caller is inside of."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection
from django.db.models import JSONField, Model
from psycopg import sql

from tenants.exact_json import ExactEncoder

Row = Mapping[str, Any]


def reserve_keys(model: type[Model], count: int) -> range:
    """Primary keys for that many new rows, taken from the table's own sequence."""
    if not count:
        return range(0)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(sequence), setval(sequence, currval(sequence) + %s) "
            "FROM (SELECT pg_get_serial_sequence(%s, 'id')::regclass AS sequence) AS of_table",
            [count - 1, model._meta.db_table],
        )
        first, _last = cursor.fetchone()
    return range(first, first + count)


def copy_rows(model: type[Model], rows: Sequence[Row]) -> None:
    """COPY rows that are given by column name; what a row leaves out gets the field's default, or the database's."""
    if not rows:
        return
    fields = [
        field
        for field in model._meta.concrete_fields
        if not field.generated and (field.attname in rows[0] or not field.has_db_default())
    ]
    defaults = [None if field.primary_key else field.get_default() for field in fields]
    json_fields = {number for number, field in enumerate(fields) if isinstance(field, JSONField)}
    names = [field.attname for field in fields]
    columns = sql.SQL(", ").join([sql.Identifier(str(field.column)) for field in fields])
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(model._meta.db_table), columns)
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            values = [row.get(name, default) for name, default in zip(names, defaults, strict=True)]
            for number in json_fields:
                values[number] = _as_json(values[number])
            copy.write_row(values)


def with_keys(model: type[Model], rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows, each with a primary key of its own."""
    found = list(rows)
    for row, key in zip(found, reserve_keys(model, len(found)), strict=True):
        row["id"] = key
    return found


def _as_json(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, cls=ExactEncoder, ensure_ascii=False)
