"""The contract that every kind of setting keeps, whichever catalog declares it: a sync carries it over exactly.

One company goes through a first sync, a second one, an edit of everything and a third sync; the tests look at what each
left behind. Nothing here knows a catalog: a fifth one is tested by being registered.
"""

import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import connection

from settings_sync.declaring.kinds import Kind, Table, all_kinds
from settings_sync.engine.applying.statements import is_late
from settings_sync.engine.witness import fingerprints
from settings_sync.models import Change, FormerDocument, Receipt, SyncRun, SyncTarget
from tenants.models import Administration
from tenants.schemas import inside
from tests.contracts.samples import Filler
from tests.contracts.world import (
    CATEGORIES,
    KINDS,
    Company,
    Fingerprints,
    digests,
    documents,
    fingerprint,
    make_company,
    places,
    rows,
)

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> Kind:
    return all_kinds()[request.param]


@dataclass
class Round:
    """One sync of everything to one child, and what stood there before and after."""

    run: SyncRun
    all_before: Fingerprints
    all_after: Fingerprints
    digests_before: dict[str, dict[uuid.UUID, bytes]]
    places_before: dict[str, dict[Any, str]]
    documents_in_main: dict[str, dict[uuid.UUID, dict[str, Any]]]
    documents_after: dict[str, dict[uuid.UUID, dict[str, Any]]]
    digests_after: dict[str, dict[uuid.UUID, bytes]]
    places_after: dict[str, dict[Any, str]]

    @property
    def target(self) -> SyncTarget:
        return self.run.targets.get()

    @property
    def receipt(self) -> Receipt:
        return Receipt.objects.get(target=self.target)

    def changes(self, kind: Kind) -> list[Change]:
        return list(Change.objects.filter(plan_target=self.target.plan_target, kind=kind.key))


@dataclass
class Story:
    """The company, its child, and the rounds they went through."""

    company: Company
    child: Administration
    own: dict[str, set[uuid.UUID]]
    altered: dict[str, uuid.UUID] = field(default_factory=dict)
    rounds: list[Round] = field(default_factory=list)

    def play(self) -> Round:
        plan = self.company.plan(self.child, categories=CATEGORIES)
        before = fingerprint(self.child), self._digests(), self._places()
        run = self.company.run(plan)
        assert run.state == SyncRun.State.SUCCEEDED, list(run.targets.values("error_code", "error_detail"))
        in_main = {kind.key: documents(self.company.main, kind) for kind in all_kinds()}
        after = {kind.key: documents(self.child, kind) for kind in all_kinds()}
        self.rounds.append(
            Round(
                run,
                before[0],
                fingerprint(self.child),
                before[1],
                before[2],
                in_main,
                after,
                self._digests(),
                self._places(),
            )
        )
        return self.rounds[-1]

    def _digests(self) -> dict[str, dict[uuid.UUID, bytes]]:
        return {kind.key: digests(self.child, kind) for kind in all_kinds()}

    def _places(self) -> dict[str, dict[Any, str]]:
        tables = [table.table for kind in all_kinds() for table in (*kind.tables, *kind.links)]
        return {table: places(self.child, table) for table in tables}


@pytest.fixture(scope="module")
def story(standing: None) -> Iterator[Story]:
    company = make_company()
    child = company.child("Noord")
    main_filler, own_filler = Filler("hoofd"), Filler("eigen")
    with inside(company.main):
        main_filler.everything()
        make_one_default()
    with inside(child):
        own_filler.everything(count=2)
        own_filler.daily_data()
    story = Story(company, child, {kind.key: set(digests(child, kind)) for kind in all_kinds()})
    story.play()
    story.play()
    with inside(company.main):
        for kind in all_kinds():
            item = kind.root.model._default_manager.order_by("pk")[0]
            main_filler.alter(kind, item)
            story.altered[kind.key] = item.uid
    story.play()
    return story


def make_one_default() -> None:
    """What can be the default is, once."""
    for kind in all_kinds():
        if any(column.name == "is_default" for column in kind.root.columns):
            item = kind.root.model._default_manager.order_by("pk")[0]
            item.is_default = True
            item.save()


