"""What a sync can carry over: values that change places, names that differ a little, fields that stay."""

from typing import Any

import pytest

from reference_data.models import FreeField, HourType, VatRate, WorkStatus, WorkType
from settings_sync.declaring.kinds import all_kinds
from templates_catalog.models import Layout, Scheme
from tenants.models import Administration
from tenants.schemas import inside
from tests.contracts.world import Company, documents, make_company
from workflows.models import Step, Workflow

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def db(standing: None) -> None:
    """The database stands for this module; each test starts with empty settings."""


@pytest.fixture(scope="module")
def standing_company(standing: None) -> tuple[Company, Administration]:
    company = make_company()
    return company, company.child("Noord")


@pytest.fixture
def company(standing_company: tuple[Company, Administration]) -> Company:
    company, child = standing_company
    company.sweep(child)
    return company


@pytest.fixture
def child(standing_company: tuple[Company, Administration]) -> Administration:
    return standing_company[1]


def names(administration: Administration, model: Any, field: str = "name") -> list[str]:
    with inside(administration):
        return sorted(model.objects.values_list(field, flat=True))


class TestValuesThatChangePlaces:
    """Unique values are judged at the end, so anything may take the place of anything."""

    @pytest.mark.parametrize("length", [2, 3])
    def test_codes(self, company, child, length):
        with inside(company.main):
            rows = [WorkStatus.objects.create(code=f"C{n}", name=f"Status {n}") for n in range(length)]
        company.sync(child, categories=["reference_data"])
        with inside(child):
            before = dict(WorkStatus.objects.values_list("uid", "pk"))
        with inside(company.main):
            for number, row in enumerate(rows):
                WorkStatus.objects.filter(pk=row.pk).update(code=f"tussen {number}")
            for number, row in enumerate(rows):
                WorkStatus.objects.filter(pk=row.pk).update(code=f"C{(number + 1) % length}")
        company.sync(child, categories=["reference_data"])
        with inside(child):
            assert dict(WorkStatus.objects.values_list("name", "code")) == {
                f"Status {n}": f"C{(n + 1) % length}" for n in range(length)
            }
            assert dict(WorkStatus.objects.values_list("uid", "pk")) == before

    def test_a_name_given_free_and_taken_in_the_same_sync(self, company, child):
        with inside(company.main):
            old = WorkType.objects.create(name="Storing")
        company.sync(child, categories=["reference_data"])
        with inside(company.main):
            WorkType.objects.filter(pk=old.pk).update(name="Storing oud", is_archived=True)
            WorkType.objects.create(name="Storing")
        company.sync(child, categories=["reference_data"])
        assert names(child, WorkType) == ["Storing", "Storing oud"]

    def test_the_default_scheme(self, company, child):
        with inside(company.main):
            common = {
                "kind": "invoice",
                "layout": Layout.objects.create(kind="invoice", name="Lay-out"),
                "vat_rate": VatRate.objects.create(code="H", name="Hoog"),
            }
            first = Scheme.objects.create(name="Eerste", is_default=True, **common)
            second = Scheme.objects.create(name="Tweede", **common)
        company.sync(child, categories=["templates"])
        with inside(company.main):
            Scheme.objects.filter(pk=first.pk).update(is_default=False)
            Scheme.objects.filter(pk=second.pk).update(is_default=True)
        company.sync(child, categories=["templates"])
        with inside(child):
            assert list(Scheme.objects.filter(is_default=True).values_list("name", flat=True)) == ["Tweede"]

    def test_an_own_default_is_kept_and_the_mains_scheme_is_held(self, company, child):
        for place, name in ((company.main, "Hoofd"), (child, "Eigen")):
            with inside(place):
                Scheme.objects.create(
                    name=name,
                    kind="invoice",
                    is_default=True,
                    layout=Layout.objects.create(kind="invoice", name=f"Lay-out {name}"),
                    vat_rate=VatRate.objects.create(code=name, name=name),
                )
        run = company.sync(child, categories=["templates"])
        assert run.targets.get().counts["hold"] == 1
        assert names(child, Scheme) == ["Eigen"]
        with inside(child):
            assert Scheme.objects.get().is_default


class TestWhatTheMainMayHold:
    """Values that a careless comparison or a careless cast would lose."""

    @pytest.mark.parametrize(
        ("former", "later"),
        [
            ([1.0], [1]),
            ([1], [1.00]),
            (["1"], [1]),
            ([None], [None, None]),
            ([{"a": 1, "b": None}], [{"a": 1}]),
            ([[]], [[], []]),
            (["é"], ["é"]),
        ],
        ids=repr,
    )
    def test_json(self, company, child, former, later):
        with inside(company.main):
            field = FreeField.objects.create(name="Veld", reference_name="veld", type="dropdown", values=former)
        company.sync(child, categories=["reference_data"])
        with inside(company.main):
            FreeField.objects.filter(pk=field.pk).update(values=later)
        company.sync(child, categories=["reference_data"])
        kind = all_kinds()["reference_data.freefield"]
        assert documents(child, kind) == documents(company.main, kind)

    @pytest.mark.parametrize("name", ["storing", "STORING ", "Storing\t", "Störing", "Storing\n", "\u202egnirots"])
    def test_a_name_that_differs_a_little(self, company, child, name):
        with inside(company.main):
            work_type = WorkType.objects.create(name="Storing")
        company.sync(child, categories=["reference_data"])
        with inside(company.main):
            WorkType.objects.filter(pk=work_type.pk).update(name=name)
        company.sync(child, categories=["reference_data"])
        assert names(child, WorkType) == [name]

    def test_a_value_that_returns_to_its_default(self, company, child):
        with inside(company.main):
            WorkType.objects.create(name="Storing", description="Spoed", default_minutes=15, is_active=False)
        company.sync(child, categories=["reference_data"])
        with inside(company.main):
            WorkType.objects.update(description="", default_minutes=60, is_active=True)
        company.sync(child, categories=["reference_data"])
        with inside(child):
            assert WorkType.objects.filter(description="", default_minutes=60, is_active=True).exists()

    def test_a_reference_that_goes(self, company, child):
        with inside(company.main):
            workflow = Workflow.objects.create(name="Werk")
            field = FreeField.objects.create(name="Veld", reference_name="veld")
            Step.objects.create(workflow=workflow, type="free_fields", free_field=field, position=1)
        company.sync(child, categories=["workflows"])
        with inside(company.main):
            Step.objects.update(free_field=None)
        company.sync(child, categories=["workflows"])
        with inside(child):
            assert Step.objects.get().free_field is None

    def test_local_fields_stay_as_the_child_has_them(self, company, child):
        with inside(company.main):
            HourType.objects.create(code="N", name="Normaal", price=50, booking_code="8000")
        company.sync(child, categories=["reference_data"])
        with inside(child):
            HourType.objects.update(price=65, booking_code="8100")
        with inside(company.main):
            HourType.objects.update(name="Normale uren", price=55)
        company.sync(child, categories=["reference_data"])
        with inside(child):
            hour_type = HourType.objects.get()
            assert (hour_type.name, hour_type.price, hour_type.booking_code) == ("Normale uren", 65, "8100")

    def test_a_local_field_is_no_difference(self, company, child):
        with inside(company.main):
            HourType.objects.create(code="N", name="Normaal")
        company.sync(child, categories=["reference_data"])
        with inside(child):
            HourType.objects.update(price=65)
        assert company.sync(child, categories=["reference_data"]).targets.get().receipt.rows == {}
