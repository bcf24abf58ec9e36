"""The reaper counts what was touched, and a round in which nothing was costs the same whatever there is."""

from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from reference_data.models import WorkType
from settings_sync.engine.reading.index import look_at, mark_touched
from settings_sync.models import Alignment, Touched
from settings_sync.services.administrations import alignment, due
from settings_sync.services.administrations.alignment import fold_alignment
from settings_sync.services.targets.reaping import reap
from tenants.models import Administration
from tenants.schemas import inside
from tests.conftest import make_administration

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def nobodys_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what is noted is found."""
    monkeypatch.setattr(due, "_whose_turn_it_is", list)


@pytest.fixture
def counted(main: Administration, child: Administration, other_child: Administration) -> list[Administration]:
    """A main administration with two others, of which nothing is left to be counted."""
    fold_alignment(everything=True)
    return [main, child, other_child]


def edit(administration: Administration, name: str = "Storing") -> None:
    with inside(administration):
        WorkType.objects.create(name=name)


class TestNotes:
    @pytest.mark.usefixtures("nobodys_turn")
    def test_an_edit_is_counted_once(self, counted, child):
        edit(child)
        assert (fold_alignment(), fold_alignment()) == (1, 0)
        assert Alignment.objects.get(administration=child, category="reference_data").counts["own"] == 1
        assert not Touched.objects.exists()

    @pytest.mark.usefixtures("nobodys_turn")
    def test_an_edit_in_the_main_administration_counts_all_of_its_subs(self, counted, main):
        edit(main)
        assert fold_alignment() == 2

    def test_a_statement_that_touches_nothing_leaves_no_note(self, counted, child):
        with inside(child):
            WorkType.objects.filter(name="nothing").update(description="x")
        assert not Touched.objects.exists()

    def test_an_edit_that_is_not_committed_is_noted_by_nobody(self, counted, child):
        with transaction.atomic():
            edit(child)
            transaction.set_rollback(True)
        assert not Touched.objects.exists()

    def test_an_edit_during_the_counting_keeps_its_note(self, counted, child, monkeypatch):
        monkeypatch.setattr(alignment, "_fold_main", lambda *_what: edit(child, "Later") or 1)
        edit(child)
        fold_alignment()
        assert list(Touched.objects.values_list("schema_name", flat=True)) == [child.schema_name]

    @pytest.mark.usefixtures("nobodys_turn")
    def test_what_is_marked_by_hand_is_counted(self, counted, child):
        mark_touched(child, [("reference_data.worktype", child.pk)])
        assert fold_alignment() == 1

    @pytest.mark.usefixtures("nobodys_turn")
    def test_what_somebody_else_looked_at_is_counted(self, counted, child):
        edit(child)
        look_at(child)
        Touched.objects.all().delete()
        assert (fold_alignment(), fold_alignment()) == (1, 0)

    def test_a_note_of_what_is_not_there_any_more_goes(self, counted):
        Touched.objects.create(schema_name="a_0000000000000000")
        assert fold_alignment() == 0
        assert not Touched.objects.exists()


class TestTurns:
    def test_what_was_touched_without_a_note_is_found(self, counted, child):
        edit(child)
        Touched.objects.all().delete()
        assert fold_alignment() == 1

    def test_what_was_never_counted_is_found(self, counted, child):
        Alignment.objects.filter(administration=child).delete()
        assert fold_alignment() == 1

    @pytest.mark.parametrize("number", [1, 5, 7, 12])
    def test_everybody_has_a_turn(self, db, monkeypatch, number):
        for one in range(number):
            Administration.objects.create(name=f"{one}", slug=f"{one}", state="active", schema_name=f"a_{one:016}")
        seen: set[Any] = set()
        for each in range(-(-number // due.LOOKED_AT_ONCE)):
            monkeypatch.setattr(due.time, "time", lambda each=each: each * 5.0)
            seen |= {row.pk for row in due._whose_turn_it_is()}
        assert len(seen) == number


def test_a_round_in_which_nothing_happened_asks_as_much_of_many_as_of_few(counted, main, monkeypatch):
    few = _queries_of_a_round()
    for number in range(6):
        make_administration(f"Van Dijk {number}", main)
    fold_alignment(everything=True)
    many = _queries_of_a_round()
    # With few, the turns go round once more.
    assert len(many) <= len(few)
    named = [row.schema_name for row in main.children.all() if any(row.schema_name in query for query in many)]
    assert len(named) <= due.LOOKED_AT_ONCE


def _queries_of_a_round() -> list[str]:
    reap()
    with CaptureQueriesContext(connection) as captured:
        reap()
    return [query["sql"] for query in captured]