def test_the_samples_are_allowed_by_their_own_rules(story, kind):
    for document in story.rounds[0].documents_in_main[kind.key].values():
        assert kind.root.declaration.validate(document) == []


def test_the_samples_fill_in_every_field_that_travels(story, kind):
    """Whatever is left at its default everywhere would be tested by nobody."""
    found = story.rounds[0].documents_in_main[kind.key].values()
    for table in kind.tables:
        filled = {name for row in rows_in(found, kind, table) for name in row}
        assert {column.name for column in table.columns} - {"is_archived"} <= filled
    for link in kind.links:
        assert any(document.get(link.name) for document in found)


@pytest.fixture(params=[0, 1, 2], ids=["first sync", "second sync", "after edits"])
def played(request: pytest.FixtureRequest, story: Story) -> Round:
    return story.rounds[request.param]


def test_the_child_has_the_main_administrations_documents(story, played, kind):
    """Equal in every field and part, and so in digest."""
    arrived = {uid: body for uid, body in played.documents_after[kind.key].items() if uid not in story.own[kind.key]}
    assert arrived == played.documents_in_main[kind.key]
    assert len(arrived) >= 3


def test_the_childs_own_items_stay_as_they_were(story, played, kind):
    for table in kind.tables:
        own = set(story.rounds[0].places_before[table.table])
        assert own
        kept = {uid: place for uid, place in played.places_after[table.table].items() if uid in own}
        assert kept == story.rounds[0].places_before[table.table]


def test_references_point_inside_the_child(story, kind):
    """Each foreign key holds the child's own key of the item with the same uid, which is another number there."""
    main, child = story.company.main, story.child
    for table in kind.tables:
        for column in table.columns:
            if column.reference is None:
                continue
            uid_of = {
                place: {row["id"]: row["uid"] for row in rows(place, column.reference.table, "id", "uid")}
                for place in (main, child)
            }
            in_main = {row["uid"]: row[column.column] for row in rows(main, table.table, "uid", column.column)}
            in_child = {row["uid"]: row[column.column] for row in rows(child, table.table, "uid", column.column)}
            pointing = {uid: key for uid, key in in_main.items() if key is not None}
            assert pointing, f"no sample fills {table.name}.{column.name}"
            for uid, key in pointing.items():
                assert uid_of[child][in_child[uid]] == uid_of[main][key]
                assert in_child[uid] != key


def test_links_join_the_childs_own_rows(story, kind):
    main, child = story.company.main, story.child
    for link in kind.links:
        joined = []
        for place in (main, child):
            own = {row["id"]: row["uid"] for row in rows(place, kind.root.table, "id", "uid")}
            other = {row["id"]: row["uid"] for row in rows(place, link.other_table, "id", "uid")}
            pairs = rows(place, link.table, link.own_column, link.other_column)
            joined.append({(own[row[link.own_column]], other[row[link.other_column]]) for row in pairs})
        assert joined[0]
        assert joined[0] <= joined[1]


def test_the_childs_keys_are_its_own(story, kind):
    """The sequences start elsewhere in each administration, so a copied key could not be right by luck."""
    for table in kind.tables:
        in_main = {row["uid"]: row["id"] for row in rows(story.company.main, table.table, "uid", "id")}
        in_child = {row["uid"]: row["id"] for row in rows(story.child, table.table, "uid", "id")}
        assert not set(in_main.values()) & set(in_child.values())


def test_a_field_that_stays_starts_at_its_default_and_is_left_alone(story, kind):
    for table in kind.tables:
        for local in table.local:
            default = local.field.get_default()
            values = {row["uid"]: row[local.column] for row in rows(story.child, table.table, "uid", local.column)}
            arrived = {value for uid, value in values.items() if uid not in story.own[kind.key]}
            assert arrived == {default}


def test_daily_data_never_moves(story, played):
    """Count, content, ctid and xmin of every table that a sync may not write."""
    tables = fingerprints(story.child).keys()
    assert len(tables) >= 15
    assert {table: played.all_after[table] for table in tables} == {table: played.all_before[table] for table in tables}
    assert all(played.all_before[table].count for table in tables if table.startswith("business_"))


def test_a_second_sync_leaves_every_row_where_it_stands(story):
    """No table of the child is written, not even the sync's own memory of it."""
    second = story.rounds[1]
    assert second.all_after == second.all_before
    assert second.receipt.rows == {}
    assert second.receipt.business_rows_written == 0


