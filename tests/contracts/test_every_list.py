"""Every list to choose from, of whatever catalog: what both sides added is there, without asking."""

from collections.abc import Iterator
from typing import Any

import pytest

from forms_catalog.models import Field
from settings_sync.declaring.kinds import Column, Table, all_kinds
from settings_sync.models import Change
from settings_sync.planning.verdicts import Word
from settings_sync.services.deciding.deciding import Asked, decide
from tenants.models import Administration
from tenants.schemas import inside
from tests.contracts.samples import Filler
from tests.contracts.world import CATEGORIES, Company, documents, make_company

pytestmark = pytest.mark.usefixtures("db")


def lists() -> Iterator[tuple[Table, Column]]:
    """Every column of every kind that holds a list."""
    for kind in all_kinds():
        for table in kind.tables:
            yield from ((table, column) for column in table.columns if column.is_json and column.default == [])


LISTS = {f"{table.name}.{column.name}": (table, column) for table, column in lists()}


@pytest.fixture(params=LISTS)
def place(request: pytest.FixtureRequest) -> tuple[Table, Column]:
    return LISTS[request.param]


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


def rows_with_a_list(place: tuple[Table, Column], administration: Administration) -> list[Any]:
    table, column = place
    with inside(administration):
        return [row for row in table.model._default_manager.order_by("uid") if getattr(row, column.name)]


def put(place: tuple[Table, Column], administration: Administration, uid: Any, entries: list[str]) -> None:
    table, column = place
    with inside(administration):
        table.model._default_manager.filter(uid=uid).update(**{column.name: entries})


def read(place: tuple[Table, Column], administration: Administration, uid: Any) -> list[str]:
    table, column = place
    with inside(administration):
        return list(getattr(table.model._default_manager.get(uid=uid), column.name))


def test_there_are_lists_to_try():
    assert len(LISTS) >= 2


def test_what_both_sides_added_is_there_in_order(synced, place):
    company, child = synced
    row = rows_with_a_list(place, company.main)[0]
    before = read(place, child, row.uid)
    put(place, company.main, row.uid, [*before, "Vaillant"])
    put(place, child, row.uid, [*before, "Intergas"])
    plan = company.plan(child, categories=CATEGORIES)
    assert plan.targets.get().counts["hold"] == 0
    company.run(plan)
    assert read(place, child, row.uid) == [*before, "Vaillant", "Intergas"]
    assert not Change.objects.filter(plan_target__plan=company.plan(child, categories=CATEGORIES), action="update")


@pytest.mark.parametrize(("word", "name"), [(Word.OVERWRITE, "Ja (groep)"), (Word.KEEP_LOCAL, "Ja (hier)")])
def test_an_entry_that_both_renamed_is_asked_about_alone(synced, place, word, name):
    company, child = synced
    row = rows_with_a_list(place, company.main)[0]
    default = {"default_value": ""} if hasattr(row, "default_value") else {}
    for administration in (company.main, child):
        with inside(administration):
            place[0].model._default_manager.filter(uid=row.uid).update(**default, **{place[1].name: ["Ja", "Nee"]})
    company.sync(child, categories=CATEGORIES)
    put(place, company.main, row.uid, ["Ja (groep)", "Nee", "Vaillant"])
    put(place, child, row.uid, ["Ja (hier)", "Nee", "Intergas"])
    plan = company.plan(child, categories=CATEGORIES)
    (change,) = [found for found in Change.objects.filter(plan_target__plan=plan) if found.conflicts]
    ((path, side),) = change.conflicts
    assert (path.rpartition("/")[2] or path, side) == (f"{place[1].name}#Ja", "")
    plan = decide(acting_user=company.owner, plan=plan, version=1, decisions=[Asked(change.uid, word, path=path)])
    company.run(plan)
    assert read(place, child, row.uid) == [name, "Nee", "Vaillant", "Intergas"]


def relabel(administration: Administration, uid: Any, **values: Any) -> None:
    with inside(administration):
        Field.objects.filter(uid=uid).update(**values)


@pytest.fixture
def labelled(synced: tuple[Company, Administration]) -> Any:
    """The uid of a field with two labelled options, alike in both administrations."""
    company, child = synced
    with inside(company.main):
        uid = Field.objects.filter(type="radio").earliest("uid").uid
    options = {"options": ["ja", "nee"], "option_labels": {"ja": "Ja, akkoord"}, "default_value": ""}
    for administration in (company.main, child):
        relabel(administration, uid, **options)
    company.sync(child, categories=CATEGORIES)
    return uid


def test_options_that_both_sides_added_stay_with_their_labels(synced, labelled):
    company, child = synced
    for administration, code in ((company.main, "later"), (child, "nvt")):
        labels = {"ja": "Ja, akkoord", code: f"Label van {code}"}
        relabel(administration, labelled, options=["ja", "nee", code], option_labels=labels)
    plan = company.plan(child, categories=CATEGORIES)
    assert plan.targets.get().counts["hold"] == 0
    company.run(plan)
    with inside(child):
        field = Field.objects.get(uid=labelled)
    assert field.labelled_options == ["Ja, akkoord", "nee", "Label van later", "Label van nvt"]


@pytest.mark.parametrize(("word", "label"), [(Word.OVERWRITE, "Ja (groep)"), (Word.KEEP_LOCAL, "Ja (hier)")])
def test_a_label_that_both_changed_is_a_conflict_of_the_label(synced, labelled, word, label):
    company, child = synced
    relabel(company.main, labelled, option_labels={"ja": "Ja (groep)"}, options=["ja", "nee", "later"])
    relabel(child, labelled, option_labels={"ja": "Ja (hier)"})
    plan = company.plan(child, categories=CATEGORIES)
    (change,) = [held for held in Change.objects.filter(plan_target__plan=plan) if held.conflicts]
    ((path, side),) = change.conflicts
    assert (path, side) == (f"field/{labelled}/option_labels#ja", "")
    plan = decide(acting_user=company.owner, plan=plan, version=1, decisions=[Asked(change.uid, word, path=path)])
    company.run(plan)
    with inside(child):
        field = Field.objects.get(uid=labelled)
    assert field.labelled_options == [label, "nee", "later"]


def test_a_field_without_labels_has_the_document_that_it_always_had(synced):
    company, _child = synced
    kind = all_kinds()["forms_catalog.form"]
    with inside(company.main):
        fields = {str(field.uid): field for field in Field.objects.all()}
    rows = [row for document in documents(company.main, kind).values() for row in document["parts"]["field"]]
    assert {row["uid"]: "option_labels" in row for row in rows} == {
        uid: bool(field.option_labels) for uid, field in fields.items()
    }
