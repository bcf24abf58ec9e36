"""The figures of each day: how far the sub-administrations of a main one are in line, by group and by package.

They are added up from what was counted (`Alignment`), in one statement for however many administrations. A package is
in line where the settings that it asks for are; a group where all of its administrations are.
"""

from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection
from django.utils import timezone

from settings_sync.models import AlignmentDay
from tenants.models import Administration

TO_BE_IN_LINE = ("in_line", "behind", "changed_locally", "conflict", "missing")
"""What the main administration has; what a sub has of its own is not to be in line with anything."""

WEEKS = 12
KEPT = timedelta(weeks=60)
"""For so long a figure is kept: a year, and some weeks to compare it with."""
MOST_A_DAY = 500
"""Rows that a day may have: the whole first, then whatever is of most administrations."""

# A package that is being deleted waits for this, or what is written of it would point at nothing.
NOTE = """
WITH subs AS (SELECT id, groups FROM tenants_administration WHERE parent_id = %(main)s AND state = 'active'),
packages AS (SELECT id FROM settings_sync_package WHERE administration_id = %(main)s FOR KEY SHARE),
counted AS (
    SELECT s.id, s.groups, NULL::uuid AS package, sum((l.counts->>'in_line')::int) AS in_line, sum({total}) AS total
    FROM settings_sync_alignment l JOIN subs s ON s.id = l.administration_id GROUP BY s.id, s.groups
    UNION ALL
    SELECT s.id, s.groups, p.id, sum((k.value->>0)::int), sum((k.value->>1)::int)
    FROM settings_sync_alignment l JOIN subs s ON s.id = l.administration_id
        CROSS JOIN LATERAL jsonb_each(l.packages) k JOIN packages p ON p.id::text = k.key
    GROUP BY s.id, s.groups, p.id
),
parts AS (
    SELECT '' AS part, package, in_line, total FROM counted
    UNION ALL SELECT part, package, in_line, total FROM counted CROSS JOIN LATERAL unnest(groups) AS part
    -- There is always a figure of the whole, also where there is nothing to count.
    UNION ALL SELECT '', NULL, 0, 0
),
figures AS (
    SELECT part, package, coalesce(sum(in_line), 0) AS in_line, coalesce(sum(total), 0) AS total,
        count(*) FILTER (WHERE in_line = total AND total > 0) AS all_in_line,
        count(*) FILTER (WHERE total > 0) AS number
    FROM parts GROUP BY part, package
    ORDER BY package IS NOT NULL AND part <> '', part <> '', number DESC, part, package LIMIT {most}
),
gone AS (
    DELETE FROM settings_sync_alignmentday d WHERE administration_id = %(main)s AND day = %(day)s AND NOT EXISTS
        (SELECT FROM figures f WHERE f.part = d."group" AND f.package IS NOT DISTINCT FROM d.package_id)
)
INSERT INTO settings_sync_alignmentday AS d
    (administration_id, day, "group", package_id, in_line, total, administrations_in_line, administrations)
SELECT %(main)s, %(day)s, part, package, in_line, total, all_in_line, number FROM figures
ON CONFLICT (administration_id, day, "group", package_id) DO UPDATE SET in_line = EXCLUDED.in_line,
    total = EXCLUDED.total, administrations_in_line = EXCLUDED.administrations_in_line,
    administrations = EXCLUDED.administrations
WHERE (d.in_line, d.total, d.administrations_in_line, d.administrations) IS DISTINCT FROM
    (EXCLUDED.in_line, EXCLUDED.total, EXCLUDED.administrations_in_line, EXCLUDED.administrations)
""".format(total=" + ".join(f"coalesce((l.counts->>'{word}')::int, 0)" for word in TO_BE_IN_LINE), most=MOST_A_DAY)


@dataclass(frozen=True)
class Week:
    """How far everything was in line at the end of a week; None while nobody had counted yet.

    `in_line` and `total` count settings, once for each administration that is to have them.
    """

    ends_on: date
    percent: int | None
    in_line: int = 0
    total: int = 0
    administrations_in_line: int = 0
    administrations: int = 0


def note_today(main: Administration) -> None:
    """Keep the figures of today, and forget those of too long ago; called after counting. Two statements."""
    today = timezone.localdate()
    with connection.cursor() as cursor:
        cursor.execute(NOTE, {"main": main.pk, "day": today})
    AlignmentDay.objects.filter(administration=main, day__lt=today - KEPT).delete()


def last_weeks(main: Administration) -> list[Week]:
    """The last weeks of everything, the oldest first: each as it stood on its last day, the present one as it stands;
    one query."""
    rows = AlignmentDay.objects.filter(administration=main, group="", package=None, day__lte=timezone.localdate())
    found = list(rows.order_by("day"))
    return weeks_of([row.day for row in found], found)


def weeks_of(counted: Sequence[date], rows: Collection[AlignmentDay], weeks: int = WEEKS) -> list[Week]:
    """The weeks of one series, from its rows and from the days, oldest first, on which anything was counted."""
    by_day = {row.day: row for row in rows}
    today = timezone.localdate()
    found = []
    for number in reversed(range(weeks)):
        end = today - timedelta(weeks=number)
        # A day without a figure is one on which nothing changed: the last one before it still holds.
        place = bisect_right(counted, end)
        row = by_day.get(counted[place - 1]) if place else None
        if row is None or not row.total:
            found.append(Week(end, None))
        else:
            percent = row.in_line * 100 // row.total
            found.append(Week(end, percent, row.in_line, row.total, row.administrations_in_line, row.administrations))
    return found