def test_the_preview_says_what_will_stand_there(played, kind):
    after = played.digests_after[kind.key]
    for change in played.changes(kind):
        if change.action in ("create", "update"):
            assert after[change.uid] == bytes(change.result_digest)


def test_the_preview_counts_what_happens(story, played):
    seen = {"create": 0, "update": 0}
    for key in KINDS:
        before, after = played.digests_before[key], played.digests_after[key]
        seen["create"] += len(after.keys() - before.keys())
        seen["update"] += sum(before[uid] != after[uid] for uid in before.keys() & after.keys())
    counts = played.target.counts
    assert {name: counts[name] for name in seen} == seen
    assert counts["own"] == sum(len(own) for own in story.own.values())
    assert counts["hold"] == counts["conflict"] == counts["skip"] == 0


def test_only_rows_that_differ_are_written(story, kind):
    """An edit of one item leaves the rows of every other item of the kind where they stand."""
    edited = story.rounds[2]
    for table in kind.tables:
        belongs = item_of_rows(story.child, table)
        moved = {
            belongs.get(uid)
            for uid, place in edited.places_after[table.table].items()
            if edited.places_before[table.table].get(uid, place) != place
        }
        assert moved <= {change.uid for change in edited.changes(kind)}
    assert story.altered[kind.key] in {change.uid for change in edited.changes(kind) if change.action == "update"}


def item_of_rows(administration: Administration, table: Any) -> dict[str, uuid.UUID]:
    """The item's uid for each row of a table, by the row's uid."""
    up = "__".join([*(above.parent_name for above in table.path[:-1]), "uid"])
    with inside(administration):
        return {str(uid): item for uid, item in table.model._default_manager.values_list("uid", up)}


def test_the_receipt_counts_the_rows(story, kind):
    """On a first sync: every row that arrived, and once more for each reference that waited for what it points at."""
    first = story.rounds[0]
    for table in kind.tables:
        arrived = first.places_after[table.table].keys() - first.places_before[table.table].keys()
        sent = rows_in(first.documents_in_main[kind.key].values(), kind, table)
        waited = sum(column.name in row for row in sent for column in table.columns if is_late(kind, column))
        assert len(sent) == len(arrived) > 0
        assert first.receipt.rows[table.table] == len(arrived) + waited
    for link in kind.links:
        arrived = first.places_after[link.table].keys() - first.places_before[link.table].keys()
        assert first.receipt.rows[link.table] == len(arrived) > 0


def rows_in(found: Iterable[Mapping[str, Any]], kind: Kind, table: Table) -> list[Mapping[str, Any]]:
    """The rows of one table as documents hold them."""
    if table is kind.root:
        return list(found)
    return [row for document in found for row in document.get("parts", {}).get(table.name, ())]


def test_what_was_replaced_is_kept(story, kind):
    edited = story.rounds[2]
    updated = {change.uid: bytes(change.local_digest) for change in edited.changes(kind) if change.action == "update"}
    former = FormerDocument.objects.filter(target=edited.target, kind=kind.key)
    assert {row.uid: bytes(row.digest) for row in former} == updated
    for row in former:
        assert row.body == story.rounds[1].documents_after[kind.key][row.uid]


def test_the_index_says_what_stands_there(story, kind):
    """What a sync notes in the child's index equals what a fresh reading comes to: digest, name and unique values."""
    keys = rows(story.child, "sync_ledger_indexentry", "kind", "uid", "digest", "label", "keys")
    noted = {row["uid"]: bytes(row["digest"]) for row in keys if row["kind"] == kind.key}
    assert noted == story.rounds[2].digests_after[kind.key]


def test_the_base_is_what_was_decided(story, kind):
    bases = {
        row["uid"]: bytes(row["digest"]) for row in rows(story.child, "sync_ledger_base") if row["kind"] == kind.key
    }
    assert bases == digests(story.company.main, kind)


def test_no_connection_is_left_in_a_transaction(story):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND application_name = 'eenlijn-sync' AND state LIKE 'idle in%'"
        )
        assert cursor.fetchone()[0] == 0
