"""Every kind that the main administration removes, by the policy to delete: what nothing uses goes, the rest stays."""

import uuid
from collections.abc import Iterable
from typing import Any

import pytest
from django.db import connection, transaction
from psycopg import sql

from settings_sync.declaring.kinds import all_kinds, tenant_models
from settings_sync.declaring.registry import registry
from settings_sync.engine.sync_rights import business_references, settings_tables
from settings_sync.models import Change, Plan
from settings_sync.services.undos.undoing import create_undo_plan
from tenants.models import Administration
from tenants.schemas import inside
from tests.contracts.samples import Filler
from tests.contracts.world import CATEGORIES, KINDS, Company, documents, make_company, rows

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture(scope="module")
def standing_company(standing: None) -> tuple[Company, Administration]:
    company = make_company()
    return company, company.child("Noord")


@pytest.fixture
def synced(standing_company: tuple[Company, Administration]) -> tuple[Company, Administration]:
    """Items of every kind in the main administration, synced to a child that has daily data of nobody yet."""
    company, child = standing_company
    forget_daily_data(child)
    company.sweep(child)
    with inside(company.main):
        Filler("hoofd").everything()
    company.sync(child, categories=CATEGORIES)
    return company, child


def daily_models() -> list[Any]:
    return [model for model in tenant_models() if model in registry.excluded and model._meta.app_label == "business"]


def empty(administration: Administration, tables: Iterable[str]) -> None:
    """Delete every row of these tables; what points where is looked at when all of it is gone."""
    with transaction.atomic(), connection.cursor() as cursor:
        for table in tables:
            cursor.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(administration.schema_name, table)))


def forget_daily_data(administration: Administration) -> None:
    empty(administration, [model._meta.db_table for model in daily_models()])


def use_everything(administration: Administration) -> None:
    """Daily data of each sort, pointing at settings that came from the main administration."""
    with inside(administration):
        filler = Filler("dagelijks")
        for kind in all_kinds():
            filler._made[kind.root.model] = list(kind.root.model._default_manager.order_by("pk"))
        for model in daily_models():
            for _ in range(2):
                filler._row(model, {})


def standing(administration: Administration) -> dict[str, dict[uuid.UUID, dict[str, Any]]]:
    return {kind.key: documents(administration, kind) for kind in all_kinds()}


def plan_removals(company: Company, child: Administration) -> Plan:
    return company.plan(child, categories=CATEGORIES, policies={"removed_in_source": "delete"})


def run(company: Company, plan: Plan) -> Any:
    done = company.run(plan, confirmation=company.main.slug)
    assert done.state == "succeeded", list(done.targets.values("error_code", "error_detail"))
    assert not done.targets.get().findings.exists()
    return done


def test_what_nothing_uses_is_deleted_whatever_it_is_and_comes_back_whole(synced):
    company, child = synced
    before = standing(child)
    assert set(before) == set(KINDS)
    assert all(len(found) >= 3 for found in before.values())
    empty(company.main, settings_tables())
    plan = plan_removals(company, child)
    assert set(Change.objects.filter(plan_target__plan=plan).values_list("action", flat=True)) == {"delete"}
    done = run(company, plan)
    assert [table for table in settings_tables() if rows(child, table)] == []
    run(company, create_undo_plan(acting_user=company.owner, run=done))
    assert standing(child) == before


def test_what_is_used_is_archived_with_who_uses_it_and_goes_when_its_use_ends(synced):
    company, child = synced
    use_everything(child)
    empty(company.main, settings_tables())
    plan = plan_removals(company, child)
    told = {change.uid: change for change in Change.objects.filter(plan_target__plan=plan)}
    archived = {uid for uid, change in told.items() if change.action == "archive"}
    used_kinds = {target._meta.label_lower for _table, _column, target in business_references()}
    assert {told[uid].kind for uid in archived} >= used_kinds
    for uid in archived:
        users = {uuid.UUID(user["item"]) for user in told[uid].facts.get("users", [])}
        assert users <= archived
        assert users or told[uid].facts["rows"]
    run(company, plan)
    left = {uid: body for found in standing(child).values() for uid, body in found.items()}
    assert set(left) == archived
    assert all(body["is_archived"] for body in left.values())
    again = plan_removals(company, child)
    assert set(Change.objects.filter(plan_target__plan=again).values_list("action", flat=True)) == {"keep"}
    forget_daily_data(child)
    offered = plan_removals(company, child)
    assert set(Change.objects.filter(plan_target__plan=offered).values_list("action", flat=True)) == {"delete"}
    run(company, offered)
    assert [table for table in settings_tables() if rows(child, table)] == []
