"""Taking numbers."""

from django.db import connection

from ..models import NumberSequence


def take_number(kind: NumberSequence.Kind) -> int:
    """The next number of this kind, inside the caller's transaction.

    The row stays locked until that transaction ends, so that a number that is rolled back is taken by the next one:
    there are no gaps, and nobody waits longer than one transaction.
    """
    assert connection.in_atomic_block
    table = connection.ops.quote_name(NumberSequence._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} AS sequence (kind, next_value) VALUES (%s, 2) "  # nosec B608 # a quoted name
            "ON CONFLICT (kind) DO UPDATE SET next_value = sequence.next_value + 1 RETURNING next_value - 1",
            [kind.value],
        )
        return int(cursor.fetchone()[0])
