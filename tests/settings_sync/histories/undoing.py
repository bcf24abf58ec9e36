"""Taking runs back in a history: what nobody edited since stands as it stood before the run, to the letter.

Taking back is a run like any other, so it is taken back as well; a run is taken back in any child that stands as the
run left it, however many others came between and were taken back themselves.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.timezone import now

from settings_sync.models import OrderMoment, StandingOrder, SyncRun
from settings_sync.services.standing.carrying_out import carry_out_moment
from settings_sync.services.undos.undoing import create_undo_plan

from . import drawing
from .model import Items, Key, Stand
from .running import carry_out_run
from .stage import Seen, key_of

LATELY = 5
"""Of how many of the last runs one is taken back."""


@dataclass(frozen=True)
class Done:
    """What a run did to one child: how that stood before and after, and which item became which other one."""

    run: SyncRun
    before: Stand
    after: Stand
    became: Mapping[Key, Key]


def take_back(history: Any, data: Any) -> bool:
    """Take back one of the last runs, where its children stand as it left them. Returns whether there was one."""
    open_to = _open_runs(history)
    if not open_to:
        return False
    chosen = data.draw(drawing.sampled_from(range(len(open_to))))
    _TakingBack(history, data, open_to[chosen]).carry_out()
    return True


def _open_runs(history: Any) -> list[dict[int, Done]]:
    """The last runs, newest first, each with the children that stand as it left them."""
    found: dict[Any, dict[int, Done]] = {}
    for where, done in reversed(history.done):
        if done.after.says == history.children[where - 1].says:
            found.setdefault(done.run.pk, {})[where] = done
    return list(found.values())[:LATELY]


class _TakingBack:
    def __init__(self, history: Any, data: Any, done: Mapping[int, Done]) -> None:
        self.history, self.data = history, data
        some = data.draw(drawing.integers(0, 2)) == 0
        self.done = dict(list(done.items())[:1]) if some else dict(done)
        self.run = next(iter(self.done.values())).run
        for place in history.places:
            place.send()
        history.story.append(f"taken back in {list(self.done)}: {history.name(self.run)}")

    def carry_out(self) -> None:
        history = self.history
        slugs = [history.places[where].administration.slug for where in self.done]
        before = {where: place.read() for where, place in enumerate(history.places)}
        plan = create_undo_plan(acting_user=history.company.owner, run=self.run, targets=slugs)
        for target in plan.targets.all():
            held = [(row.kind, row.label, row.verdict, row.facts) for row in target.changes.filter(action="hold")]
            assert not held, held
        run = carry_out_run(history, self.data, plan)
        assert run.state == SyncRun.State.SUCCEEDED, list(run.targets.values("state", "error_code", "error_detail"))
        for where, done in self.done.items():
            self._compare(where, done, run, before[where])
        for where in set(before) - set(self.done):
            assert history.places[where].read().marks == before[where].marks, where
        check_no_order_does_it_again(history, self.run)
        history.told["taken back"] += 1

    def _compare(self, where: int, done: Done, run: SyncRun, before: Seen) -> None:
        history = self.history
        target = run.targets.get(administration=history.places[where].administration)
        child, found = history.children[where - 1], history.places[where].read()
        late = {key_of(row.kind, row.uid): row.code for row in target.findings.all()}
        assert set(late.values()) <= {"archived-instead"}, late
        wanted = _taken_back(child, done)
        assert found.items == wanted.items, differing(found.items, wanted.items)
        assert found.base == wanted.base
        assert found.deviations == wanted.deviations
        assert found.marks["business"] == before.marks["business"]
        assert found.marks["others"] == before.marks["others"]
        was = {now: then for then, now in done.became.items()}
        for key, number in before.keys.items():
            assert found.keys.get(was.get(key, key), number) == number, key
        history.story.append(f"  as {history.name(run)}")
        history.children[where - 1] = wanted
        history.done.append((where, Done(run, child.copy(), wanted.copy(), was)))
        history.told["undo of undo"] += self.run.plan.undoes_id is not None


def check_no_order_does_it_again(history: Any, run: SyncRun) -> None:
    """The order that a run which is taken back came from is paused, and its next moment comes to nothing."""
    for order in StandingOrder.objects.filter(runs=run):
        assert order.state == StandingOrder.State.PAUSED, order.state
        moment = OrderMoment.objects.create(order=order, moment=now())
        carry_out_moment(moment.pk)
        moment.refresh_from_db()
        assert (moment.state, moment.run) == (OrderMoment.State.DROPPED, None)
        history.told["order paused"] += 1


def _taken_back(child: Stand, done: Done) -> Stand:
    """As it stood before; only what was made by the run and is used by now stays, archived and followed no longer."""
    was = {now: then for then, now in done.became.items()}
    made = {key for key in child.items if key not in done.before.items and key not in was}
    staying: Items = {key: {**child.items[key], "is_archived": True} for key in made & child.used}
    return replace(
        done.before.copy(), items={**done.before.items, **staying}, used={was.get(key, key) for key in child.used}
    )


def differing(found: Items, wanted: Items) -> str:
    """What stands otherwise than it should, item by item."""
    keys = sorted(key for key in {*found, *wanted} if found.get(key) != wanted.get(key))
    return "; ".join(f"{key}: {found.get(key)} where there should be {wanted.get(key)}" for key in keys)
