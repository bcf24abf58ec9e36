"""Syncs in a history: previewed, decided, edited in between, killed, delivered twice; each compared with the model."""

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from django.db.models import F
from django.utils.timezone import now

from settings_sync.models import ItemRule, Package, StandingOrder, SyncRun, SyncTarget
from settings_sync.planning.verdicts import Verdict
from settings_sync.services.deciding.deciding import decide
from settings_sync.services.runs.runs import retry_run
from settings_sync.services.standing.standing_orders import plan_order
from settings_sync.services.targets.reaping import reap
from settings_sync.services.targets.targets import execute_target

from . import drawing
from .deciding import WORDS, Decisions
from .drawing import Choice, Draws
from .edits import CHILD, EDITS, RULINGS, steps_of
from .meetings import MEETINGS, Meetings
from .model import (
    ARCHIVED,
    CATEGORY,
    DELETED,
    FIRST,
    HELD,
    KEPT,
    SKIPPED,
    WRITTEN,
    Item,
    Key,
    Order,
    Outcome,
    carry_out,
    foresee,
    looked_at,
    needs_of,
)
from .promoting import empty_inbox, promote
from .running import execute, start
from .stage import SETTINGS, Seen, Stage, group_of, key_of
from .statements import uid_of
from .trying_again import try_again
from .undoing import Done, differing, take_back
from .undoing_later import take_back_later

ACTIONS = {
    HELD: {"hold"},
    SKIPPED: {"skip"},
    KEPT: {"keep"},
    WRITTEN: {"create", "update", "couple"},
    ARCHIVED: {"archive"},
    DELETED: {"delete"},
}
ROWS = (*WORDS, "pinned", "locked", "gives way", "gone", "default asked", "stale", "not here")
ROWS += (
    "undo of undo",
    "tried again",
    "merged while taken back",
    "asked while taken back",
    "taken over",
    "by an order",
    "order paused",
)
"""What every history together must have come across."""
DESCRIBED = ("type", "form", "flow", "scheme")
VERDICTS = {"removed in the source": "removed_in_source", "removed / changed": "removed_in_source"}
HOLDING = {"name_taken", "name_held", "default_taken", "needs_held", "unresolved", "invalid"}
"""What the preview calls a row, where that is not its own words; and why something may be held back."""

POLICIES = drawing.fixed_dictionaries(
    {
        "changed_locally": drawing.sampled_from(["keep", "put_back"]),
        "conflict": drawing.sampled_from(["hold", "hold", "keep_local", "overwrite"]),
        "removed_locally": drawing.sampled_from(["leave", "bring_back"]),
        "removed_in_source": drawing.sampled_from(["keep", "archive", "delete"]),
    }
)
CHOSEN = drawing.one_of(CHILD.map(lambda one: [one]), drawing.some_of([1, 2], least=1, most=2))
EVERYTHING = ("forms", "reference_data", "templates", "workflows")
CATEGORIES = drawing.sampled_from(
    [EVERYTHING, EVERYTHING, ("forms", "reference_data"), ("workflows",), ("forms",), ("reference_data", "templates")]
)
SYNC = drawing.tuples(drawing.just("sync"), CHOSEN, CATEGORIES, POLICIES)
DECIDE = drawing.tuples(
    drawing.just("decide"), CHOSEN, drawing.just(EVERYTHING), drawing.one_of(drawing.just(FIRST), POLICIES)
)
SYNCS = drawing.one_of(SYNC, DECIDE)
STEPS = drawing.one_of(steps_of(EDITS), steps_of(EDITS), steps_of(RULINGS), steps_of(MEETINGS))
CHAINS = drawing.sampled_from([0, 0, 0, 1, 1, 2, 3, 4])
"""How often something is taken back after a sync."""
FAST = drawing.just(4)
FILLED = drawing.sampled_from([True, True, True, False])
"""Whether the administrations have something when a history begins."""
PACES = drawing.sampled_from([12, 16])
"""A sync takes a hundred times as long as an edit: every so many steps there is one, and one soon before the end."""
POINTS = (
    "run.after-commit",
    "claim.before-commit",
    "claim.after-commit",
    "apply.after-locks",
    "apply.after-former-documents",
    "apply.between-kinds",
    "apply.before-result-check",
    "apply.before-receipt",
    "apply.before-commit",
    "apply.after-commit",
    "target.before-finishing-run",
)


