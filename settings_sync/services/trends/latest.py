"""The figures of the last day of every main administration, for a monitoring system."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.db import connection

MOST_SERIES = 2000
"""Of groups and packages together, over all main administrations: a monitoring system keeps each name for ever."""


class Aligned(NamedTuple):
    """Of everything, of a group, or of a package, by their names; `administration` is the slug of the main."""

    administration: str
    group: str
    package: str
    in_line: int
    total: int
    administrations_in_line: int
    administrations: int


class Waits(NamedTuple):
    """How many decisions wait."""

    administration: str
    conflicts: int
    deviations: int
    approvals: int


class Published(NamedTuple):
    """How long it took from publishing to in line, of everything or of a package."""

    administration: str
    package: str
    arrivals: int
    median_seconds: int
    slowest_seconds: int


@dataclass(frozen=True)
class Latest:
    """`left_out` is how many groups and packages are not told of, for there are too many."""

    aligned: Sequence[Aligned]
    waiting: Sequence[Waits]
    published: Sequence[Published]
    left_out: int


# The whole of each main first, then what is of most administrations. No package within a group, for these are as many
# as both multiplied.
ALIGNED = f"""
SELECT a.slug, d."group", coalesce(p.name, ''), d.in_line, d.total, d.administrations_in_line, d.administrations,
    count(*) OVER ()
FROM (
    SELECT administration_id, max(day) AS day FROM settings_sync_alignmentday
    WHERE "group" = '' AND package_id IS NULL GROUP BY administration_id
) last
JOIN settings_sync_alignmentday d USING (administration_id, day)
JOIN tenants_administration a ON a.id = administration_id AND a.state = 'active'
LEFT JOIN settings_sync_package p ON p.id = d.package_id
WHERE d."group" = '' OR d.package_id IS NULL
ORDER BY d."group" <> '' OR d.package_id IS NOT NULL, d.administrations DESC, a.slug, d."group", p.name
LIMIT {MOST_SERIES}
"""
WAITING = f"""
SELECT a.slug, d.conflicts, d.deviations, d.approvals
FROM (SELECT administration_id, max(day) AS day FROM settings_sync_waitingday GROUP BY administration_id) last
JOIN settings_sync_waitingday d USING (administration_id, day)
JOIN tenants_administration a ON a.id = administration_id AND a.state = 'active'
ORDER BY a.slug LIMIT {MOST_SERIES}
"""
PUBLISHED = f"""
SELECT a.slug, coalesce(p.name, ''), d.arrivals, d.median_seconds, d.slowest_seconds
FROM (
    SELECT administration_id, max(day) AS day FROM settings_sync_publishingday
    WHERE package_id IS NULL GROUP BY administration_id
) last
JOIN settings_sync_publishingday d USING (administration_id, day)
JOIN tenants_administration a ON a.id = administration_id AND a.state = 'active'
LEFT JOIN settings_sync_package p ON p.id = d.package_id
WHERE d.arrivals > 0 ORDER BY d.package_id IS NOT NULL, a.slug, p.name LIMIT {MOST_SERIES}
"""


def read_latest() -> Latest:
    """What stood last; three queries."""
    with connection.cursor() as cursor:
        cursor.execute(ALIGNED)
        aligned = cursor.fetchall()
        cursor.execute(WAITING)
        waiting = cursor.fetchall()
        cursor.execute(PUBLISHED)
        published = cursor.fetchall()
    number = aligned[0][-1] if aligned else 0
    return Latest(
        aligned=[Aligned(*row[:-1]) for row in aligned],
        waiting=[Waits(*row) for row in waiting],
        published=[Published(*row) for row in published],
        left_out=number - len(aligned),
    )
