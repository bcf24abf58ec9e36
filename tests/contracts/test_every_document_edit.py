"""A setting of any kind is written, made, archived and deleted by its document, by its declaration alone."""

import copy
import json
import uuid
from typing import Any

import pytest
from django.db import transaction

from settings_sync.declaring.kinds import Kind, all_kinds
from settings_sync.engine.reading.index import read_documents
from settings_sync.exceptions import ItemMoved
from settings_sync.services.edits.editing import uses_of
from settings_sync.services.edits.item_edits import archive_item, create_item, delete_item, replace_item
from sync_ledger.models import Edit
from tenants import exact_json
from tenants.schemas import inside
from tests.contracts.samples import Filler
from tests.contracts.world import KINDS, Company, make_company

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture(scope="module")
def company(standing: None) -> Company:
    made = make_company()
    with inside(made.main), transaction.atomic():
        Filler("stuk").everything(count=4)
    return made


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> Kind:
    return all_kinds()[request.param]


def two(company: Company, kind: Kind) -> list[Any]:
    """Two items of one kind that go together: of one sort, where there are several."""
    with inside(company.main):
        items = list(kind.root.model._default_manager.filter(is_archived=False).order_by("pk"))
    sort = getattr(items[0], "kind", None)
    return [item for item in items if getattr(item, "kind", None) == sort][:2]


def read(company: Company, kind: Kind, uid: uuid.UUID) -> Any:
    with inside(company.main):
        found = read_documents(company.main.schema_name, {(kind.key, uid)})
    return found[kind.key, uid] if found else None


def with_own_uids(body: Any) -> Any:
    """The document with parts that nobody has yet, pointing at each other as before."""
    text = exact_json.dump(body)
    for rows in body.get("parts", {}).values():
        for row in rows:
            text = text.replace(row["uid"], str(uuid.uuid4()))
    return exact_json.load(text)


def named(kind: Kind, body: Any, name: str) -> Any:
    return {**copy.deepcopy(body), kind.natural_key: name} | ({"is_default": False} if "is_default" in body else {})


def as_kept(body: Any) -> Any:
    """A document without what the editor settles: numbers in their one form, which scheme is the default, and what a
    block was called before."""
    plain = json.loads(exact_json.dump(body).replace('"3.50"', '"3.5"'))
    for settled in ("is_default", "former_names"):
        plain.pop(settled, None)
    return plain


def edits_of(company: Company, uid: uuid.UUID) -> list[Edit]:
    with inside(company.main):
        return list(Edit.objects.filter(uid=uid))


def test_what_stands_there_is_written_as_it_is_without_a_trace(company, kind):
    item, _other = two(company, kind)
    who = {"acting_user": company.owner, "administration": company.main}
    before = read(company, kind, item.uid)
    written = replace_item(**who, uid=item.uid, document=before.body, seen=before.entry.digest.hex())
    assert bytes.fromhex(written.row.digest) == before.entry.digest
    assert edits_of(company, item.uid) == []


def test_one_becomes_as_another_is_and_the_log_says_what(company, kind):
    first, second = two(company, kind)
    who = {"acting_user": company.owner, "administration": company.main}
    before, other = read(company, kind, first.uid), read(company, kind, second.uid)
    becoming = named(kind, with_own_uids(other.body), f"{kind.key}-ander"[:40])
    replace_item(**who, uid=first.uid, document=becoming, seen=before.entry.digest.hex())
    assert as_kept(read(company, kind, first.uid).body) == as_kept(becoming)
    assert edits_of(company, first.uid)
    with pytest.raises(ItemMoved):
        replace_item(**who, uid=first.uid, document=before.body, seen=before.entry.digest.hex())
    # The first scheme of its kind has become the default, which none of them stops being by itself.
    standing = read(company, kind, first.uid).body.get("is_default")
    back = before.body if standing is None else {**before.body, "is_default": standing}
    replace_item(**who, uid=first.uid, document=back, seen=None)
    assert as_kept(read(company, kind, first.uid).body) == as_kept(before.body)


def test_one_is_made_archived_and_deleted(company, kind):
    item, _other = two(company, kind)
    who = {"acting_user": company.owner, "administration": company.main}
    body = named(kind, with_own_uids(read(company, kind, item.uid).body), f"{kind.key}-nieuw"[:40])
    # Employees would get it, and then a workflow must be finished.
    body |= {link.name: [] for link in kind.links}
    made = create_item(**who, category=kind.category.key, kind=kind.key, document=body)
    uid = made.row.uid
    assert exact_json.dump(read(company, kind, uid).body) == exact_json.dump(made.document)
    archive_item(**who, uid=uid)
    assert read(company, kind, uid).body["is_archived"] is True
    archive_item(**who, uid=uid)
    with inside(company.main):
        assert uses_of(kind.root.model._default_manager.get(uid=uid)) == []
    delete_item(**who, uid=uid)
    assert read(company, kind, uid) is None
    assert {edit.path for edit in edits_of(company, uid)} >= {kind.natural_key, "is_archived"}


def test_the_log_names_places_as_the_editor_of_the_catalog_does(company):
    """Forms and workflows have editors of their own, whose words people know."""
    from forms_catalog.documents import values_for_log as of_form
    from settings_sync.services.edits.logged_values import values_for_log
    from workflows.services import values_for_log as of_workflow

    for key, of_editor in (("forms_catalog.form", of_form), ("workflows.workflow", of_workflow)):
        kind = all_kinds()[key]
        with inside(company.main):
            for item in kind.root.model._default_manager.all():
                ours, theirs = values_for_log(kind, item, {}), of_editor(item)
                assert ours.keys() == theirs.keys()
