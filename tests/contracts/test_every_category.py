"""What was not chosen stays byte for byte: other categories, other items, other administrations, the main itself."""

import uuid
from dataclasses import dataclass

import pytest
from django.db import connection

from settings_sync.declaring.kinds import Kind, Table, all_kinds
from settings_sync.engine.fence import sync_login
from settings_sync.models import Change, SyncRun
from tenants.models import Administration
from tenants.schemas import inside
from tests.contracts.samples import Filler
from tests.contracts.world import (
    CATEGORIES,
    KINDS,
    Company,
    Fingerprints,
    fingerprint,
    make_company,
    places,
)

pytestmark = pytest.mark.usefixtures("db")


@dataclass
class Standing:
    """A company whose child follows everything, and whose main has edited everything since."""

    company: Company
    child: Administration
    bystander: Administration
    main_before: Fingerprints
    bystander_before: Fingerprints


@pytest.fixture(scope="module")
def company(standing: None) -> Standing:
    company = make_company()
    child, bystander = company.child("Noord"), company.child("Oost")
    filler = Filler("hoofd")
    with inside(company.main):
        filler.everything()
        filler.daily_data()
    with inside(child):
        Filler("eigen").everything(count=1)
    company.sync(child, bystander, categories=CATEGORIES)
    with inside(company.main):
        for kind in all_kinds():
            for item in kind.root.model._default_manager.order_by("pk")[:2]:
                filler.alter(kind, item)
    company.plan(bystander, categories=CATEGORIES)  # everybody has been looked at
    return Standing(company, child, bystander, fingerprint(company.main), fingerprint(bystander))


def all_places(administration: Administration) -> dict[str, dict[str, str]]:
    tables = [table.table for kind in all_kinds() for table in (*kind.tables, *kind.links)]
    return {table: places(administration, table) for table in tables}


def items_of(administration: Administration, table: Table) -> dict[str, uuid.UUID]:
    up = "__".join([*(above.parent_name for above in table.path[:-1]), "uid"])
    with inside(administration):
        return {str(uid): item for uid, item in table.model._default_manager.values_list("uid", up)}


def assert_only_planned_items_moved(standing: Standing, run: SyncRun, before: dict[str, dict[str, str]]) -> None:
    planned = set(
        Change.objects.filter(plan_target__plan=run.plan, action__in=["create", "update"]).values_list("kind", "uid")
    )
    after = all_places(standing.child)
    for kind in all_kinds():
        for table in kind.tables:
            belongs = items_of(standing.child, table)
            for row in before[table.table].keys() | after[table.table].keys():
                if before[table.table].get(row) != after[table.table].get(row) and row in belongs:
                    assert (kind.key, belongs[row]) in planned, f"{table.name} {row} moved"
        if not any(key == kind.key for key, _uid in planned):
            for table in (*kind.tables, *kind.links):
                assert after[table.table] == before[table.table]


@pytest.mark.parametrize("category", CATEGORIES)
def test_a_sync_of_one_category_moves_nothing_that_its_plan_does_not_name(company, category):
    before = all_places(company.child)
    run = company.company.sync(company.child, categories=[category])
    kinds = {kind.key for kind in all_kinds() if kind.category.key == category}
    changes = Change.objects.filter(plan_target__plan=run.plan)
    assert all(change.needed_by for change in changes.exclude(kind__in=kinds))
    assert_only_planned_items_moved(company, run, before)


def kinds_in_reverse() -> list[str]:
    """What is pointed at last, so that choosing one item has something left to bring."""
    return KINDS[::-1]


@pytest.mark.parametrize("key", kinds_in_reverse())
def test_a_sync_of_one_item_moves_nothing_that_its_plan_does_not_name(company, key):
    kind: Kind = all_kinds()[key]
    with inside(company.company.main):
        item = Filler(f"los {uuid.uuid4().hex[:8]}").item(kind)
    before = all_places(company.child)
    run = company.company.sync(company.child, items=[item.uid])
    named = Change.objects.filter(plan_target__plan=run.plan, needed_by=[])
    assert [change.uid for change in named] == [item.uid]
    assert_only_planned_items_moved(company, run, before)


def test_an_administration_that_was_not_chosen_is_untouched(company):
    assert fingerprint(company.bystander) == company.bystander_before


def test_the_main_administration_is_read_and_not_written(company):
    own_memory = {"sync_ledger_dirty", "sync_ledger_indexentry"}
    run = company.company.sync(company.child, categories=CATEGORIES)
    before = fingerprint(company.company.main)
    company.company.sync(company.child, categories=CATEGORIES)
    assert fingerprint(company.company.main) == before
    assert run.finished_at
    assert {table for table in before if table.startswith("business_")} & company.main_before.keys()
    daily = {table for table in before if table.startswith("business_")} | {"sync_ledger_edit", "sync_ledger_base"}
    assert {t: before[t] for t in daily} == {t: company.main_before[t] for t in daily - own_memory}


WRITTEN_BESIDE = {"notices_notice"}
"""What the product's own login writes once a run has ended: who is told of it."""


def test_in_the_shared_schema_a_sync_writes_its_own_books_only(company):
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        shared = {name for (name,) in cursor.fetchall()}
        cursor.execute(
            "SELECT count(*) FROM unnest(%s::text[]) AS beside(name)"
            " WHERE has_table_privilege(%s, format('public.%%I', name), 'INSERT, UPDATE, DELETE, TRUNCATE')",
            [sorted(WRITTEN_BESIDE), sync_login()],
        )
        assert cursor.fetchone() == (0,), "the login of syncs cannot write these"
    books = {name for name in shared if name.startswith("settings_sync_")} | {"audit_auditentry"} | WRITTEN_BESIDE
    before = public_fingerprint(shared - books)
    company.company.sync(company.child, categories=CATEGORIES)
    assert public_fingerprint(shared - books) == before


class Public:
    schema_name = "public"


def public_fingerprint(tables: set[str]) -> Fingerprints:
    return fingerprint(Public(), tables)
