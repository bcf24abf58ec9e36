"""An administration in a transaction that is rolled back, in English, with what a scheme points at."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import translation

from accounts.models import User
from reference_data.models import VatRate
from templates_catalog import services
from templates_catalog.models import Layout, MessageTemplate, Scheme
from tenants.models import Administration
from tenants.schemas import inside
from tests.conftest import make_administration


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def main(db: None) -> Administration:
    company: dict[str, Any] = {
        "company_name": "Van Dijk & Zonen",
        "company_iban": "NL91 ABNA 0417 1643 00",
        "company_city": "Zwolle",
    }
    return make_administration("Van Dijk", **company)


@pytest.fixture
def within(main: Administration) -> Iterator[Administration]:
    """Inside the schema of the main administration."""
    with inside(main):
        yield main


@pytest.fixture
def by_owner(within: Administration, owner: User) -> Callable[..., Any]:
    """Call a service as the owner of the main administration."""
    return lambda service, **what: service(acting_user=owner, administration=within, **what)


@pytest.fixture
def layout(within: Administration) -> Layout:
    return Layout.objects.create(kind="invoice", name="Factuur standaard")


@pytest.fixture
def email(within: Administration) -> MessageTemplate:
    return MessageTemplate.objects.create(kind="email", name="Factuur sturen", subject="Factuur {{ factuur.nummer }}")


@pytest.fixture
def vat_rate(within: Administration) -> VatRate:
    return VatRate.objects.create(code="21", name="21% btw", percentage=21)


@pytest.fixture
def make_scheme(by_owner: Callable[..., Any], layout: Layout, vat_rate: VatRate) -> Callable[..., Scheme]:
    def make(name: str = "Standaard", **fields: Any) -> Scheme:
        values = {"kind": "invoice", "name": name, "layout": layout, "vat_rate": vat_rate} | fields
        scheme: Scheme = by_owner(services.create_template, model=Scheme, values=values)
        return scheme

    return make


@pytest.fixture
def owner_client(owner_client: Client) -> Client:
    """A browser in which the owner has signed in and reads English."""
    owner_client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return owner_client
