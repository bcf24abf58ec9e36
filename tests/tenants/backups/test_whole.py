"""A backup of one administration comes back whole, here or elsewhere, while others work."""

import json
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from accounts.models import User
from audit.models import AuditEntry
from business.models import Customer, InvoiceLine
from reference_data.models import WorkType
from settings_sync.engine.applying.connections import close_sync_connection
from settings_sync.engine.fence import sync_login
from settings_sync.models import Document, ItemRule, Receipt, SyncPolicy
from settings_sync.services.doctor.examining import examine
from sync_ledger.models import Base, Edit
from tenants.backups import restoring, tables
from tenants.models import Administration, Membership, Role
from tenants.rights import ADMINISTRATOR_ROLE, rights_of_built_in
from tenants.schemas import inside
from tests.conftest import clean
from tests.contracts.world import CATEGORIES, Company, another_connection, in_threads
from tests.databases import drop_database, make_database

from .stage import contents, export, refusal, restore, schemas, without_dirty

pytestmark = pytest.mark.usefixtures("db")


def test_it_comes_back_under_a_new_address_equal_by_hash_and_syncs_go_on(
    company: Company, child: Administration, tmp_path: Path
) -> None:
    before = contents(child)
    said = restore(export(child, tmp_path), slug="noord-terug")
    copy = Administration.objects.get(slug="noord-terug")
    assert "each equal to what was saved" in said
    assert "People who may enter: 1" in said
    assert copy.pk != child.pk
    assert copy.schema_name != child.schema_name
    assert without_dirty(contents(copy)) == without_dirty(before) == without_dirty(contents(child))
    assert before["business_invoiceline"][0] == 1
    run = company.sync(copy, categories=CATEGORIES)
    assert Receipt.objects.get(target__run=run).rows == {}
    with inside(company.main):
        WorkType.objects.filter(name="Storing 1").update(description="Nieuw")
    company.sync(copy, child, categories=CATEGORIES)
    with inside(copy):
        assert WorkType.objects.get(name="Storing 1").description == "Nieuw"


def test_the_copy_is_guarded_as_every_administration_is(child: Administration, tmp_path: Path) -> None:
    restore(export(child, tmp_path), slug="noord-bewaakt")
    copy = Administration.objects.get(slug="noord-bewaakt")
    assert guards(copy) == guards(child)
    assert len(guards(copy)) > 100
    with inside(copy), pytest.raises(Exception, match="final"):
        InvoiceLine.objects.all().delete()
    with inside(child):
        last = Customer.objects.create(number=2, name="De laatste").pk
    with inside(copy):
        assert Customer.objects.create(number=2, name="De volgende").pk == last


