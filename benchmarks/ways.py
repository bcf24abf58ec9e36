"""The ways of bringing a child in line that `./dev bench engine` compares. All of them leave the same rows behind."""

import uuid
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone

from settings_sync.declaring.kinds import Kind, Table, all_kinds
from settings_sync.engine import sql
from settings_sync.engine.applying.targets import apply_target
from settings_sync.engine.reading.index import look_at
from settings_sync.engine.reading.lines import is_in_line
from settings_sync.engine.reading.snapshots import needs_in, take_snapshot
from settings_sync.models import Plan, PlanTarget, SyncRun, SyncTarget
from settings_sync.planning.plans import plan_target
from settings_sync.planning.values import Choice, Source
from settings_sync.services.plans.comparing import Compared, category_of
from settings_sync.services.plans.orders import work_of
from settings_sync.services.plans.plans import keep_plans
from tenants.models import Administration
from tenants.schemas import inside


def eenlijn(main: Administration, child: Administration) -> None:
    """The engine of this product: snapshot, look, plan, store the plan, apply on the sync login with every check.

    A child that is in line costs the query that says so.
    """
    if is_in_line(main, child):
        return
    snapshot, entries = take_snapshot(main)
    local = look_at(child)
    everything = Choice(frozenset(category_of().values()))
    planned = plan_target(Source(entries, needs_in(snapshot)), local, everything, category_of())
    if not planned.writes_anything:
        return
    with transaction.atomic():
        plan = Plan.objects.create(
            administration=main, snapshot=snapshot, state="ready", expires_at=timezone.now() + timedelta(hours=1)
        )
        target = PlanTarget.objects.create(plan=plan, administration=child, counts=dict(planned.counts))
        keep_plans([Compared(target, planned)])
        run = SyncRun.objects.create(plan=plan, administration=main)
        token = uuid.uuid4()
        sync_target = SyncTarget.objects.create(
            run=run, administration=child, plan_target=target, state="running", lease_token=token
        )
    apply_target(work_of(sync_target, token))


def orm_loop(main: Administration, child: Administration, one_in: int = 1) -> None:
    """`update_or_create` for every row, as a copier written by hand does it; for one in so many items."""
    keys: dict[type[Model], dict[Any, Any]] = {}
    for table in _tables():
        rows, uids = _read(main, table, keys, one_in)
        with inside(child), transaction.atomic():
            for uid, values in rows:
                table.model._default_manager.update_or_create(uid=uid, defaults=values)
            keys[table.model] = _local_keys(table, uids)
    _link(main, child)


def bulk_create(main: Administration, child: Administration) -> None:
    """`bulk_create(update_conflicts=True)` for every model."""
    keys: dict[type[Model], dict[Any, Any]] = {}
    for table in _tables():
        rows, uids = _read(main, table, keys)
        names = list(rows[0][1]) if rows else []
        with inside(child), transaction.atomic():
            table.model._default_manager.bulk_create(
                [table.model(uid=uid, **values) for uid, values in rows],
                update_conflicts=True,
                unique_fields=["uid"],
                update_fields=names,
                batch_size=1000,
            )
            keys[table.model] = _local_keys(table, uids)
    _link(main, child)


