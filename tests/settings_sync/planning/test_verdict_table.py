"""The table of docs/how-sync-works.md as tests that carry its names: every row, every decision in it, every policy.

S changed `text` and `code`, L changed `text` and `note`: `text` is what both changed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from settings_sync.planning.assigning import NOTHING_ASSIGNED, Assigned
from settings_sync.planning.deciding import allowed_words
from settings_sync.planning.plans import plan_target
from settings_sync.planning.policies import DEFAULTS, POLICIES
from settings_sync.planning.values import Choice, Decision, Local, PlannedChange, Rules, Source, Uses
from settings_sync.planning.verdicts import Action, Verdict, Word
from tests.settings_sync.planning.papers import KIND, Shelf, key_of

Item = Mapping[str, str]
NOTHING: Mapping[Any, Any] = {}

B: Item = {"name": "Ketel", "text": "b"}
S: Item = {"name": "Ketel", "text": "s", "code": "s"}
L: Item = {"name": "Ketel", "text": "l", "note": "l"}
MERGED_HERE: Item = {"name": "Ketel", "text": "l", "code": "s", "note": "l"}
MERGED_THERE: Item = {"name": "Ketel", "text": "s", "code": "s", "note": "l"}
ARCHIVED: Item = {**B, "is_archived": "yes"}

ROWS: dict[str, tuple[Item | None, Item | None, Item | None]] = {
    "new": (None, S, None),
    "rejoined": (None, S, S),
    "both changed, never synced": (None, S, L),
    "own": (None, None, L),
    "in line": (B, B, B),
    "behind": (B, S, B),
    "already equal": (B, S, S),
    "changed locally": (B, B, L),
    "both changed": (B, S, L),
    "removed locally": (B, B, None),
    "removed locally, changed in the source": (B, S, None),
    "removed in the source": (B, None, B),
    "removed / changed": (B, None, L),
    "gone": (B, None, None),
}
"""What is base, source and local in each row."""


class CanDelete(Shelf):
    """Items of this kind may be deleted where the main removed them; nothing uses them."""

    def may_delete(self, kind: str) -> bool:
        return True


@dataclass
class World:
    """A main and a child of which item 1 is looked at; others stand beside it."""

    base: Item | None = None
    source: Item | None = None
    local: Item | None = None
    main: Mapping[int, Item] = field(default_factory=dict)
    child: Mapping[int, Item] = field(default_factory=dict)
    bases: Mapping[int, Item] = field(default_factory=dict)
    pins: tuple[str, ...] = ()
    agreed: tuple[str, ...] = ()
    locks: tuple[str, ...] = ()
    assigned: Assigned = NOTHING_ASSIGNED

    def plan(self, *decisions: Decision, choice: Choice | None = None, **policies: str) -> dict[int, PlannedChange]:
        """What becomes of each item that the plan names."""
        main, child, bases = (
            {**others, **({1: own} if own is not None else {})}
            for own, others in ((self.source, self.main), (self.local, self.child), (self.base, self.bases))
        )
        self.shelf = shelf = CanDelete()
        shelf.child = child
        key = key_of(1)
        local = Local(
            {key_of(uid): shelf.keep(uid, item) for uid, item in child.items()},
            {key_of(uid): shelf.keep(uid, item).digest for uid, item in bases.items()},
            {key: frozenset(self.pins)} if self.pins else {},
            {key: frozenset(self.agreed)} if self.agreed else {},
        )
        rules = Rules(
            policies={**DEFAULTS, **policies},
            locks={key: frozenset(self.locks)} if self.locks else {},
            decisions={key: decisions} if decisions else {},
        )
        source = Source({key_of(uid): shelf.keep(uid, item) for uid, item in main.items()})
        chosen = choice or Choice(frozenset({"forms"}))
        planned = plan_target(source, local, chosen, {KIND: "forms"}, rules, shelf, self.assigned)
        return {change.key[1].int: change for change in planned.changes}

    def one(self, *decisions: Decision, **policies: str) -> "Told":
        change = self.plan(*decisions, **policies).get(1)
        if change is None:
            return None
        return (change.action.value, self.document(change.result), self.document(change.next_base))

    def document(self, digest: bytes | None) -> Item | None:
        return None if digest is None else self.shelf.by_digest[digest]


Told = tuple[str, Item | None, Item | None] | None
"""What is done, what is written, and what is remembered as decided; None when the plan does not name the item."""


def world(row: str, **more: Any) -> World:
    return World(*ROWS[row], **more)


UNDECIDED: dict[str, Told] = {
    "new": ("create", S, S),
    "rejoined": ("keep", None, S),
    "both changed, never synced": ("hold", None, None),
    "own": None,
    "in line": None,
    "behind": ("update", S, S),
    "already equal": ("keep", None, S),
    "changed locally": ("keep", None, B),
    "both changed": ("hold", None, B),
    "removed locally": ("keep", None, B),
    "removed locally, changed in the source": ("keep", None, S),
    "removed in the source": ("keep", None, B),
    "removed / changed": ("keep", None, B),
    "gone": ("keep", None, None),
}


@pytest.mark.parametrize("row", ROWS)
def test_row(row):
    assert world(row).one() == UNDECIDED[row]


BY_POLICY: list[tuple[str, str, str, Told]] = [
    ("changed locally", "changed_locally", "keep", ("keep", None, B)),
    ("changed locally", "changed_locally", "put_back", ("update", B, B)),
    ("both changed", "conflict", "hold", ("hold", None, B)),
    ("both changed", "conflict", "keep_local", ("update", MERGED_HERE, S)),
    ("both changed", "conflict", "overwrite", ("update", MERGED_THERE, S)),
    ("both changed, never synced", "conflict", "hold", ("hold", None, None)),
    ("both changed, never synced", "conflict", "keep_local", ("keep", None, S)),
    ("both changed, never synced", "conflict", "overwrite", ("update", S, S)),
    ("removed locally", "removed_locally", "leave", ("keep", None, B)),
    ("removed locally", "removed_locally", "bring_back", ("create", B, B)),
    ("removed locally, changed in the source", "removed_locally", "leave", ("keep", None, S)),
    ("removed locally, changed in the source", "removed_locally", "bring_back", ("create", S, S)),
    ("removed in the source", "removed_in_source", "keep", ("keep", None, B)),
    ("removed in the source", "removed_in_source", "archive", ("archive", {**B, "is_archived": True}, None)),
    ("removed in the source", "removed_in_source", "delete", ("delete", None, None)),
    ("removed / changed", "removed_in_source", "archive", ("keep", None, B)),
    ("removed / changed", "removed_in_source", "delete", ("keep", None, B)),
]


@pytest.mark.parametrize(
    ("row", "policy", "value", "told"),
    BY_POLICY,
    ids=[f"{row}: {policy} {value}" for row, policy, value, _t in BY_POLICY],
)
def test_policy(row, policy, value, told):
    assert world(row).one(**{policy: value}) == told


def test_every_value_of_every_policy_is_tried():
    """What is stale is told when applying: test_applying_stale.py."""
    named = {(policy, value) for policy, values in POLICIES.items() for value in values if policy != "stale"}
    assert named == {(policy, value) for _row, policy, value, _told in BY_POLICY}


AS = "Ketel (groep)"
DECIDED: dict[tuple[str, Word], Told] = {
    ("new", Word.SKIP): ("skip", None, None),
    ("new", Word.CREATE_AS): ("create", {**S, "name": AS}, S),
    ("rejoined", Word.SKIP): ("skip", None, None),
    ("rejoined", Word.KEEP_LOCAL): ("keep", None, S),
    ("rejoined", Word.OVERWRITE): ("keep", None, S),
    ("rejoined", Word.PUT_BACK): ("keep", None, S),
    ("rejoined", Word.CREATE_AS): ("update", {**S, "name": AS}, S),
    ("both changed, never synced", Word.KEEP_LOCAL): ("keep", None, S),
    ("both changed, never synced", Word.OVERWRITE): ("update", S, S),
    ("both changed, never synced", Word.PUT_BACK): ("update", S, S),
    ("both changed, never synced", Word.SKIP): ("skip", None, None),
    ("both changed, never synced", Word.CREATE_AS): ("hold", None, None),
    ("behind", Word.KEEP_LOCAL): ("keep", None, S),
    ("behind", Word.OVERWRITE): ("update", S, S),
    ("behind", Word.CREATE_AS): ("update", {**S, "name": AS}, S),
    ("behind", Word.SKIP): ("skip", None, B),
    ("already equal", Word.SKIP): ("skip", None, B),
    ("already equal", Word.KEEP_LOCAL): ("keep", None, S),
    ("already equal", Word.OVERWRITE): ("keep", None, S),
    ("already equal", Word.PUT_BACK): ("keep", None, S),
    ("already equal", Word.CREATE_AS): ("update", {**S, "name": AS}, S),
    ("changed locally", Word.KEEP_LOCAL): ("keep", None, B),
    ("changed locally", Word.OVERWRITE): ("update", B, B),
    ("changed locally", Word.PUT_BACK): ("update", B, B),
    ("changed locally", Word.CREATE_AS): ("update", {**L, "name": AS}, B),
    ("changed locally", Word.SKIP): ("skip", None, B),
    ("both changed", Word.KEEP_LOCAL): ("keep", None, S),
    ("both changed", Word.OVERWRITE): ("update", S, S),
    ("both changed", Word.PUT_BACK): ("update", S, S),
    ("both changed", Word.CREATE_AS): ("hold", None, B),
    ("both changed", Word.SKIP): ("skip", None, B),
    ("removed locally", Word.BRING_BACK): ("create", B, B),
    ("removed locally", Word.LEAVE): ("keep", None, B),
    ("removed locally", Word.CREATE_AS): ("create", {**B, "name": AS}, B),
    ("removed locally", Word.SKIP): ("skip", None, B),
    ("removed locally, changed in the source", Word.BRING_BACK): ("create", S, S),
    ("removed locally, changed in the source", Word.LEAVE): ("keep", None, S),
    ("removed locally, changed in the source", Word.CREATE_AS): ("create", {**S, "name": AS}, S),
    ("removed locally, changed in the source", Word.SKIP): ("skip", None, B),
    ("removed in the source", Word.KEEP_LOCAL): ("keep", None, None),
    ("removed in the source", Word.ARCHIVE): ("archive", {**B, "is_archived": True}, None),
    ("removed in the source", Word.DELETE): ("delete", None, None),
    ("removed in the source", Word.SKIP): ("skip", None, B),
    ("removed / changed", Word.KEEP_LOCAL): ("keep", None, None),
    ("removed / changed", Word.ARCHIVE): ("archive", {**L, "is_archived": True}, None),
    ("removed / changed", Word.DELETE): ("delete", None, None),
    ("removed / changed", Word.SKIP): ("skip", None, B),
}
"""Coupling, merging and names are below; what is in line, own or gone is not asked about."""


@pytest.mark.parametrize(("row", "word"), DECIDED, ids=[f"{row}: {word.value}" for row, word in DECIDED])
def test_decision(row, word):
    assert world(row).one(Decision(word, name=AS if word == Word.CREATE_AS else "")) == DECIDED[row, word]


def test_every_decision_that_a_row_allows_is_tried():
    missing = set()
    for row, sides in ROWS.items():
        base, source, local = (None if side is None else str(side).encode() for side in sides)
        if row in ("own", "in line", "gone"):
            continue
        for word in allowed_words(base=base, source=source, local=local) - {Word.COUPLE, Word.MERGE}:
            if (row, word) not in DECIDED:
                missing.add((row, word.value))
    assert not missing


@pytest.mark.parametrize(("side", "expected"), [(Word.OVERWRITE, MERGED_THERE), (Word.KEEP_LOCAL, MERGED_HERE)])
def test_both_changed_a_field_each_way(side, expected):
    assert world("both changed").one(Decision(side, path="text")) == ("update", expected, S)


def test_both_changed_put_back_takes_back_what_only_changed_here():
    decided = Decision(Word.KEEP_LOCAL, path="text")
    told = world("both changed").one(decided, changed_locally="put_back")
    assert told == ("update", {**S, "text": "l"}, S)


def test_both_changed_put_back_still_asks_what_both_changed():
    found = world("both changed").plan(changed_locally="put_back")[1]
    assert (found.action, found.conflicts) == (Action.HOLD, (("text", ""),))


def test_both_changed_put_back_leaves_what_was_agreed():
    told = world("both changed", agreed=("note",)).one(changed_locally="put_back", conflict="overwrite")
    assert told == ("update", MERGED_THERE, S)


TAKEN = World(source=S, child={9: {"name": "KETEL", "text": "eigen"}})


def test_name_taken_asks():
    assert TAKEN.plan()[1].verdict == Verdict.NAME_TAKEN
    assert TAKEN.one() == ("hold", None, None)


@pytest.mark.parametrize(
    ("decision", "told"),
    [
        (Decision(Word.COUPLE, couple_with=key_of(9)[1]), ("couple", S, S)),
        (Decision(Word.CREATE_AS, name=AS), ("create", {**S, "name": AS}, S)),
        (Decision(Word.CREATE_AS, name="ketel"), ("hold", None, None)),
        (Decision(Word.SKIP), ("skip", None, None)),
    ],
    ids=["couple", "create under another name", "create under the same name", "skip"],
)
def test_name_taken(decision, told):
    assert TAKEN.one(decision) == told


def test_name_taken_coupled_with_a_differently_named_item():
    found = World(source=S, child={9: {"name": "Brander"}}).plan(Decision(Word.COUPLE, couple_with=key_of(9)[1]))
    assert (found[1].action, found[1].couples) == (Action.COUPLE, key_of(9)[1])


def test_archived_holder_of_the_name_asks_and_is_coupled():
    archived = World(source=S, child={9: {**B, "is_archived": "yes"}})
    assert archived.plan()[1].facts["archived"] == "yes"
    assert archived.one(Decision(Word.COUPLE, couple_with=key_of(9)[1])) == ("couple", S, S)


RENAMED: Item = {"name": "Pomp", "text": "s"}


def test_renamed_and_the_new_name_held_locally():
    held = World(B, RENAMED, B, child={9: {"name": "pomp"}})
    assert (held.plan()[1].verdict, held.one()) == (Verdict.NAME_TAKEN, ("hold", None, B))
    assert held.one(Decision(Word.CREATE_AS, name=AS)) == ("update", {**RENAMED, "name": AS}, RENAMED)


def test_name_held_by_an_item_that_moves_in_the_same_plan_is_a_swap():
    other = {"name": "Pomp"}
    swap = World(B, RENAMED, B, main={2: {"name": "Ketel"}}, child={2: other}, bases={2: other})
    assert [change.action for change in swap.plan().values()] == [Action.UPDATE, Action.UPDATE]


def test_name_held_by_an_item_outside_the_plan_is_held():
    other = {"name": "Pomp"}
    swap = World(B, RENAMED, B, main={2: {"name": "Ketel"}}, child={2: other}, bases={2: other})
    found = swap.plan(choice=Choice(items=frozenset({key_of(1)})))
    assert (found[1].action, found[1].verdict) == (Action.HOLD, Verdict.NAME_HELD)


DEFAULTED: Item = {"name": "Ketel", "is_default": "yes"}


@pytest.mark.parametrize(
    ("word", "actions"),
    [(None, {1: "hold"}), (Word.OVERWRITE, {1: "create", 9: "update"}), (Word.KEEP_LOCAL, {1: "create"})],
    ids=["asks", "overwrite", "keep local"],
)
def test_source_default_against_local_default(word, actions):
    both = World(source=DEFAULTED, child={9: {"name": "Pomp", "is_default": "yes"}})
    decisions = [] if word is None else [Decision(word, path="is_default")]
    found = both.plan(*decisions)
    assert {uid: change.action.value for uid, change in found.items()} == actions
    if word is None:
        assert found[1].verdict == Verdict.DEFAULT_TAKEN
        return
    written = [both.document(change.result) for change in found.values()]
    standing = {**both.child, **dict(zip(found, written, strict=True))}
    assert sum(bool(item.get("is_default")) for item in standing.values()) == 1


@pytest.mark.parametrize("lock", ["", "is_default"])
def test_what_is_locked_does_not_come_without_being_the_default(lock):
    """A lock goes before a decision: what is left is that the other one gives way."""
    locked = World(source=DEFAULTED, child={9: {"name": "Pomp", "is_default": "yes"}}, locks=(lock,))
    kept = locked.plan(Decision(Word.KEEP_LOCAL, path="is_default"))
    assert {uid: (change.action.value, change.verdict.value) for uid, change in kept.items()} == {
        1: ("hold", "default_taken")
    }
    taken = locked.plan(Decision(Word.OVERWRITE, path="is_default"))
    assert {uid: change.action.value for uid, change in taken.items()} == {1: "create", 9: "update"}


def test_a_default_that_stays_here_is_agreed_and_not_asked_again():
    own = {"name": "Pomp", "is_default": "yes"}
    found = World(source=DEFAULTED, child={9: own}).plan(Decision(Word.KEEP_LOCAL, path="is_default", reason="zo"))[1]
    assert [(kept.path, kept.reason) for kept in found.deviations] == [("is_default", "zo")]
    again = World(DEFAULTED, DEFAULTED, {"name": "Ketel"}, child={9: own}, agreed=("is_default",))
    assert again.one(changed_locally="put_back") == ("keep", None, DEFAULTED)


def test_nothing_stops_being_the_default_for_an_item_that_is_held():
    named_alike = {"name": "Ketel"}
    both = World(source=DEFAULTED, child={8: named_alike, 9: {"name": "Pomp", "is_default": "yes"}})
    found = both.plan(Decision(Word.OVERWRITE, path="is_default"))
    assert {uid: change.action.value for uid, change in found.items()} == {1: "hold"}


def test_what_stays_as_it_is_here_gives_the_default_away_as_well():
    kept = World(source=DEFAULTED, main={9: {"name": "Pomp", "text": "s"}}, bases={9: {"name": "Pomp"}})
    kept.child = {9: {"name": "Pomp", "is_default": "yes"}}
    told = kept.plan(Decision(Word.OVERWRITE, path="is_default"), choice=Choice(items=frozenset({key_of(1)})))
    assert {uid: change.action.value for uid, change in told.items()} == {1: "create", 9: "update"}
    assert "is_default" not in kept.document(told[9].result)


def test_removed_in_the_source_what_is_used_is_archived():
    used = world("removed in the source")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(CanDelete, "uses", lambda self, keys: Uses(in_daily_data=frozenset(keys)))
        archived = {**B, "is_archived": True}
        assert used.one(removed_in_source="delete") == ("archive", archived, archived)


def test_a_merge_that_its_catalog_refuses_is_held_with_the_reason():
    with pytest.MonkeyPatch.context() as patch:
        refused = ["Twice the same id."]
        patch.setattr(CanDelete, "problems", lambda self, kind, body: [] if body in (S, L) else refused)
        change = world("both changed").plan(conflict="overwrite")[1]
    assert (change.verdict, change.action, change.next_base) == (Verdict.INVALID, "hold", change.base)
    assert change.facts["problem"] == "Twice the same id."


AGREED = {
    "keep local, all of it": (Decision(Word.KEEP_LOCAL, reason="zo"), ("", "zo")),
    "keep local, one field": (Decision(Word.KEEP_LOCAL, path="text", reason="zo"), ("text", "zo")),
}


@pytest.mark.parametrize("what", AGREED)
def test_keep_local_is_an_agreement_with_its_reason(what):
    decision, expected = AGREED[what]
    found = world("both changed").plan(decision)[1]
    assert [(kept.path, kept.reason) for kept in found.deviations] == [expected]
    again = World(S, S, MERGED_HERE if decision.path else L, agreed=(decision.path,))
    assert again.one(changed_locally="put_back") == (
        ("keep", None, S) if not decision.path else ("update", {**S, "text": "l"}, S)
    )
