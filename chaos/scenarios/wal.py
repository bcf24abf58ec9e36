"""The write-ahead log as a witness: every row that hundreds of syncs changed, read back from the database's own log."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection

from forms_catalog.models import Field
from settings_sync.engine.applying import targets as applying
from settings_sync.engine.applying.connections import close_sync_connection
from settings_sync.engine.sync_rights import BOOKS_IN_CHILD, SHARED_RIGHTS, settings_tables
from settings_sync.engine.witness import Fingerprint, fingerprint_tables
from settings_sync.models import SyncTarget
from settings_sync.services.targets.targets import execute_target
from tenants.models import Administration
from tenants.schemas import inside

from ..company import Company, Watch
from ..stage import Stage
from ..table import Row

SLOT = "chaos_witness"
CHANGE = re.compile(r'^table "?([^".]+)"?\."?([^".:]+)"?: (INSERT|UPDATE|DELETE)')
RECEIPT = ("public", "settings_sync_receipt")


def run(stage: Stage, full: bool) -> list[Row]:
    """2,000 targets under the eye of the log; then two planted breaches that it, and the sync itself, must see."""
    stage.stop_product()
    company = Company()
    children = company.add(20 if full else 4)
    before = {child.pk: _hashes(child) for child in children}
    row = Row("WAL witness")
    with _witness(stage) as witness:
        for _round in range(100 if full else 5):
            row.tried += len(children)
            _sync_all(company, children)
        found = _foreign(witness)
    moved = [child.name for child in children if _hashes(child) != before[child.pk]]
    row.failures = [f"{count} rows in {table}" for table, count in found.outside.items()]
    row.failures += [f"daily data of {name} moved" for name in moved]
    row.survived = row.tried - len(row.failures)
    row.half = len(moved)
    if found.applied != row.tried:
        row.failures.append(f"the log shows {found.applied} syncs")
    row.note = f"{found.rows} rows in {found.applied} syncs, {sum(found.outside.values())} outside what they may write."
    seen = [_planted_cascade(stage, company), _planted_write(stage, company)]
    row.control = f"{sum(not missed for missed in seen)} of 2 planted seen"
    row.failures += [line for missed in seen for line in missed]
    return [row]


def _hashes(child: Administration) -> dict[str, Fingerprint]:
    """Content, and where and when each row was written, of every table in its schema that no sync may write."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [child.schema_name])
        tables = {name for (name,) in cursor.fetchall()} - {*settings_tables(), *BOOKS_IN_CHILD}
    return fingerprint_tables(child, tables)


class Found:
    """What the log holds: transactions with a receipt, their rows, and rows where no sync may write."""

    def __init__(self) -> None:
        self.applied = self.rows = 0
        self.outside: dict[str, int] = {}


def _sync_all(company: Company, children: list[Administration]) -> None:
    company.bump()
    accepted = company.start(children)
    for target in SyncTarget.objects.filter(run=accepted):
        assert execute_target(target.pk), SyncTarget.objects.get(pk=target.pk).error_detail


@contextmanager
def _witness(stage: Stage) -> Iterator[Any]:
    """A logical replication slot on the product's database, from now on."""
    url = stage.environment["SUPERUSER_DATABASE_URL"]
    with psycopg.connect(url, autocommit=True) as superuser:
        superuser.execute("SELECT pg_create_logical_replication_slot(%s, 'test_decoding')", [SLOT])
        try:
            yield superuser
        finally:
            superuser.execute("SELECT pg_drop_replication_slot(%s)", [SLOT])


def _foreign(witness: Any) -> Found:
    """Read the log, transaction by transaction; those with a receipt are syncs."""
    found = Found()
    changes = list[tuple[str, str]]()
    for (line,) in witness.execute("SELECT data FROM pg_logical_slot_get_changes(%s, NULL, NULL)", [SLOT]):
        if line.startswith("BEGIN"):
            changes = []
        elif match := CHANGE.match(line):
            changes.append((match[1], match[2]))
        elif line.startswith("COMMIT") and RECEIPT in changes:
            _judge(found, changes)
    return found


def _judge(found: Found, changes: list[tuple[str, str]]) -> None:
    own = {*settings_tables(), *BOOKS_IN_CHILD} - {"django_migrations"}
    schemas = {schema for schema, _table in changes} - {"public"}
    found.applied += 1
    found.rows += len(changes)
    for schema, table in changes:
        allowed = table in SHARED_RIGHTS if schema == "public" else table in own and len(schemas) == 1
        if not allowed:
            found.outside[f"{schema}.{table}"] = found.outside.get(f"{schema}.{table}", 0) + 1


def _planted_cascade(stage: Stage, company: Company) -> list[str]:
    """A table whose rows go with a field's, which a sync removes."""
    child = company.add_one("Cascade")
    _sync_all(company, [child])
    with connection.cursor() as cursor:
        cursor.execute(
            f'CREATE TABLE "{child.schema_name}".planted (field_id bigint REFERENCES'
            f' "{child.schema_name}".forms_catalog_field (id) ON DELETE CASCADE)'
        )
        cursor.execute(
            f'INSERT INTO "{child.schema_name}".planted SELECT id FROM "{child.schema_name}".forms_catalog_field'
        )
    with inside(company.main):
        last = Field.objects.order_by("-id").first()
        assert last is not None
        last.delete()
    return _is_seen(stage, company, child, "a cascade")


def _planted_write(stage: Stage, company: Company) -> list[str]:
    """A trigger on a settings table that writes daily data with its owner's rights, where no guard stands."""
    child = company.add_one("Vreemd")
    _sync_all(company, [child])
    space = f'"{child.schema_name}"'
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER sync_refuse ON {space}.business_customer")
        cursor.execute(
            f"CREATE FUNCTION {space}.planted() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN"
            f" UPDATE {space}.business_customer SET city = city; RETURN NULL; END $$"
        )
        cursor.execute(
            f"CREATE TRIGGER planted AFTER UPDATE ON {space}.forms_catalog_form"
            f" FOR EACH STATEMENT EXECUTE FUNCTION {space}.planted()"
        )
    return _is_seen(stage, company, child, "a foreign write")


def _is_seen(stage: Stage, company: Company, child: Administration, what: str) -> list[str]:
    """The sync must refuse it, with nothing written; and with that check taken out, the log and the hashes show it."""
    company.bump()
    watch = Watch(company, [child])
    missed = list[str]()
    before = _hashes(child)
    refused = company.start([child])
    execute_target(SyncTarget.objects.get(run=refused).pk)
    target = SyncTarget.objects.get(run=refused)
    if (target.state, target.error_code) != ("failed", "business-rows-written"):
        missed.append(f"{what} was not refused: {target.state} {target.error_code}")
    missed += watch.judge([refused], may_fail=True).sentences
    if _hashes(child) != before:
        missed.append(f"{what} was refused, and written all the same")
    former = applying._check_business_untouched
    applying._check_business_untouched = lambda cursor, work: None
    try:
        with _witness(stage) as witness:
            _sync_all(company, [child])
            if not _foreign(witness).outside:
                missed.append(f"{what} is not seen in the log")
        if _hashes(child) == before:
            missed.append(f"{what} is not seen in the hashes")
    finally:
        applying._check_business_untouched = former
        close_sync_connection()
    return missed
