"""Taking a run back after somebody edited what it left: what nobody touched goes back, what was is merged or asks.

That a name, a default or a need holds something back as well is left to the preview; what it holds must stay as it is.
"""

from dataclasses import replace
from typing import Any

from settings_sync.models import SyncTarget
from settings_sync.services.undos.undoing import create_undo_plan

from . import drawing
from .drawing import Draws
from .edits import NAMES
from .model import DELETED, HELD, KEPT, WRITTEN, Item, Key, Outcome, Stand, can_stand, move, spare_the_used
from .running import carry_out_run
from .stage import CURRENCIES, Seen, key_of
from .threeway import SHAPES, merge_items
from .undoing import Done, check_no_order_does_it_again, differing

HOLDING = {"name_taken", "name_held", "default_taken", "needs_held", "unresolved"}
"""Why the preview may hold something that nobody edited."""


def take_back_later(history: Any, data: Draws) -> bool:
    """Take back the last run of a child after edits of what it wrote. Returns whether there was one."""
    for where, child in enumerate(history.children, start=1):
        done = next((done for place, done in reversed(history.done) if place == where), None)
        if done is not None and _is_the_last_word(child, done):
            _edit_what_was_written(history, data, where, done)
            _TakingBackLater(history, data, where, done).carry_out()
            return True
    return False


def _is_the_last_word(child: Stand, done: Done) -> bool:
    """Whether nothing was said or decided about settings since, however many of them were edited."""
    return (child.base, child.deviations) == (done.after.base, done.after.deviations) and not done.became


def _edit_what_was_written(history: Any, data: Draws, where: int, done: Done) -> None:
    """Somebody edits one of the settings that the run changed, in the same place or elsewhere."""
    was, left, here = done.before.items, done.after.items, history.items(where)
    written = sorted(key for key in was.keys() & left.keys() & here.keys() if was[key] != left[key])
    if written:
        key = data.draw(drawing.sampled_from(written))
        name, value = data.draw(drawing.tuples(drawing.sampled_from(SHAPES[key[0]].simple[:2]), NAMES))
        value = data.draw(drawing.sampled_from(list(CURRENCIES.values()))) if name == "currency" else value
        history.story.append(f"edited first: {key} {name} {value}")
        history.change(where, key, **{name: value})


class _TakingBackLater:
    def __init__(self, history: Any, data: Draws, where: int, done: Done) -> None:
        self.history, self.data, self.where, self.done = history, data, where, done
        self.place, self.child = history.places[where], history.children[where - 1]
        for place in history.places:
            place.send()
        history.story.append(f"taken back later in {where}: {history.name(done.run)}")

    def carry_out(self) -> None:
        history, slug = self.history, self.place.administration.slug
        before = self.place.read()
        plan = create_undo_plan(acting_user=history.company.owner, run=self.done.run, targets=[slug])
        told = self._with_what_is_held(_foresee(self.child, self.done), plan.targets.get())
        run = carry_out_run(history, self.data, plan)
        target = run.targets.get()
        assert target.state == SyncTarget.State.SUCCEEDED, (target.state, target.error_code, target.error_detail)
        assert {row.code for row in target.findings.all()} <= {"archived-instead"}
        self._compare(_carried_out(told, self.child, self.done), before)
        history.story.append(f"  as {history.name(run)}")
        came_to = history.children[self.where - 1]
        if came_to.says != self.child.says:
            history.done.append((self.where, Done(run, self.child.copy(), came_to.copy(), {})))
        check_no_order_does_it_again(history, self.done.run)
        history.told["taken back later"] += 1
        history.told["merged while taken back"] += any(outcome.row == "merged" for outcome in told.values())
        history.told["asked while taken back"] += any(outcome.word == HELD for outcome in told.values())

    def _with_what_is_held(self, told: dict[Key, Outcome], target: Any) -> dict[Key, Outcome]:
        """What was foreseen, and held where something else than its own conflicts holds it."""
        held = {key_of(row.kind, row.uid): row for row in target.changes.filter(action="hold")}
        asking = {key for key, outcome in told.items() if outcome.word == HELD}
        assert asking <= held.keys(), ("edited since, and not asked", asking - held.keys())
        for key, row in held.items():
            if key in asking:
                asked = {path for path, _side in row.conflicts}
                assert row.verdict != "both_changed" or asked == set(told[key].conflicts), (key, asked)
            else:
                assert row.verdict in HOLDING, (key, row.verdict, row.facts, told.get(key))
        stays = {
            key: replace(told[key], word=HELD, item=self.child.items.get(key)) for key in held.keys() & told.keys()
        }
        return spare_the_used({**told, **stays}, self.child)

    def _compare(self, wanted: Stand, before: Seen) -> None:
        found = self.place.read()
        assert found.items == wanted.items, differing(found.items, wanted.items)
        assert found.base == wanted.base, differing(found.base, wanted.base)
        assert found.deviations == wanted.deviations, found.deviations ^ wanted.deviations
        for name in ("business", "others"):
            assert found.marks[name] == before.marks[name], name
        for key, number in before.keys.items():
            assert found.keys.get(key, number) == number, key
        self.history.children[self.where - 1] = wanted


def _foresee(child: Stand, done: Done) -> dict[Key, Outcome]:
    """What becomes of every item with which the run did something, or of which it moved what is remembered."""
    before, after = done.before, done.after
    moved = {key for key, _path, _pinned in before.deviations ^ after.deviations}
    moved |= {key for key in {*before.base, *after.base} if before.base.get(key) != after.base.get(key)}
    moved |= {key for key in {*before.items, *after.items} if before.items.get(key) != after.items.get(key)}
    return {key: _one(key, before.items.get(key), after.items.get(key), child.items.get(key)) for key in sorted(moved)}


def _one(key: Key, was: Item | None, left: Item | None, here: Item | None) -> Outcome:
    """One item, by what stood there before the run, what that left, and what stands there now."""
    if here == left:
        if was is None and left is not None:
            return Outcome(DELETED, None, None, "made by the run")
        return Outcome(KEPT if was == here else WRITTEN, was, None, "as it was left")
    if here is None or was in (left, here):
        return Outcome(KEPT, here, None, "removed, or as it stands")
    if was is None or left is None:
        return Outcome(HELD, here, None, "edited")
    item, conflicts = merge_items(SHAPES[key[0]], left, was, here, lambda path: "", lambda path: "")
    if conflicts or not can_stand(item):
        return Outcome(HELD, here, None, "edited", conflicts=frozenset(conflicts))
    return Outcome(KEPT if item == here else WRITTEN, item, None, "merged")


def _carried_out(told: dict[Key, Outcome], child: Stand, done: Done) -> Stand:
    """Bases, and what was pinned or agreed, go back as well, but for what is held."""
    after, before = child.copy(), done.before
    for key, outcome in told.items():
        if outcome.word == HELD:
            continue
        move(after.items, key, outcome.item)
        move(after.base, key, before.base.get(key))
        move(after.agreed, key, before.agreed.get(key))
        move(after.pinned, key, before.pinned.get(key))
    return after
