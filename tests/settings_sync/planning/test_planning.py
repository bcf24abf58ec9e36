"""The table of verdicts, row by row: what base, source and local come to while nobody has decided otherwise."""

from dataclasses import dataclass

import pytest

from settings_sync.planning.values import Choice, Entry
from settings_sync.planning.verdicts import Verdict
from tests.settings_sync.planning.shelf import (
    FLOW,
    FORM,
    LIST,
    Outcome,
    change_of,
    followed,
    item,
    local_of,
    outcome,
    plan,
    source_of,
)


@dataclass(frozen=True)
class Row:
    """One row of the table: the version of one item in each place, and what the plan does."""

    base: str | None
    source: str | None
    local: str | None
    expected: Outcome | None
    counted: str
    conflict: bool = False


ROWS = {
    "new": Row(None, "S", None, Outcome(Verdict.NEW, "create"), "create"),
    "rejoined": Row(None, "S", "S", Outcome(Verdict.REJOINED, "keep"), "unchanged"),
    "both changed, never synced": Row(None, "S", "L", Outcome(Verdict.BOTH_CHANGED, "hold"), "hold", True),
    "own": Row(None, None, "L", None, "own"),
    "in line": Row("B", "B", "B", None, "unchanged"),
    "behind": Row("B", "S", "B", Outcome(Verdict.BEHIND, "update"), "update"),
    "already equal": Row("B", "S", "S", Outcome(Verdict.ALREADY_EQUAL, "keep"), "unchanged"),
    "changed locally": Row("B", "B", "L", Outcome(Verdict.CHANGED_LOCALLY, "keep"), "keep"),
    "both changed": Row("B", "S", "L", Outcome(Verdict.BOTH_CHANGED, "hold"), "hold", True),
    "removed locally": Row("B", "B", None, Outcome(Verdict.REMOVED_LOCALLY, "keep"), "keep"),
    "removed locally, changed in the source": Row("B", "S", None, Outcome(Verdict.REMOVED_LOCALLY, "keep"), "keep"),
    "removed in the source": Row("B", None, "B", Outcome(Verdict.REMOVED_IN_SOURCE, "keep"), "keep"),
    "removed in the source, changed here": Row("B", None, "L", Outcome(Verdict.REMOVED_IN_SOURCE, "keep"), "keep"),
    "gone on both sides": Row("B", None, None, Outcome(Verdict.GONE, "keep"), "unchanged"),
}


def entries(version: str | None) -> tuple[Entry, ...]:
    return () if version is None else (item(1, version),)


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS.keys())
def test_the_table(row):
    planned = plan(source_of(*entries(row.source)), local_of(*entries(row.local), bases=entries(row.base)))
    assert outcome(planned, item(1)) == row.expected
    zeros = dict.fromkeys(planned.counts, 0)
    assert planned.counts == zeros | {row.counted: 1, "conflict": int(row.conflict)}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS.keys())
def test_a_plan_states_the_values_it_saw_and_what_will_stand_there(row):
    planned = plan(source_of(*entries(row.source)), local_of(*entries(row.local), bases=entries(row.base)))
    for change in planned.changes:
        seen = {"base": row.base, "source": row.source, "local": row.local}
        digests = {where: item(1, version).digest if version else None for where, version in seen.items()}
        assert {"base": change.base, "source": change.source, "local": change.local} == digests
        assert change.result == (digests["source"] if change.action.value in ("create", "update") else None)


@pytest.mark.parametrize("local", ["B", "L", None], ids=["in step", "changed here", "removed here"])
def test_a_pinned_item_is_skipped_when_the_main_changes_it(local):
    planned = plan(source_of(item(1, "S")), local_of(*entries(local), bases=entries("B"), pinned=(item(1),)))
    assert outcome(planned, item(1)) == Outcome(Verdict.PINNED, "skip")
    assert planned.counts["skip"] == 1
    assert not planned.writes_anything


