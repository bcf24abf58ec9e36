"""The schema of a main administration, in a transaction that is rolled back, and a form in it."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.utils import translation

from forms_catalog.models import Field, Form, Section
from tenants.models import Administration
from tenants.schemas import inside
from tests.conftest import make_administration


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def main(db: None) -> Administration:
    """The main administration; nothing here looks from another connection."""
    return make_administration("Van Dijk")


@pytest.fixture
def within(main: Administration) -> Iterator[Administration]:
    """Inside the schema of the main administration."""
    with inside(main):
        yield main


@dataclass(frozen=True)
class Maintenance:
    """A form with two sections: the second is shown when the first field is answered with "ja"."""

    form: Form
    visit: Section
    readings: Section
    is_done: Field
    co_level: Field
    pressure: Field


@pytest.fixture
def maintenance(within: Administration) -> Maintenance:
    form = Form.objects.create(name="Onderhoud cv-ketel")
    visit = Section.objects.create(form=form, title="Bezoek", position=0)
    options = ["ja", "nee"]
    is_done = Field.objects.create(
        section=visit, label="Uitgevoerd", reference="uitgevoerd", type="radio", options=options
    )
    readings = Section.objects.create(
        form=form, title="Metingen", position=1, visible_if_field=is_done, visible_if_value="ja"
    )
    co_level = Field.objects.create(section=readings, label="CO-gehalte", reference="co", type="number", position=0)
    pressure = Field.objects.create(section=readings, label="Druk", reference="druk", type="number", position=1)
    return Maintenance(form, visit, readings, is_done, co_level, pressure)
