"""How long it takes from publishing a setting until a sync has brought it to the administrations that have it.

It is read from what is stored already. When a version was published stands with the versions of the main
administration (`sync_ledger.Version`); when it arrived is the receipt of the run whose change brought that very
version. A version that was overtaken by a next one before any sync, and one that has not come yet, has no arrival and
is not counted; nor is what an administration gets that did not exist when it was published, or what an undo brings
back.
"""

from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from settings_sync.models import PublishingDay
from settings_sync.services.administrations.days import KEPT
from tenants.models import Administration
from tenants.schemas import inside

LOOKED_BACK = timedelta(weeks=12)
MOST_SECONDS = 2**31 - 1

# A package counts what it holds, where it is asked for: that is what `Alignment.packages` has a number of.
NOTE = """
WITH arrived AS (
    SELECT t.administration_id, c.category, c.uid, extract(epoch FROM r.written_at - published.at) AS took
    FROM settings_sync_receipt r
    JOIN settings_sync_synctarget t ON t.id = r.target_id
    JOIN settings_sync_syncrun n ON n.id = t.run_id
    JOIN settings_sync_plan p ON p.id = n.plan_id
    JOIN tenants_administration a ON a.id = t.administration_id
    JOIN settings_sync_change c ON c.plan_target_id = t.plan_target_id
    CROSS JOIN LATERAL (
        SELECT v.at FROM sync_ledger_version v
        WHERE v.kind = c.kind AND v.uid = c.uid AND v.digest = c.source_digest AND v.at <= r.written_at
        ORDER BY v.id DESC LIMIT 1
    ) published
    WHERE n.administration_id = %(main)s AND p.kind <> 'undo' AND r.written_at > %(since)s
        AND c.result_digest = c.source_digest AND c.local_digest IS DISTINCT FROM c.source_digest
        AND published.at > %(since)s AND a.created_at <= published.at
        AND NOT EXISTS
            (SELECT FROM settings_sync_finding f WHERE f.target_id = t.id AND f.kind = c.kind AND f.uid = c.uid)
),
packages AS (SELECT * FROM settings_sync_package WHERE administration_id = %(main)s FOR KEY SHARE),
of_package AS (
    SELECT NULL::uuid AS package, uid, took FROM arrived
    -- There is always a figure of everything, by which it is known that a day was looked at.
    UNION ALL SELECT NULL, NULL, NULL
    UNION ALL
    SELECT p.id, x.uid, x.took FROM arrived x
    JOIN packages p ON NOT p.excepted ? x.uid::text
        AND (p.is_everything OR p.categories ? x.category OR p.items ? x.uid::text)
    JOIN settings_sync_alignment l ON l.administration_id = x.administration_id AND l.category = x.category
        AND l.packages ? p.id::text
),
figures AS (
    SELECT package, count(DISTINCT uid) AS settings, count(took) AS arrivals,
        least(coalesce(percentile_cont(0.5) WITHIN GROUP (ORDER BY took), 0), %(most)s)::int AS median,
        least(coalesce(percentile_cont(0.9) WITHIN GROUP (ORDER BY took), 0), %(most)s)::int AS slowest
    FROM of_package GROUP BY package
),
gone AS (
    DELETE FROM settings_sync_publishingday d WHERE administration_id = %(main)s AND day = %(day)s
        AND NOT EXISTS (SELECT FROM figures f WHERE f.package IS NOT DISTINCT FROM d.package_id)
)
INSERT INTO settings_sync_publishingday
    (administration_id, day, package_id, settings, arrivals, median_seconds, slowest_seconds)
SELECT %(main)s, %(day)s, package, settings, arrivals, median, slowest FROM figures
ON CONFLICT (administration_id, day, package_id) DO UPDATE SET settings = EXCLUDED.settings,
    arrivals = EXCLUDED.arrivals, median_seconds = EXCLUDED.median_seconds, slowest_seconds = EXCLUDED.slowest_seconds
"""


def note_publishing(main: Administration) -> None:
    """Keep how long publishing took in the twelve weeks up to today, and forget what is of too long ago.

    It reads every change that was brought in that time, so it is for the reaper and not for a page.
    """
    today = timezone.localdate()
    values: dict[str, Any] = {
        "main": main.pk,
        "day": today,
        "since": timezone.now() - LOOKED_BACK,
        "most": MOST_SECONDS,
    }
    with inside(main), connection.cursor() as cursor:
        cursor.execute(NOTE, values)
    PublishingDay.objects.filter(administration=main, day__lt=today - KEPT).delete()