def test_a_pinned_item_that_is_in_line_is_not_worth_a_word():
    planned = plan(source_of(item(1)), local_of(item(1), bases=(item(1),), pinned=(item(1),)))
    assert planned.changes == ()
    assert planned.counts["unchanged"] == 1


def test_an_empty_main_administration_never_empties_a_child():
    planned = plan(source_of(), followed(item(1), item(2), item(3, kind=LIST)))
    assert {change.action.value for change in planned.changes} == {"keep"}
    assert not planned.writes_anything


def test_nothing_counts_as_removed_unless_its_whole_category_was_chosen():
    standing = followed(item(1), item(2))
    assert plan(source_of(item(1)), standing, Choice(items=frozenset({item(1).key}))).changes == ()
    assert plan(source_of(item(1)), standing, Choice(frozenset({"lists"}))).changes == ()
    assert outcome(plan(source_of(item(1)), standing, Choice(frozenset({"forms"}))), item(2))


def test_own_items_are_counted_in_the_chosen_categories_only():
    local = local_of(item(7), item(8, kind=LIST), item(9, kind=LIST))
    assert plan(source_of(), local, Choice(frozenset({"lists"}))).counts["own"] == 2
    assert plan(source_of(), local, Choice(frozenset({"forms"}))).counts["own"] == 1
    assert plan(source_of(item(1)), local, Choice(items=frozenset({item(1).key}))).counts["own"] == 0


def test_single_items_leave_the_rest_of_their_category_alone():
    planned = plan(source_of(item(1), item(2), item(3)), local_of(), Choice(items=frozenset({item(2).key})))
    assert [change.key for change in planned.changes] == [item(2).key]


def test_categories_and_single_items_add_up():
    source = source_of(item(1), item(2), item(3, kind=LIST), item(4, kind=FLOW))
    planned = plan(source, local_of(), Choice(frozenset({"lists"}), frozenset({item(2).key})))
    assert {change.key for change in planned.changes} == {item(2).key, item(3, kind=LIST).key}


def test_changes_come_in_writing_order_and_then_by_name():
    source = source_of(item(1, kind=FLOW), item(2, name="b"), item(3, name="a"), item(4, kind=LIST))
    assert [change.key[0] for change in plan(source, local_of()).changes] == [LIST, FORM, FORM, FLOW]
    assert [change.label for change in plan(source, local_of()).changes if change.key[0] == FORM] == ["a", "b"]


def test_an_archived_item_that_the_child_never_had_does_not_come():
    planned = plan(source_of(item(1, archived=True)), local_of())
    assert planned.changes == ()


def test_archiving_travels_to_a_child_that_has_the_item():
    planned = plan(source_of(item(1, archived=True)), followed(item(1)))
    assert outcome(planned, item(1)) == Outcome(Verdict.BEHIND, "update")


def test_an_archived_item_comes_when_something_needs_it():
    code, form = item(1, kind=LIST, archived=True), item(2)
    planned = plan(source_of(code, form, needs=[(form, "status", code)]), local_of())
    assert outcome(planned, code) == Outcome(Verdict.NEW, "create")


