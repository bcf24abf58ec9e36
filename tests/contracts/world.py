"""A company to test the contract on, and what stands in its administrations: documents, and fingerprints of tables."""

import json
import threading
import uuid
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from django.db import connection, transaction
from psycopg import sql

from accounts.models import User
from settings_sync.declaring.kinds import Kind, all_kinds
from settings_sync.engine.applying.connections import close_sync_connection
from settings_sync.engine.reading.index import read_documents
from settings_sync.engine.sync_rights import settings_tables
from settings_sync.engine.witness import Fingerprint, fingerprint_tables
from settings_sync.models import SyncRun
from settings_sync.services.plans.plans import create_plan
from settings_sync.services.runs.runs import start_run
from settings_sync.services.targets.targets import execute_target
from tenants.models import Administration
from tenants.schemas import HasSchema
from tests.conftest import make_administration, make_member

KINDS = [kind.key for kind in all_kinds()]
CATEGORIES = [category.key for category in all_kinds().categories]
MEMORY = ["sync_ledger_base", "sync_ledger_deviation", "sync_ledger_indexentry", "sync_ledger_dirty"]
MEMORY += ["sync_ledger_version"]

Fingerprints = dict[str, Fingerprint]

Row = dict[str, Any]


@dataclass
class Company:
    """A main administration, and somebody who may sync from it."""

    main: Administration
    owner: User

    def child(self, name: str) -> Administration:
        """A new sub-administration that the owner may sync to."""
        made = make_administration(name, self.main)
        make_member(made, user=self.owner)
        return made

    def plan(self, *children: Administration, **choice: Any) -> Any:
        return create_plan(acting_user=self.owner, main=self.main, targets=[child.slug for child in children], **choice)

    def run(self, plan: Any, **confirmed: str) -> SyncRun:
        """Carry out a plan to its end, in this process."""
        return self.finish(start_run(acting_user=self.owner, plan=plan, version=plan.version, **confirmed))

    def finish(self, run: SyncRun) -> SyncRun:
        """Carry out what was confirmed."""
        for target in run.targets.all():
            execute_target(target.pk)
        run.refresh_from_db()
        return run

    def sync(self, *children: Administration, **choice: Any) -> SyncRun:
        """Preview and run; every target must succeed."""
        run = self.run(self.plan(*children, **choice))
        assert run.state == SyncRun.State.SUCCEEDED, list(run.targets.values("error_code", "error_detail"))
        return run

    def sweep(self, *children: Administration) -> None:
        """Empty the settings of the main and of these children, and everything that is remembered of syncs."""
        with transaction.atomic(), connection.cursor() as cursor:
            for administration in (self.main, *children):
                for table in [*settings_tables(), *MEMORY]:
                    cursor.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(administration.schema_name, table)))
            cursor.execute(
                "SELECT tablename FROM pg_tables WHERE tablename LIKE 'settings_sync_%%' AND schemaname = 'public'"
            )
            for (table,) in cursor.fetchall():
                cursor.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier("public", table)))


def make_company(name: str = "Van Dijk") -> Company:
    main = make_administration(name)
    return Company(main, make_member(main))


def documents(administration: Administration, kind: Kind) -> dict[uuid.UUID, dict[str, Any]]:
    """The document of every item of one kind as it stands, by uid; read afresh, not from the index."""
    uids = {row["uid"] for row in rows(administration, kind.root.table, "uid")}
    found = read_documents(administration.schema_name, {(kind.key, uid) for uid in uids})
    return {uid: dict(document.body) for (_kind, uid), document in found.items()}


def digests(administration: Administration, kind: Kind) -> dict[uuid.UUID, bytes]:
    """The digest of every item of one kind as it stands, by uid."""
    uids = {row["uid"] for row in rows(administration, kind.root.table, "uid")}
    found = read_documents(administration.schema_name, {(kind.key, uid) for uid in uids})
    return {uid: document.entry.digest for (_kind, uid), document in found.items()}


def rows(administration: Administration, table: str, *columns: str) -> list[Row]:
    """Rows of a table as they stand, whatever the current schema."""
    listed = sql.SQL(", ").join(map(sql.Identifier, columns)) if columns else sql.SQL("*")
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("SELECT {} FROM {}").format(listed, sql.Identifier(administration.schema_name, table)))
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def tables_of(administration: HasSchema) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [administration.schema_name])
        return {name for (name,) in cursor.fetchall()}


def fingerprint(administration: HasSchema, tables: Collection[str] | None = None) -> Fingerprints:
    """Every table of an administration, or these, as the product's own witness sees them."""
    return fingerprint_tables(administration, tables_of(administration) if tables is None else tables)


def places(administration: Administration, table: str) -> dict[Any, str]:
    """Where each row of a settings table stands and who wrote it, by uid (or by the whole row, for links)."""
    query = sql.SQL("SELECT to_jsonb(t), t.ctid::text || ' ' || t.xmin::text FROM {} t").format(
        sql.Identifier(administration.schema_name, table)
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {row.get("uid", str(row)): place for row, place in map(_loaded, cursor.fetchall())}


def _loaded(found: tuple[Any, str]) -> tuple[dict[str, Any], str]:
    row, place = found
    return (json.loads(row) if isinstance(row, str) else row), place


def in_threads(*jobs: Callable[[], Any]) -> list[Any]:
    """Run jobs at the same time, each with connections of its own; gives what each returned, or the error it raised."""
    barrier, results = threading.Barrier(len(jobs)), [None] * len(jobs)

    def do(number: int, job: Callable[[], Any]) -> None:
        barrier.wait()
        try:
            results[number] = job()
        except Exception as error:
            results[number] = error
        finally:
            connection.close()
            close_sync_connection()

    threads = [threading.Thread(target=do, args=found) for found in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@contextmanager
def another_connection(*, autocommit: bool = True, database: str = "") -> Iterator[psycopg.Connection[Any]]:
    """Somebody else at the database, with the product's own login."""
    settings = connection.settings_dict
    with psycopg.connect(
        host=settings["HOST"],
        port=settings["PORT"],
        user=settings["USER"],
        password=settings["PASSWORD"],
        dbname=database or settings["NAME"],
        autocommit=autocommit,
    ) as made:
        yield made
