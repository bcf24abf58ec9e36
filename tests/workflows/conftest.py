"""An administration with the settings that a workflow points at."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.utils import translation

from forms_catalog.models import Form
from reference_data.models import FreeField, WorkStatus, WorkType
from templates_catalog.models import MessageTemplate
from tenants.models import Administration
from tenants.schemas import inside
from tests.conftest import make_administration


@dataclass(frozen=True)
class Pointed:
    """What the steps of these tests name."""

    form: Form
    email: MessageTemplate
    sms: MessageTemplate
    status: WorkStatus
    free_field: FreeField
    work_type: WorkType


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
    """Inside the schema of the main administration."""
    with inside(main):
        yield main


@pytest.fixture
def pointed(within: Any) -> Pointed:
    return Pointed(
        form=Form.objects.create(name="Onderhoud cv-ketel"),
        email=MessageTemplate.objects.create(kind="email", name="Bevestiging", subject="Afspraak", body="Hoi"),
        sms=MessageTemplate.objects.create(kind="sms", name="Onderweg", body="Ik kom eraan"),
        status=WorkStatus.objects.create(code="COMPLEET", name="Compleet"),
        free_field=FreeField.objects.create(name="Meterstand", reference_name="meterstand"),
        work_type=WorkType.objects.create(name="Onderhoud"),
    )
