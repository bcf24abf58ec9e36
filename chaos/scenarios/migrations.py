"""Migrating while a run goes on: the shared schema and every administration, over and over, until its last target."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from django.db import DatabaseError, connection, connections
from psycopg import sql

from settings_sync.engine.fence import sync_login
from settings_sync.models import SyncTarget
from tenants.migrating import migrate_administration, migrate_everything

from ..company import Company, Watch, wait_until_ended
from ..stage import Stage
from ..table import Row

TABLE = "forms_catalog_form"
NOTICED_WITHIN_SECONDS = 30.0
MOST_ROUNDS = 5


@dataclass
class Migrations:
    """Migrates a company's administrations anew until it is told to stop."""

    company: Company
    done: int = 0
    failures: list[str] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> "Migrations":
        self._thread = threading.Thread(target=self._migrate)
        self._thread.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self._stop.set()
        self._thread.join()

    def _migrate(self) -> None:
        try:
            while not self._stop.is_set():
                self._try("the shared schema", migrate_everything)
                # One by one, whatever their head: those at the head are what a run writes in, and would be passed over.
                for child in self.company.children:
                    self.done += self._try(child.name, partial(migrate_administration, child))
        finally:
            connections.close_all()

    def _try(self, what: str, migrate: Callable[[], object]) -> bool:
        if self._stop.is_set():
            return False
        try:
            migrate()
        except DatabaseError as error:
            self.failures.append(f"{what} was not migrated: {error}")
            return False
        return True


def run(stage: Stage, full: bool) -> list[Row]:
    """Runs of 200 targets, a short run 10, until as many administrations were migrated meanwhile as `wanted` says.

    Then a right that is away for a while, which a target must outlast.
    """
    targets, wanted = (200, 60) if full else (10, 5)
    company = Company()
    row = Row("a run while migrating")
    attempts = Counter[int]()
    company.add(targets)
    stage.start_product(workers=2)
    with Migrations(company) as migrations:
        for _round in range(MOST_ROUNDS):
            company.bump()
            watch = Watch(company, company.children)
            accepted = company.start(company.children)
            wait_until_ended([accepted], stage.revive, 600)
            row.add_targets(watch.judge([accepted]), targets)
            attempts.update(SyncTarget.objects.filter(run=accepted).values_list("attempts", flat=True))
            if migrations.done >= wanted:
                break
    row.failures += migrations.failures
    if migrations.done < wanted:
        row.failures.append(f"it was over after {migrations.done} of {wanted} migrations")
    told = ", ".join(f"{count} in {number}" for number, count in sorted(attempts.items()))
    row.note = f"{migrations.done} migrations of an administration meanwhile; targets by attempts: {told}."
    row.control = _without_a_right(stage, company, row)
    return [row]


def _without_a_right(stage: Stage, company: Company, row: Row) -> str:
    """Take a right from the sync login, as migrating once did for a moment, and give it back once that was noticed.

    A right that nobody misses would mean that the run above could not have met one.
    """
    company.bump()
    child = company.children[0]
    table = sql.Identifier(child.schema_name, TABLE)
    login = sql.Identifier(sync_login())
    _execute(sql.SQL("REVOKE UPDATE ON {} FROM {}").format(table, login))
    accepted = company.start([child])
    target = SyncTarget.objects.filter(run=accepted)
    deadline = time.monotonic() + NOTICED_WITHIN_SECONDS
    while not target.exclude(error_code="").exists() and time.monotonic() < deadline:
        stage.revive()
        time.sleep(0.05)
    _execute(sql.SQL("GRANT UPDATE ON {} TO {}").format(table, login))
    wait_until_ended([accepted], stage.revive)
    ended = target.get()
    if ended.state != "succeeded" or ended.attempts < 2:
        row.failures.append(f"with a right away for a while it {ended.state} after {ended.attempts} attempts")
    return f"a right away for a while: {ended.state} after {ended.attempts} attempts"


def _execute(statement: sql.Composed) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement.as_string(None))
