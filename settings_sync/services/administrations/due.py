"""Which main administrations are to be counted again, asked so that a round in which nothing happened costs the same
for ten administrations and for ten thousand."""

import time
import uuid
from collections.abc import Collection, Iterable

from django.conf import settings
from django.db import connection
from psycopg import sql

from settings_sync.models import Alignment, Touched
from tenants.models import Administration
from tenants.wholeness import having, note_damage

DIRTY_SCHEMAS_PER_QUERY = 200
LOOKED_AT_ONCE = 3
"""Administrations whose schema is looked into in one round: a thousand have all had their turn in half an
hour."""
NOTES_AT_ONCE = 10_000


def read_notes() -> dict[int, str]:
    """The schemas in which something was touched, by the number of the note, which is to be deleted afterwards."""
    return dict(Touched.objects.order_by("pk").values_list("pk", "schema_name")[:NOTES_AT_ONCE])


def find_due(schemas: Collection[str]) -> list[Administration]:
    """The main administrations that are to be counted again, or of which a sub-administration is.

    Those are the ones with a schema among these, those of which somebody else read the dirty list since they were
    counted, and what comes out where it is their turn to be looked at.
    """
    rows = Administration.objects.active()
    due = set(rows.filter(schema_name__in=schemas).values_list("pk", flat=True)) if schemas else set()
    looked_at = Alignment.objects.filter(as_of__lte=Alignment.LONG_AGO, administration__in=rows.filter(state_detail=""))
    due |= set(looked_at.values_list("administration", flat=True))
    due |= _look_around()
    if not due:
        return []
    above = {parent or pk for pk, parent in rows.filter(pk__in=due).values_list("pk", "parent")}
    return list(rows.mains().filter(pk__in=above))


def _look_around() -> set[uuid.UUID]:
    """Of those whose turn it is, and those that were not whole, the ones to be counted; what is wrong is noted.

    Notes tell of what triggers saw. A sync that wrote and whose worker was killed before it counted, a schema that is
    gone, or one that was put back by hand, is found here.
    """
    rows = Administration.objects.active()
    damaged_before = list(rows.exclude(state_detail=""))
    looked_at = {*damaged_before, *_whose_turn_it_is()}
    damaged = note_damage(looked_at)
    whole = [row for row in looked_at if row not in damaged]
    counted = Alignment.objects.filter(administration__in=whole, as_of__gt=Alignment.LONG_AGO)
    known = set(counted.values_list("administration", flat=True))
    due = {row.pk for row in whole if row.pk not in known or row in damaged_before}
    present = having("sync_ledger_dirty", [row.schema_name for row in whole])
    return due | find_touched([row for row in whole if row.schema_name in present])


def _whose_turn_it_is() -> list[Administration]:
    rows = Administration.objects.active().order_by("pk")
    number = rows.count()
    start = next_turn(number)
    # Once around the end, where the list begins anew.
    return [*rows[start : start + LOOKED_AT_ONCE], *rows[: max(start + LOOKED_AT_ONCE - number, 0)]]


def next_turn(number: int) -> int:
    """Which of so many comes first as time goes by, with LOOKED_AT_ONCE of them each round."""
    rounds = int(time.time() / settings.REAPER_INTERVAL_SECONDS)
    return rounds * LOOKED_AT_ONCE % max(number, 1)


def find_touched(administrations: Iterable[Administration]) -> set[uuid.UUID]:
    """Which of these have something on their dirty list."""
    rows = list(administrations)
    touched: set[uuid.UUID] = set()
    for start in range(0, len(rows), DIRTY_SCHEMAS_PER_QUERY):
        query = sql.SQL(" UNION ALL ").join(
            sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})").format(
                sql.Literal(str(row.pk)), sql.Identifier(row.schema_name, "sync_ledger_dirty")
            )
            for row in rows[start : start + DIRTY_SCHEMAS_PER_QUERY]
        )
        with connection.cursor() as cursor:
            cursor.execute(query)
            touched |= {uuid.UUID(row[0]) for row in cursor.fetchall()}
    return touched
