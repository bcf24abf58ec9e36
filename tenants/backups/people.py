"""Accounts that an administration's own rows point at. Their keys differ elsewhere; their e-mail addresses do not."""

from typing import Any

from django.db import connection
from django.db.models.functions import Lower
from psycopg import sql

from accounts.models import User

from ..models import Administration
from ..schema_hooks import schema_hooks


def describe_people(administration: Administration) -> list[dict[str, Any]]:
    """The key and the e-mail address of every account that something in the administration points at."""
    found = User.objects.filter(pk__in=_pointed_at(administration)).order_by("pk")
    return [{"id": user.pk, "email": user.email} for user in found]


def point_at_accounts_here(administration: Administration, people: list[dict[str, Any]]) -> None:
    """Point at the accounts with the same address here, and at nobody where there is none. Names stay as noted."""
    emails = {row["id"]: row["email"].lower() for row in people}
    found = User.objects.annotate(lower=Lower("email")).filter(lower__in=emails.values())
    accounts = dict(found.values_list("lower", "pk"))
    here = {key: accounts.get(emails.get(key, "")) for key in _pointed_at(administration)}
    moved = {old: new for old, new in here.items() if old != new}
    for table, column in schema_hooks.accounts() if moved else ():
        query = sql.SQL(
            "UPDATE {table} t SET {column} = m.new FROM unnest(%s::bigint[], %s::bigint[]) AS m(old, new)"
            " WHERE t.{column} = m.old"
        ).format(table=sql.Identifier(administration.schema_name, table), column=sql.Identifier(column))
        with connection.cursor() as cursor:
            cursor.execute(query, [list(moved), list(moved.values())])


def _pointed_at(administration: Administration) -> list[int]:
    queries = [
        sql.SQL("SELECT {column} FROM {table} WHERE {column} IS NOT NULL").format(
            table=sql.Identifier(administration.schema_name, table), column=sql.Identifier(column)
        )
        for table, column in schema_hooks.accounts()
    ]
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(" UNION ").join(queries))
        return sorted(key for (key,) in cursor.fetchall())