WHEN = {"kind": "nightly", "at": "02:00"}
"""When the standing orders of a history are due; a test carries them out by itself."""
EVERYWHERE = drawing.just([1, 2])
SYNC_ALL = drawing.tuples(drawing.just("sync"), EVERYWHERE, drawing.just(EVERYTHING), drawing.just(FIRST))
DECIDE_ALL = drawing.tuples(drawing.just("decide"), EVERYWHERE, drawing.just(EVERYTHING), drawing.just(FIRST))
CONTRARY = drawing.tuples(
    drawing.just("sync"),
    EVERYWHERE,
    drawing.just(EVERYTHING),
    drawing.just({**FIRST, "changed_locally": "put_back", "conflict": "keep_local"}),
)
"""The syncs of a history that is about one thing."""


@dataclass(frozen=True)
class Focus:
    """What a history is about: the steps and the syncs that are drawn, and how many steps there are to a sync."""

    steps: Choice
    syncs: Choice
    paces: Choice = FAST


WHATEVER = Focus(STEPS, SYNCS, PACES)


class History(Meetings):
    """One history of a main and its children."""

    told: Counter[str] = Counter()

    def __init__(self, stage: Stage, crashes: Path, data: Draws, focus: Focus) -> None:
        super().__init__(stage.places)
        self.company, self.crashes = stage.company, crashes
        self.data, self.focus = data, focus
        self.pace = data.draw(focus.paces)
        self.settled: dict[tuple[int, Key], tuple[Any, ...]] = {}
        self.done: list[tuple[int, Done]] = []
        self.failed: list[tuple[Sync, int]] = []
        self.finished: list[Sync] = []
        self.runs: dict[Any, int] = {}
        self.story: list[str] = []
        """What was done so far, for whoever reads why it failed."""

    def play(self, steps: int) -> None:
        """Go through so many steps. What differs from the model raises, with the story of how it came to that."""
        try:
            self._begin(is_filled=self.data.draw(FILLED))
            for _step in range(steps):
                self._step()
        except Exception as error:
            error.add_note("\n".join(self.story))
            raise
        self.told["histories"] += 1
        self.told["steps"] += self.steps

    def _begin(self, *, is_filled: bool) -> None:
        for place in self.places:
            place.begin(filled=is_filled)
        ItemRule.objects.all().delete()
        StandingOrder.objects.all().delete()
        Package.objects.all().delete()
        empty_inbox()
        for point in self.crashes.iterdir():
            point.unlink()
        # What a history that failed has left open would keep its children busy.
        SyncTarget.objects.filter(state__in=SyncTarget.OPEN).update(state=SyncTarget.State.CANCELLED)
        main, *children = [place.read() for place in self.places]
        self.main, self.children = main.items, [seen.stand(set()) for seen in children]
        for key, item in self.main.items():
            self.questions |= {(key, part["reference"]): n for n, part in item["parts"].items() if "reference" in part}

    def _step(self) -> None:
        self.steps += 1
        if self.steps % self.pace == 0:
            self._sync()
        else:
            what, *how = self.data.draw(self.focus.steps)
            self.story.append(f"{what} {how}")
            getattr(self, what)(*how)

    def _sync(self) -> None:
        self.told["syncs"] += 1
        if self.failed and _one_in(self.data, 3):
            try_again(self, self.data)
            return
        if _one_in(self.data, 3) and take_back_later(self, self.data):
            return
        if _one_in(self.data, 6) and (key := promote(self, self.data)):
            Sync(self, self.data, [1, 2], EVERYTHING, FIRST).about(key).carry_out()
            return
        what, *how = self.data.draw(self.focus.syncs)
        self.story.append(f"{what} {how}")
        Sync(self, self.data, *how, decides=what == "decide").carry_out()
        for _again in range(self.data.draw(CHAINS)):
            take_back(self, self.data)

    def name(self, run: SyncRun) -> str:
        """How a run is called in the story: by its place in it, which is the same when the history is played again."""
        return f"run {self.runs.setdefault(run.pk, len(self.runs) + 1)}"


