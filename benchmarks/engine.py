"""`./dev bench engine`: a first sync, one with nothing changed, one with 1 % changed; each way on its own child."""

import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

from django.db import connection

from settings_sync import sql
from settings_sync.kinds import all_kinds
from settings_sync.planning.values import Key
from settings_sync.reading.index import look_at
from tenants.migrating import migrate_everything
from tenants.models import Administration

from . import ways
from .settings_data import change_one_percent, change_one_percent_of_items, fill, make_administration

Way = Callable[[Administration, Administration], None]
WAYS: dict[str, Way] = {
    "eenlijn": ways.eenlijn,
    "orm_loop": ways.orm_loop,
    "bulk_create": ways.bulk_create,
    "floor": ways.floor,
}
SCENARIOS = ("first", "unchanged", "one_percent", "one_percent_of_items")
Times = dict[str, dict[str, list[float]]]


def run(rounds: int = 5) -> dict[str, dict[str, float]]:
    """Measure, print a table with ratios, and return the medians in seconds per scenario and way."""
    migrate_everything()
    main = make_administration("Bench hoofd")
    fill(main)
    times: Times = {scenario: {way: [] for way in WAYS} for scenario in SCENARIOS}
    for number in range(rounds):
        _measure_round(main, times, number)
    _print(times)
    return {
        scenario: {way: statistics.median(found) for way, found in of.items() if found}
        for scenario, of in times.items()
    }


def _measure_round(main: Administration, times: Times, number: int) -> None:
    """Fresh children; every way takes its turn in every scenario. The ORM loop, by far the slowest, takes part once."""
    taking_part = {name: way for name, way in WAYS.items() if number == 0 or name != "orm_loop"}
    children = {name: make_administration(f"Bench {name}", main) for name in taking_part}
    for scenario in SCENARIOS:
        if scenario == "one_percent":
            change_one_percent(main, seed=number)
        if scenario == "one_percent_of_items":
            change_one_percent_of_items(main, seed=1000 + number)
        for name, way in taking_part.items():
            written = _rows_written(children[name])
            started = time.perf_counter()
            way(main, children[name])
            times[scenario][name].append(time.perf_counter() - started)
            print(f"round {number + 1}: {scenario}, {name}: {times[scenario][name][-1]:.3f} s", file=sys.stderr)
            if scenario == "unchanged" and name == "eenlijn":
                assert _rows_written(children[name]) == written, "an administration in line was written to"
    assert_equal(main, list(children.values()))


def assert_equal(main: Administration, children: list[Administration]) -> None:
    """All ways must leave the same settings behind."""
    wanted = _digests(main)
    for child in children:
        found = _digests(child)
        assert found == wanted, f"{child.name} differs in {len(wanted.items() ^ found.items())} items"


def _digests(administration: Administration) -> dict[Key, bytes]:
    return {key: entry.digest for key, entry in look_at(administration).entries.items()}


def _rows_written(administration: Administration) -> int:
    """Rows ever inserted, updated or deleted in an administration's schema, by PostgreSQL's own counters."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute(
            "SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) FROM pg_stat_user_tables WHERE schemaname = %s",
            [administration.schema_name],
        )
        return int(cursor.fetchone()[0])


def _print(times: Times) -> None:
    rows = sum(_count(table.table) for kind in all_kinds() for table in kind.tables)
    print(f"\n{rows} rows of settings in the main administration. Medians; × is the time divided by eenlijn's.\n")
    print(f"{'':22}" + "".join(f"{way:>24}" for way in WAYS))
    for scenario, of in times.items():
        ours = statistics.median(of["eenlijn"])
        cells: list[Any] = []
        for way in WAYS:
            median = statistics.median(of[way])
            cells.append(f"{median * 1000:10.1f} ms {median / ours:7.1f}×")
        print(f"{scenario:22}" + "".join(f"{cell:>24}" for cell in cells))


def _count(table: str) -> int:
    main = Administration.objects.filter(name="Bench hoofd").latest("created_at")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {sql.name(main.schema_name, table)}")
        return int(cursor.fetchone()[0])