class TestWhatIsNeeded:
    """Choosing an item brings what it points at, with the reason."""

    code, form, flow = item(1, kind=LIST, name="Klaar"), item(2, name="Meting"), item(3, kind=FLOW, name="Onderhoud")
    source = source_of(code, form, flow, needs=[(flow, "step/3/form", form), (form, "field/1/status", code)])
    choice = Choice(frozenset({"flows"}))

    def test_it_comes_along_however_far(self):
        planned = plan(self.source, local_of(), self.choice)
        assert {change.key for change in planned.changes} == {self.code.key, self.form.key, self.flow.key}

    def test_with_the_reason(self):
        planned = plan(self.source, local_of(), self.choice)
        reasons = {change.label: change.needed_by for change in planned.changes}
        assert reasons["Onderhoud"] == ()
        (reason,) = reasons["Meting"]
        assert (reason.kind, reason.label, reason.path) == (FLOW, "Onderhoud", "step/3/form")
        assert [reason.label for reason in reasons["Klaar"]] == ["Meting"]

    def test_it_costs_nothing_when_it_is_in_line(self):
        planned = plan(self.source, followed(self.code, self.form), self.choice)
        assert [change.key for change in planned.changes] == [self.flow.key]

    def test_it_is_never_followed_backwards(self):
        planned = plan(self.source, local_of(), Choice(items=frozenset({self.code.key})))
        assert [change.key for change in planned.changes] == [self.code.key]

    def test_it_is_updated_when_it_is_behind(self):
        planned = plan(self.source, followed(self.code, item(2, "B", name="Meting")), self.choice)
        assert outcome(planned, self.form) == Outcome(Verdict.BEHIND, "update")

    def test_circles_end(self):
        one, two = item(1), item(2)
        source = source_of(one, two, needs=[(one, "next", two), (two, "next", one)])
        planned = plan(source, local_of(), Choice(items=frozenset({one.key})))
        assert [outcome(planned, entry) for entry in (one, two)] == [Outcome(Verdict.NEW, "create")] * 2

    def test_what_was_removed_here_holds_what_needs_it(self):
        planned = plan(self.source, local_of(self.code, bases=(self.code, self.form)), self.choice)
        assert outcome(planned, self.form) == Outcome(Verdict.REMOVED_LOCALLY, "keep")
        held = change_of(planned, self.flow)
        assert held is not None
        assert (held.verdict, held.action) == (Verdict.NEEDS_HELD, "hold")
        assert held.facts == {"needs": "Meting", "needs_kind": FORM, "path": "step/3/form"}

    def test_a_hold_reaches_everything_that_needs_it_however_far(self):
        planned = plan(self.source, local_of(item(9, kind=LIST, name="KLAAR")), self.choice)
        assert [outcome(planned, entry) for entry in (self.code, self.form, self.flow)] == [
            Outcome(Verdict.NAME_TAKEN, "hold"),
            Outcome(Verdict.NEEDS_HELD, "hold"),
            Outcome(Verdict.NEEDS_HELD, "hold"),
        ]
        assert planned.counts["hold"] == 3

    def test_a_hold_stops_nothing_else(self):
        source = source_of(self.code, self.form, item(5, kind=LIST), needs=[(self.form, "status", self.code)])
        planned = plan(source, local_of(item(9, kind=LIST, name="KLAAR")))
        assert outcome(planned, item(5, kind=LIST)) == Outcome(Verdict.NEW, "create")

    def test_a_conflict_in_what_is_needed_holds_nothing_that_finds_the_item_there(self):
        local = local_of(item(2, "L", name="Meting"), self.code, bases=(item(2, "B", name="Meting"), self.code))
        planned = plan(self.source, local, self.choice)
        assert outcome(planned, self.form) == Outcome(Verdict.BOTH_CHANGED, "hold")
        assert outcome(planned, self.flow) == Outcome(Verdict.NEW, "create")

    def test_what_does_not_exist_in_the_main_holds_with_its_own_reason(self):
        source = source_of(self.flow, needs=[(self.flow, "step/3/form", self.form)])
        planned = plan(source, local_of())
        held = change_of(planned, self.flow)
        assert held is not None
        assert (held.verdict, held.action) == (Verdict.UNRESOLVED, "hold")
        assert held.facts["path"] == "step/3/form"

    def test_a_pinned_item_that_the_child_lacks_holds_what_needs_it(self):
        planned = plan(self.source, local_of(self.code, bases=(self.code,), pinned=(self.form,)), self.choice)
        assert outcome(planned, self.form) == Outcome(Verdict.PINNED, "skip")
        assert outcome(planned, self.flow) == Outcome(Verdict.NEEDS_HELD, "hold")