def guards(administration: Administration) -> set[tuple[str, str, str]]:
    """Triggers with whether they are on, and rights."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, t.tgname, t.tgenabled::text FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = %s AND NOT t.tgisinternal"
            " UNION SELECT c.relname, a.attname, p.privilege_type FROM pg_class c"
            " JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_attribute a ON a.attrelid = c.oid,"
            " aclexplode(coalesce(a.attacl, c.relacl)) p WHERE n.nspname = %s AND p.grantee = %s::regrole",
            [administration.schema_name, administration.schema_name, sync_login()],
        )
        return set(cursor.fetchall())


def test_after_damage_the_former_contents_come_back_in_their_place(
    company: Company, child: Administration, tmp_path: Path
) -> None:
    Administration.objects.filter(pk=child.pk).update(company_city="Zwolle")
    path, before, members = export(child, tmp_path), contents(child), child.memberships.count()
    Administration.objects.filter(pk=child.pk).update(company_city="Elders", name="Nu anders")
    with inside(child):
        WorkType.objects.all().delete()
        Customer.objects.create(number=3, name="Van na de backup")
    assert "type the name" in refusal(path, replace=True, confirm="noord")
    restore(path, replace=True, confirm=child.slug)
    back = Administration.objects.get(pk=child.pk)
    assert without_dirty(contents(back)) == without_dirty(before)
    assert (back.schema_name, back.company_city, back.name) == (child.schema_name, "Zwolle", "Nu anders")
    assert back.memberships.count() == members
    assert f"{child.schema_name}_former" not in schemas()
    assert AuditEntry.objects.filter(administration_id=child.pk, action="administration.replaced").count() == 1
    run = company.sync(back, categories=CATEGORIES)
    assert Receipt.objects.get(target__run=run).rows == {}


@pytest.mark.parametrize(
    "statement",
    [
        "DROP SCHEMA {schema} CASCADE",
        "DROP TABLE {schema}.reference_data_worktype CASCADE",
        "ALTER TABLE {schema}.reference_data_worktype DROP COLUMN description CASCADE",
    ],
    ids=["schema", "table", "column"],
)
def test_what_was_lost_comes_back_in_its_place(
    company: Company, child: Administration, tmp_path: Path, statement: str
) -> None:
    """As the doctor and the guide say of an administration that is not whole."""
    path, before = export(child, tmp_path), contents(child)
    with connection.cursor() as cursor:
        cursor.execute(statement.format(schema=child.schema_name))
    restore(path, replace=True, confirm=child.slug)
    assert without_dirty(contents(child)) == without_dirty(before)
    assert f"{child.schema_name}_former" not in schemas()
    assert examine(child) == []


def test_a_main_administration_takes_its_roles_policies_and_rules_along(company: Company, tmp_path: Path) -> None:
    main = company.main
    own = main.roles.create(name="Planner", rights=["sync.run"])
    planner = User.objects.create_user(f"{uuid.uuid4().hex}@example.com", None, name="Planner")
    Membership.objects.create(user=planner, administration=main, role=own)
    SyncPolicy.objects.create(administration=main, policies={"removed": "archive"}, max_share=10)
    ItemRule.objects.create(administration=main, kind="x", uid=uuid.uuid4(), locked_paths=["name"])
    path = export(main, tmp_path)
    assert "leave --main out" in refusal(path, slug="hoofd-terug", main=main.slug).lower()
    assert "already" in refusal(path)
    restore(path, slug="hoofd-terug")
    copy = Administration.objects.get(slug="hoofd-terug")
    assert (copy.is_main, copy.sync_policy.max_share, copy.item_rules.count()) == (True, 10, 1)
    membership = Membership.objects.get(user=planner, administration=copy)
    assert (membership.role.administration, membership.role.rights) == (copy, ["sync.run"])
    with another_connection() as other:
        granted = other.execute(
            "SELECT count(*) FROM pg_class WHERE relnamespace = %s::regnamespace AND relacl::text LIKE %s",
            [copy.schema_name, "%eenlijn_sync%"],
        ).fetchone()
    assert granted == (0,)


@contextmanager
def another_installation(name: str = "test_elsewhere") -> Iterator[None]:
    """Another database on this server, with the shared tables empty but for the template."""
    here = connection.settings_dict["NAME"]
    connection.close()
    close_sync_connection()
    clean[0].cleaner.close()
    with another_connection(database="postgres") as server:
        make_database(server, name, here)
        try:
            connection.settings_dict["NAME"] = name
            empty_shared_tables()
            yield
        finally:
            connection.close()
            close_sync_connection()
            connection.settings_dict["NAME"] = here
            drop_database(server, name)


def empty_shared_tables() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        names = {name for (name,) in cursor.fetchall()} - {"django_migrations", "tenants_schematemplate"}
        cursor.execute(f"TRUNCATE {', '.join(f'public.{name}' for name in sorted(names))}")


def test_in_another_installation_it_keeps_its_uuid_finds_people_by_address_and_syncs_go_on(
    company: Company, child: Administration, tmp_path: Path
) -> None:
    of_main, of_child, before = export(company.main, tmp_path), export(child, tmp_path), contents(child)
    with another_installation():
        somebody = User.objects.create_user("first@example.com", None, name="Iemand")
        owner = User.objects.create_user(company.owner.email.upper(), None, name="Dezelfde")
        Role.objects.create(administration=None, name=ADMINISTRATOR_ROLE, rights=rights_of_built_in(ADMINISTRATOR_ROLE))
        assert "--main" in refusal(of_child)
        assert "no main administration" in refusal(of_child, main="nergens")
        restore(of_main)
        restore(of_child)
        main, copy = Administration.objects.get(pk=company.main.pk), Administration.objects.get(pk=child.pk)
        assert (copy.slug, copy.parent, somebody.memberships.count()) == (child.slug, main, 0)
        found = contents(copy)
        assert {name for name in before if found[name] != before[name]} == {"sync_ledger_dirty", "sync_ledger_edit"}
        with inside(copy):
            assert Edit.objects.get().by_id == owner.pk != company.owner.pk
            assert set(Base.objects.values_list("digest", flat=True)) <= set(
                Document.objects.values_list("digest", flat=True)
            )
        elsewhere = Company(main, owner)
        run = elsewhere.sync(copy, categories=CATEGORIES)
        assert Receipt.objects.get(target__run=run).rows == {}


def once(work: Callable[[], Any], results: list[Any], of: Callable[..., Any]) -> Callable[..., Any]:
    """The function, before whose first call others work."""

    def function(*args: Any, **kwargs: Any) -> Any:
        if not results:
            results.extend(in_threads(*work()))
        return of(*args, **kwargs)

    return function


def sell(administration: Administration, number: int) -> None:
    """A customer, written by somebody who does not wait for long."""
    with another_connection() as other:
        other.execute("SET lock_timeout = '2s'")
        other.execute(
            f"INSERT INTO {administration.schema_name}.business_customer SELECT (jsonb_populate_record(c, %s::jsonb)).*"
            f" FROM {administration.schema_name}.business_customer c LIMIT 1",
            [json.dumps({"id": number, "number": number, "uid": str(uuid.uuid4())})],
        )


def test_others_work_meanwhile_and_the_backup_is_of_one_instant(
    company: Company, child: Administration, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = contents(child)
    with inside(company.main):
        WorkType.objects.create(name=f"Nieuw {child.slug}")
    results: list[Any] = []
    work = lambda: (lambda: sell(child, 900), lambda: company.sync(child, categories=CATEGORIES))  # noqa: E731
    monkeypatch.setattr(tables, "copy_out", once(work, results, tables.copy_out))
    path = export(child, tmp_path)
    assert results[0] is None
    assert results[1].state == "succeeded"
    assert contents(child)["business_customer"] != before["business_customer"]
    restore(path, slug=f"{child.slug}-toen")
    assert without_dirty(contents(Administration.objects.get(slug=f"{child.slug}-toen"))) == without_dirty(before)


def test_others_work_while_it_is_replaced(
    company: Company, child: Administration, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, path, before = company.child("Zuid"), export(child, tmp_path), contents(child)
    results: list[Any] = []
    work = lambda: (lambda: sell(child, 901), lambda: company.sync(other, categories=CATEGORIES))  # noqa: E731
    monkeypatch.setattr(restoring, "_compare", once(work, results, restoring._compare))
    restore(path, replace=True, confirm=child.slug)
    assert results[0] is None
    assert results[1].state == "succeeded"
    assert without_dirty(contents(child)) == without_dirty(before)


def test_nobody_who_goes_on_in_it_meets_an_error_while_it_is_replaced(
    company: Company, child: Administration, tmp_path: Path
) -> None:
    path, before, replaced = export(child, tmp_path), contents(child), threading.Event()

    def replace() -> None:
        try:
            for _time in range(2):
                restore(path, replace=True, confirm=child.slug)
        finally:
            replaced.set()

    def until_then(job: Callable[[], object]) -> int:
        done = 0
        while not replaced.is_set():
            job()
            done += 1
        return done

    def edit() -> None:
        with inside(child):
            WorkType.objects.filter(name="Storing 1").update(description="Hier gewijzigd")

    sync = partial(company.sync, child, categories=CATEGORIES)
    results = in_threads(replace, partial(until_then, edit), partial(until_then, sync))
    assert results[0] is None
    assert results[1] > 0
    assert results[2] > 0
    restore(path, replace=True, confirm=child.slug)
    assert without_dirty(contents(child)) == without_dirty(before)


def test_who_does_not_finish_is_not_interrupted(
    child: Administration, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, before = export(child, tmp_path), contents(child)
    monkeypatch.setattr(restoring, "WAITS_AT_MOST_SECONDS", 1)
    with another_connection(autocommit=False) as busy:
        busy.execute(f"LOCK TABLE {child.schema_name}.business_customer IN ROW EXCLUSIVE MODE")
        assert "did not end in time" in refusal(path, replace=True, confirm=child.slug)
    assert contents(child) == before
