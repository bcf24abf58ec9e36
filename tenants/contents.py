"""What stands in a table as one hash: equal where every row is, in whatever order the rows stand."""

from psycopg import sql

CONTENT = sql.SQL("coalesce(md5(string_agg(md5(t::text), '' ORDER BY md5(t::text) COLLATE \"C\")), '')")
"""An aggregate over the rows of something that is called `t`; empty for no rows."""
