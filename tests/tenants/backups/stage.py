"""An administration that is worth a backup, and what the tests do with backups."""

import uuid
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils.timezone import now

from business.models import Customer, Invoice
from forms_catalog.models import Field, Form, Section
from reference_data.models import WorkType
from sync_ledger.models import Edit
from tenants.backups.tables import content_of, tables_in
from tenants.models import Administration
from tenants.schemas import inside
from tests.business.conftest import make_catalog, make_draft
from tests.contracts.world import CATEGORIES, Company, make_company

Contents = dict[str, tuple[int, str]]


def make_saved_company() -> Company:
    """A company whose main has settings of every sort."""
    company = make_company()
    Administration.objects.filter(pk=company.main.pk).update(licence_cap=1000)
    with inside(company.main):
        WorkType.objects.bulk_create(WorkType(name=f"Storing {n}") for n in range(3))
        form = Form.objects.create(name="Ketel\t“\\N” é\n", description="Regel 1\r\nRegel 2")
        section = Section.objects.create(form=form, title="Metingen")
        Field.objects.create(section=section, label="CO-gehalte", type="number", reference="co")
    return company


def make_child(company: Company) -> Administration:
    """A sub-administration in line with its main, in which people have worked."""
    child = company.child("Noord")
    company.sync(child, categories=CATEGORIES)
    with inside(child):
        customer = Customer.objects.create(number=1, name="Bakkerij 't Zoet")
        invoice = make_draft(customer, make_catalog())
        Invoice.objects.filter(pk=invoice.pk).update(
            state="final", number=7, finalised_at=now(), invoiced_on=now(), due_on=now()
        )
        Edit.objects.create(by_id=company.owner.pk, by_name="Someone", kind="x", uid=uuid.uuid4(), label="x", path="x")
    return child


def contents(administration: Administration) -> Contents:
    return {
        table.name: content_of(administration.schema_name, table) for table in tables_in(administration.schema_name)
    }


def without_dirty(found: Contents) -> Contents:
    """Restoring marks every item as touched, as a migration does."""
    return {name: content for name, content in found.items() if name != "sync_ledger_dirty"}


def export(administration: Administration, folder: Path) -> Path:
    path = folder / f"{uuid.uuid4().hex}.zip"
    call_command("export_administration", administration.slug, to=path, stdout=StringIO())
    return path


def restore(path: Path, **options: Any) -> str:
    out = StringIO()
    call_command("restore_administration", path, stdout=out, **options)
    return out.getvalue()


def refusal(path: Path, code: int = 2, **options: Any) -> str:
    before = set(Administration.objects.values_list("pk", flat=True)), schemas()
    with pytest.raises(CommandError) as refused:
        restore(path, **options)
    assert refused.value.returncode == code
    assert (set(Administration.objects.values_list("pk", flat=True)), schemas()) == before
    return str(refused.value)


def schemas() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg_%'")
        return {name for (name,) in cursor.fetchall()}
