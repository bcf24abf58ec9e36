"""Pins and locks in the table of docs/how-sync-works.md: of an item, of a place in it, and of both at once."""

import pytest

from settings_sync.planning.merging import Shape
from settings_sync.planning.values import Decision
from settings_sync.planning.verdicts import Verdict, Word
from tests.settings_sync.planning.test_verdict_table import ROWS, UNDECIDED, B, CanDelete, L, S, world

PINNED = [row for row in ROWS if row not in ("own", "in line", "gone")]


@pytest.mark.parametrize("row", PINNED)
def test_pinned_item(row):
    assert world(row, pins=("",)).one() == ("skip", None, ROWS[row][0])


@pytest.mark.parametrize("pin", ["text", "note"])
def test_pinned_field_the_rest_proceeds(pin):
    base, result = {**S, "text": "b"}, {**S, "text": "b"}
    told = world("behind", pins=(pin,)).one()
    assert told == (("update", result, base) if pin == "text" else ("update", S, S))


def test_pinned_field_before_a_decision_to_overwrite():
    action, result, _base = world("both changed", pins=("text",)).one(Decision(Word.OVERWRITE))
    assert (action, result) == ("update", {**S, "text": "l"})


LOCKED = {
    "changed locally": ("update", B, B),
    "both changed": ("update", S, S),
    "removed locally": ("create", B, B),
    "removed locally, changed in the source": ("create", S, S),
    "behind": ("update", S, S),
    "in line": None,
}


@pytest.mark.parametrize("row", LOCKED)
def test_locked_by_the_main(row):
    assert world(row, locks=("",)).one() == LOCKED[row]


@pytest.mark.parametrize("row", ["changed locally", "both changed"])
def test_locked_before_a_decision_and_an_agreement(row):
    kept = world(row, locks=("",), agreed=("",)).one(Decision(Word.KEEP_LOCAL))
    assert kept == LOCKED[row]


@pytest.mark.parametrize("row", ["changed locally", "both changed"])
def test_locked_meets_a_pin_and_asks_once(row):
    pinned = world(row, locks=("",), pins=("",))
    assert (pinned.one()[0], pinned.plan()[1].verdict) == ("hold", Verdict.LOCKED)
    assert pinned.one(Decision(Word.OVERWRITE)) == LOCKED[row]


def test_locked_field_goes_back_and_the_rest_stays():
    assert world("changed locally", locks=("text",)).one() == ("update", {**L, "text": "b"}, B)


@pytest.mark.parametrize("policy", ["keep", "put_back"])
@pytest.mark.parametrize("lock", ["text", "code", ""])
@pytest.mark.parametrize("row", ["changed locally", "both changed"])
def test_locked_is_only_said_where_the_lock_puts_something_back(row, lock, policy):
    """`text` and `note` were changed here, and only the main changed `code`."""
    told = world(row, locks=(lock,)).plan(changed_locally=policy, conflict="overwrite")[1]
    said = Verdict.CHANGED_LOCALLY if row == "changed locally" else Verdict.BOTH_CHANGED
    assert told.verdict == (said if lock == "code" else Verdict.LOCKED)


def test_what_still_asks_is_not_said_to_be_put_back():
    told = world("both changed", locks=("note",)).plan()[1]
    assert (told.action, told.verdict) == ("hold", Verdict.BOTH_CHANGED)


@pytest.mark.parametrize("row", ["behind", "in line", "already equal"])
def test_locked_is_not_said_where_nothing_was_changed_here(row):
    told = world(row, locks=("",)).plan().get(1)
    assert told is None or told.verdict != Verdict.LOCKED


KEPT_AROUND_A_LOCK = {
    "behind": ("update", {"name": "Ketel", "text": "s"}, S),
    "changed locally": ("update", {**L, "text": "b"}, B),
    "both changed": ("update", {**L, "text": "s"}, S),
}


@pytest.mark.parametrize("row", KEPT_AROUND_A_LOCK)
def test_keep_local_holds_for_all_but_the_locked_field(row):
    locked = world(row, locks=("text",))
    assert locked.one(Decision(Word.KEEP_LOCAL), changed_locally="put_back") == KEPT_AROUND_A_LOCK[row]
    assert [kept.path for kept in locked.plan(Decision(Word.KEEP_LOCAL))[1].deviations] == [""]


@pytest.mark.parametrize(("lock", "meets"), [("text", True), ("name", False)])
def test_a_lock_meets_a_pin_where_both_are_about_what_differs(lock, meets):
    pinned = world("changed locally", locks=(lock,), pins=("",))
    assert (pinned.one()[0] == "hold") is meets
    overruled = pinned.plan(Decision(Word.OVERWRITE))[1]
    assert (overruled.action, overruled.clears_deviations) == ("update" if meets else "keep", meets)


