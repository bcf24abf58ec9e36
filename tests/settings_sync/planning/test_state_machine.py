"""The engine's planning against the reference model, over long histories of edits, decisions and syncs.

`HYPOTHESIS_PROFILE=long ./dev test tests/settings_sync/planning/test_state_machine.py` runs ten times as many.
"""

import os
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from settings_sync.planning.plans import plan_target
from settings_sync.planning.policies import DEFAULTS
from settings_sync.planning.values import Choice, Decision, Local, Rules, Source
from settings_sync.planning.verdicts import Action, Word
from tests.settings_sync.planning.papers import KIND, Shelf, body_of, key_of
from tests.settings_sync.planning.reference import HELD, WRITTEN, Items, expected_sync

UIDS = st.integers(min_value=1, max_value=5)
NAMES = st.sampled_from(["Ketel", "KETEL", "Pomp", "Klep", "Filter", "Sensor", "Meting"])
TEXTS = st.sampled_from(["", "a", "b", "c"])
DECIDED = st.sampled_from(["skip", "keep_local", "overwrite", "put_back", "bring_back", "leave"])
POLICIES = st.fixed_dictionaries(
    {
        "changed_locally": st.sampled_from(["keep", "put_back"]),
        "conflict": st.sampled_from(["hold", "keep_local", "overwrite"]),
        "removed_locally": st.sampled_from(["leave", "bring_back"]),
    }
)


class History(RuleBasedStateMachine):
    """One main administration, one child, and what the engine and the model make of them."""

    def __init__(self) -> None:
        super().__init__()
        self.main: Items = {}
        self.child: Items = {}
        self.base: Items = {}
        self.shelf = Shelf()

    @rule(uid=UIDS, name=NAMES, text=TEXTS)
    def write_in_main(self, uid: int, name: str, text: str) -> None:
        if all(other == uid or item["name"].lower() != name.lower() for other, item in self.main.items()):
            self.main[uid] = body_of({**self.main.get(uid, {}), "name": name, "text": text})

    @rule(uid=UIDS, note=TEXTS)
    def edit_in_main(self, uid: int, note: str) -> None:
        if uid in self.main:
            self.main[uid] = body_of({**self.main[uid], "note": note})

    @rule(uid=UIDS)
    def remove_in_main(self, uid: int) -> None:
        self.main.pop(uid, None)

    @rule(uid=st.integers(min_value=1, max_value=7), name=NAMES, text=TEXTS)
    def write_in_child(self, uid: int, name: str, text: str) -> None:
        is_known = uid in self.child or uid > 5
        if is_known and all(other == uid or it["name"].lower() != name.lower() for other, it in self.child.items()):
            self.child[uid] = body_of({**self.child.get(uid, {}), "name": name, "text": text})

    @rule(uid=UIDS, note=TEXTS)
    def edit_in_child(self, uid: int, note: str) -> None:
        if uid in self.child:
            self.child[uid] = body_of({**self.child[uid], "note": note})

    @rule(uid=st.integers(min_value=1, max_value=7))
    def remove_in_child(self, uid: int) -> None:
        self.child.pop(uid, None)

    @rule(policies=POLICIES, decided=st.dictionaries(UIDS, DECIDED, max_size=3))
    def sync(self, policies: dict[str, str], decided: dict[int, str]) -> None:
        child, base, words = expected_sync(self.main, self.child, self.base, policies, decided)
        changes = self._carry_out(policies, decided)
        assert self.child == child
        assert self.base == base
        held = {change.key[1].int for change in changes if change.action == Action.HOLD}
        assert held == {uid for uid, word in words.items() if word == HELD}
        written = {change.key[1].int for change in changes if change.writes_content}
        assert written == {uid for uid, word in words.items() if word == WRITTEN}

    @rule()
    def sync_twice(self) -> None:
        self._carry_out({}, {})
        again = self._plan({}, {})
        assert not any(change.writes_content or change.moves_base for change in again)

    @invariant()
    def every_name_stands_once(self) -> None:
        names = [item["name"].lower() for item in self.child.values()]
        assert len(names) == len(set(names))

    @invariant()
    def what_is_its_own_is_never_touched(self) -> None:
        assert all(uid not in self.base for uid in (6, 7))

    def _plan(self, policies: dict[str, str], decided: dict[int, str]) -> Any:
        self.shelf.child = self.child
        source = Source({key_of(uid): self.shelf.keep(uid, item) for uid, item in self.main.items()})
        local = Local(
            {key_of(uid): self.shelf.keep(uid, item) for uid, item in self.child.items()},
            {key_of(uid): self.shelf.keep(uid, item).digest for uid, item in self.base.items()},
        )
        decisions = {key_of(uid): (Decision(Word(word)),) for uid, word in decided.items()}
        rules = Rules(policies={**DEFAULTS, **policies}, decisions=decisions)
        everything = Choice(frozenset({"forms"}))
        return plan_target(source, local, everything, {KIND: "forms"}, rules, self.shelf).changes

    def _carry_out(self, policies: dict[str, str], decided: dict[int, str]) -> Any:
        changes = self._plan(policies, decided)
        for change in changes:
            uid = change.key[1].int
            if change.writes_content:
                self.child[uid] = dict(self.shelf.by_digest[change.result])
            if change.next_base is None:
                self.base.pop(uid, None)
            else:
                self.base[uid] = dict(self.shelf.by_digest[change.next_base])
        return changes


MANY = 10 if os.environ.get("HYPOTHESIS_PROFILE") == "long" else 1
TestHistory = History.TestCase
TestHistory.settings = settings(
    max_examples=200 * MANY, stateful_step_count=50, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
