"""Parts that change places, parents and items: what no row-by-row copy survives."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, transaction

from forms_catalog.models import Field, Form, Section
from settings_sync.declaring.kinds import all_kinds
from tenants.models import Administration
from tenants.schemas import inside
from tests.contracts.world import Company, documents, fingerprint, make_company

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


@contextmanager
def deferred() -> Iterator[None]:
    """One transaction in which unique keys are judged at the end."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        yield


class TestPartsThatMove:
    """A form with two sections and three fields each, edited in the main in ways that no row-by-row copy survives."""

    @pytest.fixture
    def form(self, company, child) -> Form:
        with inside(company.main):
            form = Form.objects.create(name="Onderhoud")
            for number in (1, 2):
                section = Section.objects.create(form=form, title=f"Deel {number}", position=number)
                for place in (1, 2, 3):
                    label = f"Vraag {number}.{place}"
                    Field.objects.create(section=section, label=label, reference=f"v{number}{place}", position=place)
        company.sync(child, categories=["forms"])
        return form

    def after(self, company: Company, child: Administration) -> None:
        """Sync, and see that main and child hold the same form and that the child kept its rows."""
        with inside(child):
            before = dict(Field.objects.values_list("uid", "pk"))
        company.sync(child, categories=["forms"])
        kind = all_kinds()["forms_catalog.form"]
        assert documents(child, kind) == documents(company.main, kind)
        with inside(child):
            kept = dict(Field.objects.values_list("uid", "pk"))
            assert all(before[uid] == key for uid, key in kept.items() if uid in before)

    def test_the_order_is_turned_around(self, company, child, form):
        with inside(company.main), deferred():
            for section in Section.objects.all():
                for field in section.fields.all():
                    Field.objects.filter(pk=field.pk).update(position=4 - field.position)
        self.after(company, child)
        with inside(child):
            section = Section.objects.get(title="Deel 1")
            assert list(section.fields.values_list("reference", flat=True)) == ["v13", "v12", "v11"]

    def test_a_field_moves_to_another_section(self, company, child, form):
        with inside(company.main):
            target = Section.objects.get(title="Deel 2")
            Field.objects.filter(reference="v11").update(section=target, position=9)
        self.after(company, child)

    def test_a_section_goes_and_one_of_its_fields_stays_elsewhere(self, company, child, form):
        with inside(company.main):
            gone, kept = Section.objects.order_by("position")
            Field.objects.filter(reference="v11").update(section=kept, position=9)
            gone.delete()
        self.after(company, child)
        with inside(child):
            assert Section.objects.count() == 1
            assert Field.objects.count() == 4

    def test_a_field_is_replaced_by_another_with_its_reference(self, company, child, form):
        with inside(company.main):
            old = Field.objects.get(reference="v11")
            section = old.section
            old.delete()
            Field.objects.create(section=section, label="Nieuw", reference="v11", position=1)
        self.after(company, child)

    def test_references_inside_a_section_change_places(self, company, child, form):
        with inside(company.main), deferred():
            Field.objects.filter(reference="v11").update(reference="x")
            Field.objects.filter(reference="v12").update(reference="v11")
            Field.objects.filter(reference="x").update(reference="v12")
        self.after(company, child)

    def test_conditions_turn_around(self, company, child, form):
        with inside(company.main):
            first, second = Field.objects.get(reference="v11"), Field.objects.get(reference="v12")
            Field.objects.filter(pk=second.pk).update(visible_if_field=first, visible_if_value="ja")
        self.after(company, child)
        with inside(company.main):
            Field.objects.filter(pk=second.pk).update(visible_if_field=None, visible_if_value="")
            Field.objects.filter(pk=first.pk).update(visible_if_field=second, visible_if_value="ja")
        self.after(company, child)
        with inside(child):
            assert Field.objects.get(reference="v11").visible_if_field.reference == "v12"
            assert Field.objects.get(reference="v12").visible_if_field is None

    def test_a_field_goes_that_decided_what_was_shown(self, company, child, form):
        with inside(company.main):
            asked, shown = Field.objects.get(reference="v11"), Field.objects.get(reference="v22")
            Field.objects.filter(pk=shown.pk).update(visible_if_field=asked, visible_if_value="ja")
        self.after(company, child)
        with inside(company.main):
            Field.objects.filter(pk=shown.pk).update(visible_if_field=None, visible_if_value="")
            asked.delete()
        self.after(company, child)

    def test_everything_goes(self, company, child, form):
        with inside(company.main):
            Section.objects.all().delete()
        self.after(company, child)
        with inside(child):
            assert not Field.objects.exists()

    def test_gaps_in_the_order_are_no_difference(self, company, child, form):
        with inside(child), deferred():
            for field in Field.objects.all():
                Field.objects.filter(pk=field.pk).update(position=field.position * 7)
        plan = company.plan(child, categories=["forms"])
        assert plan.targets.get().counts["unchanged"] == 1
        before = fingerprint(child)
        company.run(plan)
        assert fingerprint(child) == before

    def test_a_field_moves_to_another_form(self, company, child, form):
        with inside(company.main):
            other = Form.objects.create(name="Storing")
            Section.objects.filter(title="Deel 2").update(form=other)
        self.after(company, child)

    def test_a_part_that_moved_to_a_chosen_item_is_not_torn_from_one_that_was_not_chosen(self, company, child, form):
        with inside(company.main):
            other = Form.objects.create(name="Storing")
            Section.objects.filter(title="Deel 2").update(form=other)
        kind = all_kinds()["forms_catalog.form"]
        before = documents(child, kind)
        run = company.run(company.plan(child, items=[other.uid]))
        assert run.targets.get().error_code == "result-differs"
        assert "Storing" in run.targets.get().error_detail
        assert documents(child, kind) == before
