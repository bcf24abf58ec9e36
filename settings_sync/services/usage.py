"""How much daily data uses a setting, counted in the administration itself."""

import uuid
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db import connection
from psycopg import sql

from ..fencing import business_references
from ..kinds import all_kinds
from ..models import Change
from ..registry import registry
from ..usage import counted, document_column

Used = dict[str, int]


def used_by(changes: Iterable[Change]) -> dict[int, Used]:
    """Per change how many work orders, quotations and so on point at its item; a few queries per administration."""
    rows = list(changes)
    found = {change.pk: dict.fromkeys(counted, 0) for change in rows}
    groups: dict[tuple[str, str], list[Change]] = defaultdict(list)
    for change in rows:
        groups[change.plan_target.administration.schema_name, change.kind].append(change)
    for (schema, kind), same in groups.items():
        for name in counted:
            numbers = _count(schema, kind, name, [change.uid for change in same])
            for change in same:
                found[change.pk][name] = numbers.get(change.uid, 0)
    return found


def _count(schema: str, kind: str, name: str, uids: list[uuid.UUID]) -> dict[uuid.UUID, int]:
    """Documents of one name per item; one document that points at an item twice counts once."""
    root = all_kinds()[kind].root
    pairs = [_pairs(schema, root.table, table, column, document) for table, column, document in _references(root, name)]
    if not pairs:
        return {}
    query = sql.SQL("SELECT uid, count(DISTINCT document) FROM ({}) used GROUP BY uid").format(
        sql.SQL(" UNION ALL ").join(pairs)
    )
    with connection.cursor() as cursor:
        cursor.execute(query, {"uids": uids})
        return dict(cursor.fetchall())


def _pairs(schema: str, item_table: str, table: str, column: str, document: str) -> sql.Composed:
    return sql.SQL(
        "SELECT i.uid, b.{document} AS document FROM {table} b JOIN {items} i ON i.id = b.{column}"
        " WHERE i.uid = ANY(%(uids)s)"
    ).format(
        document=sql.Identifier(document),
        table=sql.Identifier(schema, table),
        items=sql.Identifier(schema, item_table),
        column=sql.Identifier(column),
    )


def _references(root: Any, name: str) -> list[tuple[str, str, str]]:
    """(table, column, document column) of every foreign key from such a document or its parts to this kind."""
    models = {model._meta.db_table: model for model in registry.excluded}
    found = []
    for table, column, target in business_references():
        document = document_column(models[table], counted[name])
        if target is root.model and document is not None:
            found.append((table, column, document))
    return found
