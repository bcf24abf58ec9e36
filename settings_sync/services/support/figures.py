"""How the product is doing, in its own terms: what is open, how long it waits, what was written, how fast."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection

from settings_sync.models import Checkup

LOOKED_BACK_SECONDS = 3600
"""What has ended is told of the last hour, so that the cost does not grow with the history."""


@dataclass(frozen=True)
class Figures:
    """Seconds and counts at one instant. What `ended` holds, and all below it, is of the last hour.

    `open_targets` counts by state; `oldest_open_seconds` is 0 when nothing is open. `apply_seconds` has the 50th, 95th
    and 100th percentile, by number.
    """

    open_targets: Mapping[str, int]
    oldest_open_seconds: float
    ended: Mapping[str, int]
    apply_seconds: Mapping[str, float]
    rows_written: int
    held_items: int
    administrations: Mapping[str, int]
    unwell_administrations: int


def read_figures() -> Figures:
    """The figures of now; five queries."""
    open_targets = _counts(
        "SELECT state, count(*) FROM settings_sync_synctarget WHERE state = ANY(%s) GROUP BY state", OPEN
    )
    ended = _counts(f"SELECT state, count(*) FROM settings_sync_synctarget WHERE {ENDED} GROUP BY state")
    # In one statement, or the figures would be of different instants.
    oldest, rows, held, *percentiles = _row(WORK)
    return Figures(
        open_targets={state: open_targets.get(state, 0) for state in OPEN},
        oldest_open_seconds=float(oldest or 0),
        ended={state: ended.get(state, 0) for state in FINAL},
        apply_seconds={name: float(value or 0) for name, value in zip(PERCENTILES, percentiles, strict=True)},
        rows_written=int(rows or 0),
        held_items=int(held or 0),
        administrations=_counts(
            "SELECT state, count(*) FROM tenants_administration WHERE state <> 'deleted' GROUP BY state"
        ),
        unwell_administrations=Checkup.objects.exclude(faults=[]).filter(administration__state="active").count(),
    )


OPEN = ["queued", "running"]
FINAL = ["succeeded", "held", "failed", "skipped", "cancelled"]
PERCENTILES = ("0.5", "0.95", "1")
ENDED = f"finished_at > now() - make_interval(secs => {LOOKED_BACK_SECONDS})"
WORK = f"""
SELECT (SELECT extract(epoch FROM now() - min(r.created_at)) FROM settings_sync_synctarget t
        JOIN settings_sync_syncrun r ON r.id = t.run_id WHERE t.state IN ('queued', 'running')),
    (SELECT sum(n::bigint) FROM settings_sync_receipt p, jsonb_each_text(p.rows) AS written (name, n)
     WHERE p.written_at > now() - make_interval(secs => {LOOKED_BACK_SECONDS})),
    sum((counts->>'hold')::bigint) FILTER (WHERE state IN ('succeeded', 'held')),
    percentile_cont(0.5) WITHIN GROUP (ORDER BY {{took}}) FILTER (WHERE state = 'succeeded'),
    percentile_cont(0.95) WITHIN GROUP (ORDER BY {{took}}) FILTER (WHERE state = 'succeeded'),
    max({{took}}) FILTER (WHERE state = 'succeeded')
FROM settings_sync_synctarget WHERE {ENDED}
""".format(took="extract(epoch FROM finished_at - started_at)")


def _counts(query: str, *values: list[str]) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return dict(cursor.fetchall())


def _row(query: str) -> tuple[float | int | None, ...]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return tuple(cursor.fetchone())
