"""A foreign key that were to travel as the number it is would be caught, whichever it is: the contract can fail."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from settings_sync.declaring.kinds import Column, Kinds, _db_type, all_kinds
from settings_sync.models import Change, SyncRun
from tenants.models import Administration
from tenants.schemas import inside
from tests.contracts.samples import Filler
from tests.contracts.world import Company, documents, fingerprint, make_company

pytestmark = pytest.mark.usefixtures("db")

REFERENCES = [
    (kind.key, table.name, column.name)
    for kind in all_kinds()
    for table in kind.tables
    for column in table.columns
    if column.reference
]


@dataclass
class Pair:
    """A company with settings of every kind, and a child that has none."""

    company: Company
    child: Administration

    def items(self, kind_key: str) -> list[uuid.UUID]:
        """The uids of one kind in the main, all of which is read anew, in the way in which kinds are derived now."""
        with inside(self.company.main):
            for kind in all_kinds():
                kind.root.model._default_manager.update(is_archived=False)
            return list(all_kinds()[kind_key].root.model._default_manager.values_list("uid", flat=True))


@pytest.fixture(scope="module")
def pair(standing: None) -> Pair:
    company = make_company()
    with inside(company.main):
        Filler("hoofd").everything(count=2)
    return Pair(company, company.child("Noord"))


@pytest.fixture
def planted(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """One reference that travels as a plain number: what forgetting to resolve it would come to."""
    from settings_sync.declaring import kinds

    kind_key, table_name, column_name = request.param
    derived = Kinds._column

    def as_a_number(self: Kinds, model: Any, name: str) -> Column:
        column = derived(self, model, name)
        if (model._meta.model_name, name) != (table_name, column_name):
            return column
        return replace(column, reference=None, db_type=_db_type(model._meta.get_field(name)))

    monkeypatch.setattr(Kinds, "_column", as_a_number)
    kinds._derived.clear()
    yield kind_key
    monkeypatch.undo()
    kinds._derived.clear()


@pytest.mark.parametrize("planted", REFERENCES, indirect=True, ids=lambda found: f"{found[1]}.{found[2]}")
def test_a_copied_key_is_caught(pair, planted, request):
    before = fingerprint(pair.child)
    plan = pair.company.plan(pair.child, items=pair.items(planted))
    run = pair.company.run(plan)
    if "visible_if_field" in request.node.callspec.id:
        # The catalog's own rules notice first: a condition on a question that is nowhere can never be met.
        refused = Change.objects.filter(plan_target__plan=plan, verdict="invalid", action="hold", kind=planted)
        assert refused.exists()
        with inside(pair.child):
            assert not all_kinds()[planted].root.model._default_manager.exists()
    else:
        assert run.state == SyncRun.State.FAILED
        assert run.targets.get().error_code == "still-used"
        assert fingerprint(pair.child) == before


def test_without_a_planted_key_the_same_syncs_succeed(pair):
    child = pair.company.child("Oost")
    for kind in all_kinds():
        pair.company.sync(child, items=pair.items(kind.key))
        assert documents(child, kind) == documents(pair.company.main, kind)
