"""Trying an older run again, where it failed: it never goes back in time."""

from typing import Any

from settings_sync.models import SyncTarget
from settings_sync.services.runs.runs import retry_run
from settings_sync.services.targets.targets import execute_target

from . import drawing
from .model import CATEGORY, DELETED, HELD, Item, Key, Outcome, renamed
from .stage import Seen
from .threeway import SHAPES
from .undoing import Done


def try_again(history: Any, data: Any) -> None:
    """Try one of the runs again that failed in a child."""
    number = data.draw(drawing.integers(0, len(history.failed) - 1))
    _Again(history, *history.failed.pop(number)).carry_out()


class _Again:
    def __init__(self, history: Any, sync: Any, where: int) -> None:
        self.history, self.sync, self.where, self.place = history, sync, where, history.places[where]
        for place in history.places:
            place.send()
        history.story.append(f"tried again in {where}: {history.name(sync.run)}")
        history.told["tried again"] += 1

    def carry_out(self) -> None:
        decided, told = self._decided_since(), self.sync.told[self.where]
        before, child = self.place.read(), self.history.children[self.where - 1]
        target = self._run()
        doing = {key for key, outcome in told.items() if _does_something(outcome, child.base.get(key))}
        if decided and doing <= decided:
            self.history.told["overtaken"] += 1
            assert (target.state, target.error_code) == ("skipped", "overtaken"), "an older run went back in time"
            assert self.place.read().marks == before.marks, "an older run wrote over a later one"
        elif not decided & doing and self._stands_as_it_was(child):
            self.sync.compare_result(self.where, before)
        else:
            self._compare_what_was_decided(decided)
        self._compare_what_is_kept_away(before)
        if target.state == SyncTarget.State.SUCCEEDED:
            self.sync.fails = 0

    def _stands_as_it_was(self, child: Any) -> bool:
        """Whether neither the child nor what is assigned to it is other than when the run was confirmed."""
        was = (self.sync.left.says, self.sync.left.used, self.sync.away[self.where])
        return (child.says, child.used, self.history.away[self.where]) == was

    def _compare_what_is_kept_away(self, before: Seen) -> None:
        """What is not to come here by now is not written, whatever was planned."""
        found = self.place.read()
        for key in self.history.away[self.where]:
            # What it points at may have got another uid, by which it then follows.
            assert _simple(key, found.items.get(key)) == _simple(key, before.items.get(key)), ("not here", key)

    def _run(self) -> SyncTarget:
        """Type what is asked, which nobody is unless the run was taken back elsewhere."""
        company, run, slug = self.history.company, self.sync.run, self.place.administration.slug
        retry_run(acting_user=company.owner, run=run, targets=[slug], confirmation=company.main.slug)
        for pk in run.targets.filter(state="queued").values_list("pk", flat=True):
            execute_target(pk)
        run.refresh_from_db()
        return run.targets.get(administration=self.place.administration)  # type: ignore[no-any-return]

    def _compare_what_was_decided(self, decided: set[Key]) -> None:
        """What was decided since stands as it did; what was edited since is held, with what needs it."""
        child, found = self.history.children[self.where - 1], self.place.read()
        told = self.sync.told[self.where]
        for key in decided & told.keys():
            assert _simple(key, found.items.get(key)) == _simple(key, child.items.get(key)), ("back in time", key)
            assert found.base.get(key) == child.base.get(key), ("back in time", key)
        became = {o.couple: key for key, o in told.items() if o.couple and o.couple not in found.items}
        self.history.children[self.where - 1] = found.stand({became.get(key, key) for key in child.used})

    def _decided_since(self) -> set[Key]:
        """What a later run has decided here: a sync that was carried out, or what was taken back."""
        later = self.history.finished[self.history.finished.index(self.sync) + 1 :]
        decided: set[Key] = set()
        for run in later:
            if self.where in run.targets and run.fails != self.where:
                open_yet = {key for key, outcome in run.told[self.where].items() if outcome.word == HELD}
                decided |= run.looked_at[self.where] - open_yet - run.late.get(self.where, set())
                decided |= self._removed_by(run)
        for where, done in self.history.done:
            if where == self.where and done.run.plan.undoes_id and done.run.created_at > self.sync.run.created_at:
                decided |= _moved_by(done)
        return decided

    def _removed_by(self, later: Any) -> set[Key]:
        """What this run was to bring, and the main had no longer when a later one looked at the whole category."""
        told = self.sync.told[self.where].keys()
        return {key for key in told & self.sync.main.keys() - later.main.keys() if CATEGORY[key[0]] in later.categories}


def _moved_by(done: Done) -> set[Key]:
    """What stands otherwise than it stood, or of which something else is remembered; not what only follows an item that
    got another uid."""
    stood, stands, items = done.before, done.after, done.before.items
    for then, now in done.became.items():
        items = {key: renamed(item, then, now) for key, item in items.items()}
    pages = (
        (items, stands.items),
        (stood.base, stands.base),
        (stood.agreed, stands.agreed),
        (stood.pinned, stands.pinned),
    )
    return {key for was, now in pages for key in {*was, *now} if was.get(key) != now.get(key)}


def _simple(key: Key, item: Item | None) -> Item | None:
    """An item without what follows other items, such as its links."""
    return item and {name: item[name] for name in SHAPES[key[0]].simple}


def _does_something(outcome: Outcome, base: Any) -> bool:
    return outcome.writes or outcome.word == DELETED or outcome.base != base or bool(outcome.agreed)
