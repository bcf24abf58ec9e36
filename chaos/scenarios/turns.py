"""One administration, wanted by many: fifty runs at once, and somebody who has it locked."""

import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection, connections
from psycopg import sql

from settings_sync.models import SyncRun, SyncTarget
from tenants.models import Administration

from ..company import Company, Watch, wait_until_ended
from ..stage import Stage
from ..table import Row


def run(stage: Stage, full: bool) -> list[Row]:
    """Fifty threads; a business transaction that holds on; and what daily work notices of all that."""
    company = Company()
    company.add(2)
    stage.start_product(workers=2)
    rows = [_many(stage, company, 50 if full else 12), _locked(stage, company)]
    if full:
        rows.append(_daily_work(stage, company))
    return rows


def _many(stage: Stage, company: Company, threads: int) -> Row:
    company.bump()
    child = company.children[0]
    watch = Watch(company, [child])
    deadlocks = _deadlocks()
    runs, refused = _start_at_once(company, child, threads)
    took = wait_until_ended(runs, stage.revive, 180)
    row = Row(f"{threads} threads start runs on one child", tried=threads)
    verdict = watch.judge(runs)
    row.survived = len(runs) + len(refused) - len(verdict.sentences)
    row.lost = len(verdict.lost)
    row.doubled = len(verdict.doubled)
    row.half = len(verdict.half)
    row.failures = [*verdict.sentences, *refused]
    found = _deadlocks() - deadlocks
    if found:
        row.failures.append(f"{found} deadlocks")
    writing = SyncTarget.objects.filter(run__in=runs, receipt__rows__has_key="forms_catalog_form").count()
    row.note = f"all ended in {took:.1f} s, one after the other; {writing} wrote settings; 0 deadlocks expected."
    if writing != 1:
        row.failures.append(f"{writing} of them wrote the same settings")
    return row


def _start_at_once(company: Company, child: Administration, threads: int) -> tuple[list[SyncRun], list[str]]:
    runs: list[SyncRun] = []
    trouble: list[str] = []
    barrier = threading.Barrier(threads)

    def start() -> None:
        barrier.wait()
        try:
            runs.append(company.start([child]))
        except Exception as error:
            trouble.append(f"{type(error).__name__}: {error}")
        finally:
            connections.close_all()

    started = [threading.Thread(target=start) for _ in range(threads)]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()
    return runs, trouble


def _deadlocks() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


def _locked(stage: Stage, company: Company) -> Row:
    """An edit stays open for longer than a sync waits: it is told busy, tried again, and ends when the edit does."""
    company.bump()
    child = company.children[1]
    watch = Watch(company, [child])
    table = sql.Identifier(child.schema_name, "reference_data_worktype")
    with own_connection() as other, other.transaction():
        other.execute(sql.SQL("SELECT 1 FROM {} FOR UPDATE").format(table))
        other.execute(sql.SQL("UPDATE {} SET default_minutes = default_minutes").format(table))
        accepted = company.start([child])
        busy = _wait_for_busy(accepted)
        raise_after = psycopg.Rollback()
        row = Row("child locked by a transaction", tried=1)
        if not busy:
            row.failures.append("it was not told that the settings are busy")
        raise raise_after
    took = wait_until_ended([accepted], stage.revive)
    verdict = watch.judge([accepted])
    row.survived = int(verdict.ok)
    row.failures += verdict.sentences
    attempts = SyncTarget.objects.get(run=accepted).attempts
    row.note = f"{attempts} attempts; done {took:.1f} s after it was let go."
    return row


def _wait_for_busy(accepted: SyncRun) -> bool:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if SyncTarget.objects.filter(run=accepted, error_code="busy").exists():
            return True
        time.sleep(0.1)
    return False


@contextmanager
def own_connection() -> Iterator[psycopg.Connection[Any]]:
    """Somebody else at the database, with the product's own login."""
    found = connection.settings_dict
    names = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    with psycopg.connect(**{name: found[key] for name, key in names.items()}, autocommit=True) as made:
        yield made


def _daily_work(stage: Stage, company: Company) -> Row:
    """How long a write of daily data takes while its own administration is synced, against while another one is."""
    here, there = company.children
    table = sql.Identifier(here.schema_name, "business_customer")
    times: dict[str, list[float]] = {"here": [], "there": []}
    with own_connection() as other:
        for number in range(40):
            where = "here" if number % 2 else "there"
            company.bump()
            accepted = company.start([here if where == "here" else there])
            times[where] += _write_until(other, table, accepted)
            wait_until_ended([accepted], stage.revive)
    own = statistics.median(times["here"])
    elsewhere = statistics.median(times["there"])
    slower = 100 * (own / elsewhere - 1)
    row = Row("daily work during a sync of its own child", tried=len(times["here"]), survived=len(times["here"]))
    row.note = f"median write {own * 1000:.2f} ms, {slower:+.1f} % against a sync elsewhere; at most +10 % is promised."
    row.control = f"{elsewhere * 1000:.2f} ms"
    if slower > 10:
        row.survived = 0
        row.failures = [f"writes took {slower:.0f} % longer"]
    return row


def _write_until(other: Any, table: sql.Identifier, accepted: SyncRun) -> list[float]:
    write: Callable[[], Any] = lambda: other.execute(  # noqa: E731
        sql.SQL("UPDATE {} SET city = city WHERE number = 1").format(table)
    )
    times = []
    while SyncRun.objects.filter(pk=accepted.pk, finished_at=None).exists():
        started = time.perf_counter()
        write()
        times.append(time.perf_counter() - started)
    return times
