"""What a schema is made of: its tables, with all that decides what reading and writing them does; to be compared."""

import re
from collections.abc import Sequence

from django.db import connection
from psycopg.sql import Identifier

# Not the constraints of NOT NULL, which PostgreSQL 18 lists and earlier ones do not: columns tell it. Names are made
# texts, because whatever is united with a name is cut off after 63 letters.
STRUCTURE = """
WITH tables AS (SELECT oid, relname::text, relpersistence, relrowsecurity OR relforcerowsecurity AS hides FROM pg_class
    WHERE relnamespace = to_regnamespace(%(schema)s) AND relkind IN ('r', 'p'))
SELECT relname, concat_ws(' ', 'table', CASE WHEN relpersistence <> 'p' THEN 'UNLOGGED' END,
    CASE WHEN hides THEN 'WITH ROW LEVEL SECURITY' END) FROM tables
UNION ALL
SELECT format('%%s.%%s', c.relname, a.attname), concat_ws(' ', format_type(a.atttypid, a.atttypmod),
    CASE WHEN a.attnotnull THEN 'NOT NULL' END, nullif('identity ' || a.attidentity::text, 'identity '),
    nullif('generated ' || a.attgenerated::text, 'generated '), pg_get_expr(d.adbin, d.adrelid))
FROM pg_attribute a JOIN tables c ON c.oid = a.attrelid
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attnum > 0 AND NOT a.attisdropped
UNION ALL
SELECT format('%%s of %%s', o.conname, c.relname), pg_get_constraintdef(o.oid)
FROM pg_constraint o JOIN tables c ON c.oid = o.conrelid WHERE o.contype IN ('c', 'f', 'p', 'u', 'x')
UNION ALL
SELECT format('%%s on %%s', i.relname, c.relname),
    pg_get_indexdef(i.oid) || CASE WHEN x.indisvalid THEN '' ELSE ' INVALID' END
FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN tables c ON c.oid = x.indrelid
UNION ALL
SELECT format('rule %%s on %%s', r.rulename, c.relname), 'rule' FROM pg_rewrite r JOIN tables c ON c.oid = r.ev_class
UNION ALL
SELECT format('policy %%s on %%s', p.polname, c.relname), 'policy' FROM pg_policy p JOIN tables c ON c.oid = p.polrelid
UNION ALL
SELECT format('%%s %%s', CASE relkind WHEN 'S' THEN 'sequence' ELSE 'view' END, relname), 'extra'
FROM pg_class WHERE relnamespace = to_regnamespace(%(schema)s) AND (relkind IN ('v', 'm', 'f') OR relkind = 'S'
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = pg_class.oid
        AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0))
UNION ALL
SELECT format('function %%s', proname), 'extra' FROM pg_proc WHERE pronamespace = to_regnamespace(%(schema)s)
UNION ALL
SELECT format('type %%s', typname), 'extra' FROM pg_type
WHERE typnamespace = to_regnamespace(%(schema)s) AND typtype IN ('e', 'd')
"""
BESIDE = "extra"
"""What is said of something that stands in a schema beside its tables, and changes nothing about them."""
BETWEEN_TEXTS = re.compile(r"::(character varying|text)\b(\[\])?(\(\d+\))?")

NAMED = 3
"""How many of the tables, columns and constraints are named of which something is wrong."""


def named(names: Sequence[str]) -> str:
    """The first few of these names, and how many more there are."""
    more = f" (+{len(names) - NAMED})" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def read_structure(schema: str) -> dict[str, str]:
    """Every table, column, constraint, index and rule of a schema by its name, and what it is, without the schema's
    name; also whatever else stands there."""
    with connection.cursor() as cursor:
        cursor.execute(STRUCTURE, {"schema": Identifier(schema).as_string(None)})
        return {name: plain(what.replace(f"{schema}.", "")) for name, what in cursor.fetchall()}


def plain(what: str) -> str:
    """A definition without brackets, and without casts between the types of text.

    A schema that was made from a dump has them at other places than one that was migrated, and means the same.
    """
    return BETWEEN_TEXTS.sub("", what).replace("(", "").replace(")", "")