def floor(main: Administration, child: Administration) -> None:
    """One plain `INSERT … SELECT … ON CONFLICT … WHERE … IS DISTINCT FROM` per table: no plan, no merge, no undo."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for kind in all_kinds():
            for table in kind.tables:
                cursor.execute(_insert_select(table, main.schema_name, child.schema_name))
            for link in kind.links:
                cursor.execute(_link_select(kind, link, main.schema_name, child.schema_name))


def _tables() -> list[Table]:
    return [table for kind in all_kinds() for table in kind.tables]


def _read(
    main: Administration, table: Table, keys: dict[type[Model], dict[Any, Any]], one_in: int = 1
) -> tuple[list[tuple[uuid.UUID, dict[str, Any]]], dict[Any, uuid.UUID]]:
    """Every row of the main as (uid, values), its references already the child's; and uids by the main's key."""
    names = [column.name for column in table.columns] + ([table.parent_name, "position"] if table.parent else [])
    rows = []
    uids = {}
    with inside(main):
        for number, found in enumerate(table.model._default_manager.order_by("pk")):
            if one_in > 1 and not _takes_part(table, found, number, keys, one_in):
                continue
            values = {}
            for name in names:
                field: Any = table.model._meta.get_field(name)
                value = getattr(found, field.attname)
                if field.is_relation and value is not None:
                    value = keys[field.related_model].get(value) if field.related_model in keys else None
                values[field.attname] = value
            uids[found.pk] = found.uid  # type: ignore[attr-defined]
            rows.append((found.uid, values))  # type: ignore[attr-defined]
    return rows, uids


def _takes_part(table: Table, row: Any, number: int, keys: dict[type[Model], dict[Any, Any]], one_in: int) -> bool:
    """One in so many items, each with all of its parts."""
    if table.parent is None:
        return number % one_in == 0
    return getattr(row, table.parent_column) in keys[table.parent.model]


def _local_keys(table: Table, uids: dict[Any, uuid.UUID]) -> dict[Any, Any]:
    local = dict(table.model._default_manager.values_list("uid", "pk"))
    return {key: local[uid] for key, uid in uids.items()}


def _link(main: Administration, child: Administration) -> None:
    for kind in all_kinds():
        for link in kind.links:
            with connection.cursor() as cursor:
                cursor.execute(_link_select(kind, link, main.schema_name, child.schema_name))


def _insert_select(table: Table, source: str, target: str) -> str:
    names = [column.column for column in table.columns] + ([table.parent_column, "position"] if table.parent else [])
    joins = ""
    values = []
    for name in names:
        field = next((f for f in table.model._meta.local_fields if f.column == name), None)
        if field is not None and field.is_relation:
            other: Any = field.related_model
            joins += (
                f" LEFT JOIN {sql.name(source, other._meta.db_table)} s_{name} ON s_{name}.id = s.{sql.name(name)}"
                f" LEFT JOIN {sql.name(target, other._meta.db_table)} t_{name} ON t_{name}.uid = s_{name}.uid"
            )
            values.append(f"t_{name}.id")
        else:
            values.append(f"s.{sql.name(name)}")
    starts = [(local.column, sql.literal(local.field.get_default())) for local in table.local]
    columns = ", ".join(["uid", *map(sql.name, names), *(sql.name(column) for column, _start in starts)])
    settings = ", ".join(f"{sql.name(name)} = excluded.{sql.name(name)}" for name in names)
    old = ", ".join(f"t.{sql.name(name)}" for name in names)
    new = ", ".join(f"excluded.{sql.name(name)}" for name in names)
    picked = ", ".join(["s.uid", *values, *(start for _column, start in starts)])
    return (
        f"INSERT INTO {sql.name(target, table.table)} AS t ({columns}) SELECT {picked}"
        f" FROM {sql.name(source, table.table)} s{joins} ON CONFLICT (uid) DO UPDATE SET {settings}"
        f" WHERE ({old}) IS DISTINCT FROM ({new})"
    )


def _link_select(kind: Kind, link: Any, source: str, target: str) -> str:
    own = sql.name(link.own_column)
    other = sql.name(link.other_column)
    return (
        f"INSERT INTO {sql.name(target, link.table)} ({own}, {other}) SELECT tr.id, tt.id"
        f" FROM {sql.name(source, link.table)} m JOIN {sql.name(source, kind.root.table)} sr ON sr.id = m.{own}"
        f" JOIN {sql.name(source, link.other_table)} so ON so.id = m.{other}"
        f" JOIN {sql.name(target, kind.root.table)} tr ON tr.uid = sr.uid"
        f" JOIN {sql.name(target, link.other_table)} tt ON tt.uid = so.uid ON CONFLICT DO NOTHING"
    )
