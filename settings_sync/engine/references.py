"""What points at settings: foreign keys of daily data and of other settings."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterator

from settings_sync.declaring.kinds import Kind, all_kinds

from . import sql
from .sync_rights import business_references


def find_used(kind: Kind, schema: str, uids: Collection[uuid.UUID]) -> str:
    """A query for the uids among these that anything points at, daily data or settings."""
    settings = find_pointing_settings(kind, schema, uids)
    return f"{find_used_in_daily_data(kind, schema, uids)} UNION SELECT uid FROM ({settings}) f"


def find_used_in_daily_data(kind: Kind, schema: str, uids: Collection[uuid.UUID]) -> str:
    """A query for the uids among these that daily data points at."""
    places = [(table, column) for table, column, model in business_references() if model is kind.root.model]
    points = " OR ".join(
        f"EXISTS (SELECT FROM {sql.name(schema, table)} p WHERE p.{sql.name(column)} = i.id)"
        for table, column in places
    )
    items = sql.name(schema, kind.root.table)
    return f"SELECT i.uid FROM {items} i WHERE i.uid = ANY({sql.listed(uids)}) AND ({points or 'false'})"


def count_in_daily_data(kind: Kind, schema: str, uids: Collection[uuid.UUID]) -> str:
    """A query for (uid, table, number): how many rows of which table of daily data point at these items."""
    items = sql.name(schema, kind.root.table)
    listed = sql.listed(uids)
    # Gives names and types to the columns, also where nothing points at this kind.
    found = ["SELECT NULL::uuid AS uid, NULL::text AS table, NULL::bigint AS number WHERE false"]
    for table, columns in _pointing_columns(kind).items():
        # Together, because a row that points by two columns is one row.
        points = " OR ".join(f"p.{sql.name(column)} = i.id" for column in columns)
        found.append(
            f"SELECT i.uid, {sql.literal(table)}, count(*) FROM {items} i"
            f" JOIN {sql.name(schema, table)} p ON {points} WHERE i.uid = ANY({listed}) GROUP BY i.uid"
        )
    return " UNION ALL ".join(found)


def _pointing_columns(kind: Kind) -> dict[str, list[str]]:
    """The columns of daily data that point at items of a kind, by table."""
    found: dict[str, list[str]] = defaultdict(list)
    for table, column, model in business_references():
        if model is kind.root.model:
            found[table].append(column)
    return found


def find_pointing_settings(kind: Kind, schema: str, uids: Collection[uuid.UUID]) -> str:
    """A query for (uid, kind, pointing): the settings that point at these items, and with which uid."""
    nothing = "SELECT NULL::uuid AS uid, NULL::text AS kind, NULL::uuid AS pointing WHERE false"
    found = [query for other in all_kinds() for query in _pointing(other, kind, schema, sql.listed(uids))]
    return " UNION ALL ".join([nothing, *found])


def _pointing(other: Kind, kind: Kind, schema: str, listed: str) -> Iterator[str]:
    items = sql.name(schema, kind.root.table)
    named = sql.literal(other.key)
    for table in other.tables:
        top = f"t{len(table.path) - 1}"
        joins = ""
        for number, (below, above) in enumerate(zip(table.path[:-1], table.path[1:], strict=True), start=1):
            joins += f" JOIN {sql.name(schema, above.table)} t{number}"
            joins += f" ON t{number}.id = t{number - 1}.{sql.name(below.parent_column)}"
        for column in table.columns:
            if column.reference and not column.reference.is_inside and column.reference.kind == kind.key:
                yield (
                    f"SELECT i.uid, {named}, {top}.uid FROM {items} i JOIN {sql.name(schema, table.table)} t0"
                    f" ON t0.{sql.name(column.column)} = i.id{joins} WHERE i.uid = ANY({listed})"
                )
    for link in other.links:
        if link.other_kind == kind.key:
            yield (
                f"SELECT i.uid, {named}, r.uid FROM {items} i JOIN {sql.name(schema, link.table)} m"
                f" ON m.{sql.name(link.other_column)} = i.id JOIN {sql.name(schema, other.root.table)} r"
                f" ON r.id = m.{sql.name(link.own_column)} WHERE i.uid = ANY({listed})"
            )
