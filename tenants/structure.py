"""What a schema is made of: its tables, columns, constraints and indexes, to be compared with another."""

import re
from collections.abc import Sequence

from django.db import connection
from psycopg.sql import Identifier

# Not the constraints of NOT NULL, which PostgreSQL 18 lists and earlier ones do not: columns tell it.
STRUCTURE = """
SELECT c.relname, 'table' FROM pg_class c WHERE c.relnamespace = to_regnamespace(%(schema)s) AND c.relkind IN ('r', 'p')
UNION ALL
SELECT format('%%s.%%s', c.relname, a.attname), concat_ws(' ', format_type(a.atttypid, a.atttypmod),
    CASE WHEN a.attnotnull THEN 'NOT NULL' END, nullif('identity ' || a.attidentity::text, 'identity '),
    nullif('generated ' || a.attgenerated::text, 'generated '), pg_get_expr(d.adbin, d.adrelid))
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE c.relnamespace = to_regnamespace(%(schema)s) AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
UNION ALL
SELECT format('%%s of %%s', o.conname, c.relname), pg_get_constraintdef(o.oid)
FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid
WHERE c.relnamespace = to_regnamespace(%(schema)s) AND o.contype IN ('c', 'f', 'p', 'u', 'x')
UNION ALL
SELECT format('%%s on %%s', i.relname, c.relname),
    pg_get_indexdef(i.oid) || CASE WHEN x.indisvalid THEN '' ELSE ' INVALID' END
FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class c ON c.oid = x.indrelid
WHERE c.relnamespace = to_regnamespace(%(schema)s)
"""
BETWEEN_TEXTS = re.compile(r"::(character varying|text)\b(\[\])?(\(\d+\))?")

NAMED = 3
"""How many of the tables, columns and constraints are named of which something is wrong."""


def named(names: Sequence[str]) -> str:
    """The first few of these names, and how many more there are."""
    more = f" (+{len(names) - NAMED})" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def read_structure(schema: str) -> dict[str, str]:
    """Every table, column, constraint and index of a schema by its name, and what it is, without the schema's name."""
    with connection.cursor() as cursor:
        cursor.execute(STRUCTURE, {"schema": Identifier(schema).as_string(None)})
        return {name: _plain(what.replace(f"{schema}.", "")) for name, what in cursor.fetchall()}


def _plain(what: str) -> str:
    """A definition without brackets, and without casts between the types of text.

    A schema that was made from a dump has them at other places than one that was migrated, and means the same.
    """
    return BETWEEN_TEXTS.sub("", what).replace("(", "").replace(")", "")
