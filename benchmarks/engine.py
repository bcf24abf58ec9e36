"""`./dev bench engine`: a first sync, one with nothing changed, one with 1 % changed; each way on its own child."""

from collections.abc import Callable
from functools import partial

from django.db import connection

from settings_sync.declaring.kinds import all_kinds
from settings_sync.engine import sql
from settings_sync.engine.reading.index import look_at
from settings_sync.planning.values import Key
from tenants.migrating import migrate_everything
from tenants.models import Administration

from . import ways
from .measuring import Medians, Times
from .settings_data import change_one_percent, change_one_percent_of_items, fill, make_administration

Way = Callable[[Administration, Administration], object]
ONE_IN = 8
"""The ORM loop, by far the slowest and the same for every row, does one in so many items, once."""
WAYS: dict[str, Way] = {
    "eenlijn": ways.eenlijn,
    "orm_loop": partial(ways.orm_loop, one_in=ONE_IN),
    "bulk_create": ways.bulk_create,
    "floor": ways.floor,
}
SCENARIOS = ("first", "unchanged", "one_percent", "one_percent_of_items")


def run(rounds: int = 3) -> Medians:
    """Measure, print a table with ratios, and return the medians in seconds per scenario and way."""
    migrate_everything()
    main = make_administration("Bench hoofd")
    fill(main)
    times = Times()
    for number in range(rounds):
        _measure_round(main, times, number)
    print(f"\n{_count_rows(main)} rows of settings in the main administration; medians of {rounds} rounds.")
    print("× is the time divided by eenlijn's.")
    print(f"orm_loop was run once, over one in {ONE_IN} items, and its time multiplied by {ONE_IN}.\n")
    times.show(WAYS, "eenlijn")
    return times.medians()


def _measure_round(main: Administration, times: Times, number: int) -> None:
    """Fresh children; every way takes its turn in every scenario, the ORM loop in the first round's first three."""
    taking_part = {name: way for name, way in WAYS.items() if number == 0 or name != "orm_loop"}
    children = {name: make_administration(f"Bench {name}", main) for name in taking_part}
    for scenario in SCENARIOS:
        if scenario == "one_percent":
            change_one_percent(main, seed=number)
        if scenario == "one_percent_of_items":
            change_one_percent_of_items(main, seed=1000 + number)
        for name, way in taking_part.items():
            if name == "orm_loop" and scenario == "one_percent_of_items":
                continue
            written = _rows_written(children[name])
            share = 1 / ONE_IN if name == "orm_loop" else 1.0
            times.take(scenario, name, partial(way, main, children[name]), share)
            if scenario == "unchanged" and name == "eenlijn":
                assert _rows_written(children[name]) == written, "an administration in line was written to"
    assert_equal(main, [child for name, child in children.items() if name != "orm_loop"])


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


def _count_rows(main: Administration) -> int:
    counts = (
        f"SELECT count(*) AS found FROM {sql.name(main.schema_name, table.table)}"
        for kind in all_kinds()
        for table in kind.tables
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT sum(found) FROM ({' UNION ALL '.join(counts)}) counted")
        return int(cursor.fetchone()[0])