def test_a_pin_outlives_a_decision_to_overwrite_the_rest():
    found = world("both changed", pins=("text",)).plan(Decision(Word.OVERWRITE))[1]
    assert (found.action, found.clears_deviations) == ("update", False)


@pytest.mark.parametrize("row", ["removed locally", "removed locally, changed in the source"])
def test_a_lock_meets_a_pin_where_the_item_was_removed(row):
    pinned = world(row, locks=("text",), pins=("note",))
    assert (pinned.one()[0], pinned.plan()[1].verdict) == ("hold", Verdict.LOCKED)


@pytest.mark.parametrize("pin", ["", "note"])
def test_what_is_new_and_locked_comes_although_a_pin_of_earlier_is_left(pin):
    """A lock puts nothing back there, so that there would be nothing to answer."""
    assert world("new", locks=("text",), pins=(pin,)).one() == UNDECIDED["new"]


def test_a_pin_without_a_lock_holds_nothing():
    pinned = world("both changed", pins=("code",))
    assert pinned.one(conflict="keep_local") == ("keep", None, {"name": "Ketel", "text": "s"})
    assert pinned.plan(conflict="keep_local")[1].verdict == Verdict.BOTH_CHANGED


def test_a_decision_to_overwrite_ends_what_was_agreed_where_it_writes():
    agreed = world("changed locally", agreed=("text",))
    assert agreed.plan(Decision(Word.PUT_BACK))[1].clears_deviations
    assert not agreed.plan(Decision(Word.KEEP_LOCAL))[1].clears_deviations
    assert not agreed.plan(changed_locally="put_back")[1].clears_deviations


@pytest.mark.parametrize("policy", ["archive", "delete"])
@pytest.mark.parametrize("said", [{"pins": ("note",)}, {"agreed": ("note",)}, {"agreed": ("",)}])
def test_what_the_main_removed_stays_where_something_in_it_is_pinned_or_agreed(said, policy):
    """What is pinned or agreed goes before a policy: without the item its place would be gone."""
    told = world("removed in the source", **said)
    assert told.one(removed_in_source=policy) == UNDECIDED["removed in the source"]
    assert told.plan(removed_in_source=policy)[1].facts == {"kept": "yes"}
    assert told.plan(removed_in_source="keep")[1].facts == {}


@pytest.mark.parametrize("word", [Word.ARCHIVE, Word.DELETE])
def test_a_pin_of_a_place_goes_before_a_decision_to_remove_the_item_and_an_agreement_does_not(word):
    pinned, agreed = (world("removed in the source", **said) for said in ({"pins": ("note",)}, {"agreed": ("note",)}))
    assert pinned.one(Decision(word)) == UNDECIDED["removed in the source"]
    assert agreed.one(Decision(word))[0] == word.value


@pytest.mark.parametrize("row", ["behind", "both changed"])
def test_of_a_pinned_place_the_base_stays_also_where_all_is_kept_by_decision(row):
    told = world(row, pins=("text",)).one(Decision(Word.KEEP_LOCAL))
    assert told == ("keep", None, {**S, "text": "b"})


@pytest.mark.parametrize("row", ["rejoined", "already equal", "removed in the source"])
def test_a_lock_meets_a_pin_only_where_it_would_put_something_back(row):
    assert world(row, locks=("text",), pins=("text",)).one() == UNDECIDED[row]


def test_a_locked_item_that_is_behind_cannot_be_kept_or_renamed():
    behind = world("behind", locks=("",))
    assert behind.one(Decision(Word.KEEP_LOCAL)) == ("update", S, S)
    assert behind.one(Decision(Word.CREATE_AS, name="Anders")) == ("update", S, S)


def test_what_was_locked_moves_the_base_although_it_was_pinned_too():
    assert world("behind", locks=("text",), pins=("",)).one() == (
        "update",
        {"name": "Ketel", "text": "s"},
        {"name": "Ketel", "text": "s"},
    )


@pytest.mark.parametrize("said", [{"pins": ("note",)}, {"agreed": ("note",)}])
def test_fields_that_count_as_one_stay_as_one(said):
    """Only `note` is pinned or agreed, and `text` only makes sense together with it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(CanDelete, "shape", lambda self, kind: Shape(together={"": (("text", "note"),)}))
        assert world("changed locally", **said).one(changed_locally="put_back") == ("keep", None, B)
