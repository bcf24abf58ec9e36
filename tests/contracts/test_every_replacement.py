"""Every kind that the main removes and makes anew under one name: a pair with one decision, taken back as a whole."""

import uuid
from typing import Any

import pytest
from django.db import connection
from psycopg import sql

from settings_sync.declaring.kinds import Kind, all_kinds
from settings_sync.models import Change, Plan
from settings_sync.planning.verdicts import Word
from settings_sync.services.deciding.deciding import Asked, decide
from settings_sync.services.undos.undoing import create_undo_plan
from sync_ledger.models import Base
from tenants.models import Administration
from tenants.schemas import inside
from tests.contracts.samples import Filler
from tests.contracts.world import CATEGORIES, KINDS, Company, digests, make_company, rows

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> Kind:
    return all_kinds()[request.param]


@pytest.fixture(scope="module")
def standing_company(standing: None) -> tuple[Company, Administration]:
    company = make_company()
    return company, company.child("Noord")


@pytest.fixture
def synced(standing_company: tuple[Company, Administration]) -> tuple[Company, Administration]:
    """Everything once in the main administration, synced to an empty child."""
    company, child = standing_company
    company.sweep(child)
    with inside(company.main):
        Filler("hoofd").everything(count=1)
    company.sync(child, categories=CATEGORIES)
    return company, child


def remake(company: Company, kind: Kind) -> tuple[uuid.UUID, uuid.UUID]:
    """Let the main's first item of a kind, with its parts, be another one of the same content; gives both uids.

    What is removed and made anew has nothing in common with what was there but what people see.
    """
    old, new = rows(company.main, kind.root.table, "uid", "id")[0], uuid.uuid4()
    with connection.cursor() as cursor:
        set_uid(cursor, company, kind.root.table, "id = %s", [old["id"]], str(new))
        for part in kind.parts:
            set_uid(cursor, company, part.table, "true", [], None)
        for other in all_kinds():  # what points at it has another content now
            dirty, items = (
                sql.Identifier(company.main.schema_name, table) for table in ("sync_ledger_dirty", other.root.table)
            )
            marked = sql.SQL("INSERT INTO {} (kind, uid) SELECT %s, uid FROM {}").format(dirty, items)
            cursor.execute(marked, [other.key])
    return old["uid"], new


def set_uid(cursor: Any, company: Company, table: str, where: str, values: list[Any], uid: str | None) -> None:
    cursor.execute(
        sql.SQL("UPDATE {} SET uid = coalesce(%s::uuid, gen_random_uuid()) WHERE " + where).format(
            sql.Identifier(company.main.schema_name, table)
        ),
        [uid, *values],
    )


def change_of(plan: Plan, uid: uuid.UUID) -> Change:
    return Change.objects.get(plan_target__plan=plan, uid=uid)


def keys(administration: Administration, kind: Kind) -> list[list[int]]:
    return [sorted(row["id"] for row in rows(administration, table.table, "id")) for table in kind.tables]


def run(company: Company, plan: Plan) -> Any:
    done = company.run(plan, confirmation=company.main.slug)
    assert done.state == "succeeded", list(done.targets.values("error_code", "error_detail"))
    assert not done.targets.get().findings.exists()
    return done


def test_what_was_made_anew_takes_the_place_of_the_other_and_is_taken_back(synced, kind):
    company, child = synced
    local, before = keys(child, kind), digests(child, kind)
    old, new = remake(company, kind)
    plan = company.plan(child, categories=CATEGORIES)
    asked, other = change_of(plan, new), change_of(plan, old)
    assert (asked.action, asked.verdict, asked.facts["pair"]) == ("hold", "name_taken", str(old))
    assert (other.action, other.facts["pair"]) == ("keep", str(new))
    plan = decide(acting_user=company.owner, plan=plan, version=1, decisions=[Asked(new, Word.COUPLE, couple_with=old)])
    assert (change_of(plan, new).action, change_of(plan, new).couples) == ("couple", old)
    assert plan.targets.get().counts["own"] == 0
    done = run(company, plan)
    assert digests(child, kind) == digests(company.main, kind)
    with inside(child):
        assert set(Base.objects.filter(kind=kind.key).values_list("uid", flat=True)) == set(digests(child, kind))
    if all(part.declaration.part_key for part in kind.parts):
        assert keys(child, kind) == local
    assert company.plan(child, categories=CATEGORIES).targets.get().counts["hold"] == 0
    run(company, create_undo_plan(acting_user=company.owner, run=done))
    assert digests(child, kind) == before
    again = company.plan(child, categories=CATEGORIES)
    assert change_of(again, new).facts["pair"] == str(old)


def test_both_are_kept_when_the_new_one_gets_another_name(synced, kind):
    company, child = synced
    old, new = remake(company, kind)
    plan = company.plan(child, categories=CATEGORIES)
    asked = [Asked(new, Word.CREATE_AS, name="ANDERS")]
    run(company, decide(acting_user=company.owner, plan=plan, version=1, decisions=asked))
    assert {old, new} <= set(digests(child, kind))
