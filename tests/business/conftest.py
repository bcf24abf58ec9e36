"""An administration with settings to work with, and a customer."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import translation

from accounts.models import User
from business.models import Customer, Invoice, InvoiceLine, WorkOrder
from business.services import create_customer, create_work_order
from forms_catalog.models import Field, Form, Section
from reference_data.models import FreeField, PaymentMethod, VatRate, WorkStatus, WorkType
from templates_catalog.models import Layout, MessageTemplate, Scheme
from tenants.models import Administration
from tenants.rights import EMPLOYEE_ROLE
from tenants.schemas import inside
from tests.conftest import make_administration, make_member
from workflows.models import Step, Workflow


@dataclass(frozen=True)
class Catalog:
    """The settings that the work orders of these tests point at."""

    work_type: WorkType
    planned: WorkStatus
    done: WorkStatus
    cash: PaymentMethod
    high: VatRate
    form: Form
    measured: Field
    remark: Field
    workflow: Workflow
    free_field: FreeField
    scheme: Scheme


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def main(db: None) -> Administration:
    """The main administration, in a transaction that is rolled back: nothing here looks from another connection."""
    return make_administration("Van Dijk")


@pytest.fixture
def within(main: Administration) -> Iterator[Administration]:
    with inside(main):
        yield main


@pytest.fixture
def owner(main: Administration) -> User:
    return make_member(main)


@pytest.fixture
def employee(main: Administration) -> User:
    return make_member(main, EMPLOYEE_ROLE)


@pytest.fixture
def catalog(within: Administration) -> Catalog:
    return make_catalog()


def make_catalog() -> Catalog:
    """Settings in the administration that the caller is inside of."""
    form = Form.objects.create(name="Onderhoud cv-ketel")
    section = Section.objects.create(form=form, title="Metingen", position=1)
    measured = Field.objects.create(
        section=section, position=1, label="CO-gehalte", reference="co", type="number", is_required=True
    )
    remark = Field.objects.create(section=section, position=2, label="Opmerking", reference="opmerking", type="text")
    done = WorkStatus.objects.create(code="GEREED", name="Gereed")
    email = MessageTemplate.objects.create(kind="email", name="Rapport", subject="Je rapport", body="Hierbij.")
    workflow = Workflow.objects.create(name="Onderhoud")
    Step.objects.create(workflow=workflow, position=1, type="customer")
    Step.objects.create(workflow=workflow, position=2, type="predefined_form", form=form, title="Meten")
    Step.objects.create(workflow=workflow, position=3, type="email", email_template=email)
    Step.objects.create(workflow=workflow, position=4, type="work_status", work_status=done)
    high = VatRate.objects.create(code="H", name="Hoog", percentage="21.00")
    layout = Layout.objects.create(kind="invoice", name="Factuur")
    return Catalog(
        work_type=WorkType.objects.create(name="Onderhoud"),
        planned=WorkStatus.objects.create(code="GEPLAND", name="Gepland"),
        done=done,
        cash=PaymentMethod.objects.create(code="CONTANT", name="Contant"),
        high=high,
        form=form,
        measured=measured,
        remark=remark,
        workflow=workflow,
        free_field=FreeField.objects.create(name="Meterstand", reference_name="meterstand", type="number"),
        scheme=Scheme.objects.create(kind="invoice", name="Standaard", layout=layout, vat_rate=high, is_default=True),
    )


@pytest.fixture
def customer(owner: User, within: Administration) -> Customer:
    return create_customer(acting_user=owner, administration=within, values={"name": "Bakkerij Jansen"})


@pytest.fixture
def work_order(owner: User, employee: User, within: Any, catalog: Catalog, customer: Customer) -> WorkOrder:
    """A planned work order of the employee, with a workflow of four steps."""
    values = {
        "work_type": catalog.work_type,
        "status": catalog.planned,
        "workflow": catalog.workflow,
        "description": "Jaarlijks onderhoud",
        "planned_at": "2026-11-23T09:00:00Z",
        "employee_id": employee.pk,
    }
    return create_work_order(acting_user=owner, administration=within, customer=customer, values=values)


def make_draft(customer: Customer, catalog: Catalog, price: str = "100.00") -> Invoice:
    """A draft invoice with one line."""
    draft = Invoice.objects.create(customer=customer, scheme=catalog.scheme)
    InvoiceLine.objects.create(
        invoice=draft,
        position=1,
        description="Onderhoudsbeurt",
        unit_price=price,
        vat_rate=catalog.high,
        vat_percentage="21.00",
    )
    return draft


@pytest.fixture
def draft(customer: Customer, catalog: Catalog) -> Invoice:
    return make_draft(customer, catalog)


@pytest.fixture
def owner_client(owner: User) -> Client:
    return english_client(owner)


@pytest.fixture
def employee_client(employee: User) -> Client:
    return english_client(employee)


def english_client(user: User) -> Client:
    """A browser in which this user has signed in and chosen English."""
    client = Client()
    client.force_login(user)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client