def _one_in(data: Draws, many: int) -> bool:
    return bool(data.draw(drawing.integers(1, many)) == many)


class Sync:
    """One sync of some children; in the child that `fails` nothing is written for now."""

    def __init__(
        self,
        history: History,
        data: Any,
        targets: list[int],
        categories: tuple[str, ...],
        policies: dict[str, str],
        *,
        decides: bool = False,
    ) -> None:
        self.history, self.data, self.targets, self.decides = history, data, targets, decides
        single = sorted(history.main) if not decides and data.draw(drawing.integers(0, 5)) == 0 else []
        self.items = frozenset(data.draw(drawing.some_of(single, least=0, most=2))) if single else frozenset()
        self.categories = frozenset() if self.items else frozenset(categories)
        self.policies = policies
        followed = set(history.main)
        self.decisions = {
            where: Decisions(data, history.places[where].administration.slug, history.children[where - 1], followed)
            for where in targets
        }
        self.settled: dict[int, set[Key]] = {where: set() for where in targets}
        self.looked_at: dict[int, set[Key]] = {}
        self.late: dict[int, set[Key]] = {}
        self.fails = data.draw(drawing.sampled_from(targets)) if _one_in(data, 6) else 0
        self.main, self.locks = dict(history.main), dict(history.locks)
        self.order = self._draw_order() if self.categories and _one_in(data, 4) else None
        self.away = {where: frozenset(history.away[where]) for where in targets}
        for place in history.places:
            place.send()

    def about(self, key: Key) -> "Sync":
        """The same, of one setting and what that needs."""
        self.categories, self.items, self.order = frozenset(), frozenset({key}), None
        return self

    def _draw_order(self) -> StandingOrder | None:
        """The same as a standing order asks it: a package of these categories, of which some settings are left out. Of
        a category of which something is left out it brings each of the others, and removes nothing."""
        held = sorted(key for key in self.main if CATEGORY[key[0]] in self.categories)
        excepted = frozenset(self.data.draw(drawing.some_of(held, least=0, most=2)))
        whole = self.categories - {CATEGORY[key[0]] for key in excepted}
        single = frozenset(key for key in held if CATEGORY[key[0]] not in whole) - excepted
        if not (whole or single):
            return None
        self.history.story.append(f"  by an order, without {sorted(excepted)}")
        self.history.told["by an order"] += 1
        main, places = self.history.company.main, self.history.places
        package = Package.objects.create(
            administration=main,
            name=f"{self.history.steps}",
            categories=sorted(self.categories),
            excepted=[str(uid_of(*key)) for key in excepted],
        )
        self.categories, self.items = whole, single
        groups = [group_of(places[where].administration) for where in self.targets]
        return StandingOrder.objects.create(
            administration=main,
            name=package.name,
            package=package,
            groups=groups,
            when=WHEN,
            policies=self.policies,
            since=now(),
        )

    def carry_out(self) -> None:
        self.plan = self._plan()
        told = {where: self._compare_plan(where) for where in self.targets}
        asked = [found for where in self.targets if self.decides for found in self.decisions[where].draw(told[where])]
        if asked:
            self.history.story += [f"  decided {self.decisions[where].found}" for where in self.targets]
            owner = self.history.company.owner
            self.plan = decide(acting_user=owner, plan=self.plan, version=self.plan.version, decisions=asked)
            told = {where: self._compare_plan(where) for where in self.targets}
            self._note_settled(told)
        self.told = told
        self.planned = {where: dict(self.history.children[where - 1].items) for where in self.targets}
        self.shown = dict(self.history.main)
        self._edit_in_between(told[self.targets[0]])
        before = {where: place.read() for where, place in enumerate(self.history.places)}
        self.run = run = self._run(told, before)
        if self.order is not None:
            # Confirmed by a person, who types what an order would wait with.
            SyncRun.objects.filter(pk=run.pk).update(order=self.order)
        states = set(run.targets.values_list("state", flat=True)) - ({"failed"} if self.fails else set())
        assert states <= {"succeeded", "held"}, list(run.targets.values("state", "error_code", "error_detail"))
        for where in set(self.targets) - {self.fails}:
            self.compare_result(where, before[where])
        for where in set(before) - set(self.targets) | ({self.fails} - {0}):
            assert self.history.places[where].read().marks == before[where].marks, where
        self._remember()
        if not self.fails and self._is_settled(told) and self.data.draw(drawing.integers(0, 2)) == 0:
            self._sync_again(told)

    def _remember(self) -> None:
        self.history.finished.append(self)
        self.history.story.append(f"  as {self.history.name(self.run)}")
        if self.fails:
            self.history.story.append(f"  which fails in {self.fails}")
            self.left = self.history.children[self.fails - 1].copy()
            self.history.failed.append((self, self.fails))

    def _edit_in_between(self, told: dict[Key, Outcome]) -> None:
        """Somebody edits the main or a child between the preview and the confirmation."""
        if not self.decides or self.data.draw(drawing.integers(0, 2)):
            self.is_edited = False
            return
        self.is_edited = True
        coming = sorted(key for key, outcome in told.items() if outcome.writes and key[0] in DESCRIBED)
        known = drawing.sampled_from(coming or [("form", 1)]).map(
            lambda key: ("describe", 1, key[0], key[1] % 10, "it's")
        )
        what, where, *how = self.data.draw(drawing.one_of(known, steps_of(EDITS)))
        self.history.story.append(f"  in between: {what} {where} {how}")
        where = self.targets[0] if where or what == "work" else 0
        getattr(self.history, what)(where, *how)
        for place in self.history.places:
            place.send()

    def _without_what_moved(self, where: int) -> dict[Key, Outcome]:
        """What was foreseen, without what was held after all: whatever moved since the preview is among it, by name."""
        child, planned, told = self.history.children[where - 1], self.planned[where], self.told[where]
        target = self.run.targets.get(administration=self.history.places[where].administration)
        found = {key_of(row.kind, row.uid): row.code for row in target.findings.all()}
        late = {key for key, code in found.items() if code != "archived-instead"}
        self.late[where] = late
        assert self.is_edited or not late
        self.history.told["stale"] += bool(late)
        for key, outcome in told.items():
            seen = outcome.couple or key
            moved = planned.get(seen) != child.items.get(seen) or self.shown.get(key) != self.started.get(key)
            does = outcome.writes or outcome.word == DELETED or outcome.base != child.base.get(key) or outcome.agreed
            assert not (moved and does) or key in late, (key, outcome)
        assert set(found) - late <= {key for key, o in told.items() if o.word in (ARCHIVED, DELETED)}
        return {
            key: self._archived_instead(outcome, found.get(key), planned.get(key))
            for key, outcome in told.items()
            if key not in late
        }

    def _archived_instead(self, outcome: Outcome, code: str | None, item: Item | None) -> Outcome:
        if code != "archived-instead" or outcome.word != DELETED or item is None:
            return outcome
        archived = {**item, "is_archived": True}
        return replace(outcome, word=ARCHIVED, item=archived, base=archived)

    def _note_settled(self, told: dict[int, dict[Key, Outcome]]) -> None:
        """What was a conflict and is decided: as long as nothing moves, nobody is asked again."""
        for where, outcomes in told.items():
            decided = self.decisions[where].found.keys() & outcomes.keys()
            self.settled[where] = {key for key in decided if outcomes[key].word not in (HELD, SKIPPED)}

    def _is_settled(self, told: dict[int, dict[Key, Outcome]]) -> bool:
        """Whether the same sync once more has nothing to do: nobody edited anything, and no decision waits."""
        waits = any(
            told[where][key].word in (HELD, SKIPPED) for where in self.targets for key in self.decisions[where].found
        )
        # To be deleted, and in use, it is archived and followed; the policy to archive forgets it the next time.
        forgets = self.policies["removed_in_source"] == "archive" and any(
            outcome.word == ARCHIVED and outcome.base is not None
            for where in self.targets
            for outcome in told[where].values()
        )
        return not (waits or forgets or self.is_edited)

    def _plan(self) -> Any:
        if self.order is not None:
            return plan_order(self.history.company.owner, self.order)
        children = [self.history.places[where].administration for where in self.targets]
        uids = [uid_of(*key) for key in sorted(self.items)]
        return self.history.company.plan(
            *children, categories=sorted(self.categories), items=uids, policies=self.policies
        )

    def _foresee(self, where: int) -> dict[Key, Outcome]:
        child = self.history.children[where - 1]
        found, away = self.decisions[where].found, self.away[where]
        order = Order(self.categories, self.items, self.policies, found, self.locks, away)
        self.looked_at[where] = looked_at(self.main, child, order)
        return foresee(self.main, child, order)

    def _compare_plan(self, where: int) -> dict[Key, Outcome]:
        """The preview says of every item what the model foresees."""
        told = self._foresee(where)
        changes = {key_of(change.kind, change.uid): change for change in self._target(where).changes.all()}
        assert set(changes) == set(told)
        for key, change in changes.items():
            is_spared = change.action == "delete" and told[key].item is not None
            assert change.action in ACTIONS[told[key].word] or is_spared, (
                key,
                change.verdict,
                change.action,
                told[key],
            )
            assert change.verdict in self._verdicts(key, told[key]), (key, change.verdict, told[key])
            if (change.verdict, change.action) == ("both_changed", "hold"):
                asked = {path for path, _side in change.conflicts}
                assert asked == set(told[key].conflicts), (key, asked, told[key].conflicts)
                assert self.history.settled.get((where, key)) != self._standing(where, key), "asked again"
            self.history.told["default asked" if told[key].asks_default else told[key].row] += 1
        return told

    def _verdicts(self, key: Key, outcome: Outcome) -> set[str]:
        """What the preview may call this: its row of the table, or why it is held back."""
        if outcome.word == SKIPPED and outcome.row == "skipped":
            return set(Verdict.values)
        row = VERDICTS.get(outcome.row, outcome.row.replace(" ", "_"))
        held = HOLDING if outcome.word == HELD else set()
        return {row} | held | ({"locked"} if key in self.locks else set())

    def _standing(self, where: int, key: Key) -> tuple[Any, ...]:
        """Everything on which it depends whether an item is asked about."""
        child = self.history.children[where - 1]
        kept = (found.get(key, frozenset()) for found in (child.agreed, child.pinned))
        return (self.main.get(key), child.items.get(key), child.base.get(key), *kept, self.locks.get(key, frozenset()))

    def _target(self, where: int) -> Any:
        return self.plan.targets.get(administration=self.history.places[where].administration)

    def _run(self, told: dict[int, dict[Key, Outcome]], before: dict[int, Seen]) -> SyncRun:
        """Confirm and carry out, in any order of the children, with or without a crash, and deliver all of it again."""
        crashes = self.decides and self.data.draw(drawing.integers(0, 2)) == 0
        point = self.data.draw(drawing.sampled_from(POINTS)) if crashes else ""
        how = self.data.draw(drawing.sampled_from(["kill", "raise"])) if point else ""
        self.started = dict(self.history.main)
        if self.fails:
            return self._run_failing()
        if point:
            (self.history.crashes / point).write_text(how)
        run = start(self.history, self.plan)
        execute(run, self.data)
        if point:
            (self.history.crashes / point).unlink(missing_ok=True)
            for where in [] if self.is_edited else self.targets:
                self._is_whole(where, told[where], before[where])
            self._recover(run)
        self._deliver_again(run)
        run.refresh_from_db()
        return run

    def _run_failing(self) -> SyncRun:
        run, failing = start(self.history, self.plan), self.history.places[self.fails].administration
        point = self.history.crashes / "apply.before-commit"
        for target in run.targets.all():
            if target.administration_id == failing.pk:
                point.write_text("raise")
            execute_target(target.pk)
            point.unlink(missing_ok=True)
        run.refresh_from_db()
        if not run.targets.filter(administration=failing, state="failed").exists():
            self.fails = 0  # there was nothing to write
        return run

    def _is_whole(self, where: int, told: dict[Key, Outcome], before: Seen) -> None:
        """All of a child or nothing of it, whatever was killed."""
        place, child = self.history.places[where], self.history.children[where - 1]
        found = place.read()
        assert found.items in (before.items, carry_out(child, told).items)

    def _recover(self, run: SyncRun) -> None:
        """Time passes: leases run out, the reaper comes by, what failed is tried again."""
        SyncTarget.objects.filter(run=run, state="running").update(leased_until=F("started_at"))
        for pk in run.targets.filter(state__in=SyncTarget.OPEN).values_list("pk", flat=True):
            execute_target(pk)
        if run.targets.filter(state="failed").exists():
            run.refresh_from_db()
            retry_run(acting_user=self.history.company.owner, run=run)
            for pk in run.targets.filter(state="queued").values_list("pk", flat=True):
                execute_target(pk)
        run.refresh_from_db()
        if not run.is_finished:
            reap()

    def _deliver_again(self, run: SyncRun) -> None:
        if self.data.draw(drawing.integers(0, 2)) == 0:
            found = [self.history.places[where].read().marks for where in self.targets]
            assert not any(execute_target(pk) for pk in run.targets.values_list("pk", flat=True))
            assert [self.history.places[where].read().marks for where in self.targets] == found

    def compare_result(self, where: int, before: Seen) -> None:
        """The child stands as was foreseen, but for what was held and is named."""
        told, history = self._without_what_moved(where), self.history
        child, found = history.children[where - 1], history.places[where].read()
        wanted = carry_out(child, told)
        assert found.items == wanted.items, differing(found.items, wanted.items)
        assert found.base == wanted.base, differing(found.base, wanted.base)
        assert found.deviations == wanted.deviations, f"{where} remembers {found.deviations ^ wanted.deviations}"
        self._compare_marks(told, before, found)
        for key, number in found.keys.items():
            was = told[key].couple if key in told and told[key].couple else key
            assert was not in before.keys or before.keys[was] == number
        assert all(need in found.items for key, item in found.items.items() for need in needs_of(key, item))
        if wanted.says != child.says:
            became = {outcome.couple: key for key, outcome in told.items() if outcome.couple is not None}
            history.done.append((where, Done(self.run, child.copy(), wanted.copy(), became)))
        history.children[where - 1] = wanted
        for key in self.settled[where] & set(told):
            history.settled[where, key] = self._standing(where, key)

    def _compare_marks(self, told: dict[Key, Outcome], before: Seen, found: Seen) -> None:
        """Daily data, and categories of which nothing was written, stand there byte for byte."""
        same = {"business", "others"}
        reached = self.categories | {CATEGORY[key[0]] for key in told}
        touched = {key[0] for key, outcome in told.items() if outcome.writes or outcome.word == DELETED}
        same |= {CATEGORY[kind] for kind in CATEGORY} - {CATEGORY[kind] for kind in touched}
        assert same >= set(SETTINGS) - reached
        assert {name: before.marks[name] for name in same} == {name: found.marks[name] for name in same}

    def _sync_again(self, told: dict[int, dict[Key, Outcome]]) -> None:
        """The same once more: nothing to write, and nothing is asked that was decided."""
        self.plan = plan = self._plan()
        for where in self.targets:
            target = plan.targets.get(administration=self.history.places[where].administration)
            writing = target.changes.exclude(action__in=["keep", "hold", "skip"])
            assert not writing.exists(), list(writing.values("uid", "action", "verdict"))
            for change in target.changes.all():
                assert change.base_digest == change.next_base_digest
                key = key_of(change.kind, change.uid)
                was = told[where].get(key)
                is_settled = key in self.decisions[where].found and was is not None and was.word not in (HELD, SKIPPED)
                assert not (is_settled and change.action == "hold"), (key, change.verdict)
        marks = [self.history.places[where].read().marks for where in self.targets]
        run = start(self.history, self.plan)
        execute(run, self.data)
        run.refresh_from_db()
        assert run.state == SyncRun.State.SUCCEEDED
        assert [self.history.places[where].read().marks for where in self.targets] == marks
        assert not any(target.receipt.rows for target in run.targets.select_related("receipt"))
