"""Syncs in a history: previewed, decided, edited in between, killed, delivered twice; each compared with the model."""

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.db.models import F
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from settings_sync.models import ItemRule, SyncRun, SyncTarget
from settings_sync.planning.verdicts import Verdict
from settings_sync.services.deciding.deciding import decide
from settings_sync.services.runs.reaping import reap
from settings_sync.services.runs.runs import retry_run, start_run
from settings_sync.services.runs.targets import execute_target
from tests.contracts.world import Company

from .deciding import WORDS, Decisions
from .edits import CHILD, EDITS, MEETINGS, RULINGS, Edits
from .model import (
    ARCHIVED,
    CATEGORY,
    DELETED,
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
    needs_of,
)
from .stage import SETTINGS, Place, Seen, key_of
from .statements import uid_of

ACTIONS = {
    HELD: {"hold"},
    SKIPPED: {"skip"},
    KEPT: {"keep"},
    WRITTEN: {"create", "update", "couple"},
    ARCHIVED: {"archive"},
    DELETED: {"delete"},
}
ROWS = (*WORDS, "pinned", "locked", "gives way", "gone", "default asked", "stale")
"""What every history together must have come across."""
DESCRIBED = ("type", "form", "flow", "scheme")
VERDICTS = {"removed in the source": "removed_in_source", "removed / changed": "removed_in_source"}
HOLDING = {"name_taken", "name_held", "default_taken", "needs_held", "unresolved", "invalid"}
"""What the preview calls a row, where that is not its own words; and why something may be held back."""

POLICIES = st.fixed_dictionaries(
    {
        "changed_locally": st.sampled_from(["keep", "put_back"]),
        "conflict": st.sampled_from(["hold", "hold", "keep_local", "overwrite"]),
        "removed_locally": st.sampled_from(["leave", "bring_back"]),
        "removed_in_source": st.sampled_from(["keep", "archive", "delete"]),
    }
)
FIRST = {"changed_locally": "keep", "conflict": "hold", "removed_locally": "leave", "removed_in_source": "keep"}
CHOSEN = st.one_of(CHILD.map(lambda one: [one]), st.lists(CHILD, min_size=1, max_size=2, unique=True))
EVERYTHING = ("forms", "reference_data", "templates", "workflows")
CATEGORIES = st.sampled_from(
    [EVERYTHING, EVERYTHING, ("forms", "reference_data"), ("workflows",), ("forms",), ("reference_data", "templates")]
)
SYNC = st.tuples(st.just("sync"), CHOSEN, CATEGORIES, POLICIES)
DECIDE = st.tuples(st.just("decide"), CHOSEN, st.just(EVERYTHING), st.just(FIRST))
STEPS = st.one_of(*EDITS, *EDITS, *RULINGS, *MEETINGS)
PACES = st.sampled_from([13, 17])
"""A sync takes a hundred times as long as an edit: every so many steps there is one."""
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


class Killed(BaseException):
    """This process ends here; nothing in it may catch this."""


class History(Edits):
    """One history of a main and its children."""

    told: Counter[str] = Counter()

    def __init__(self, company: Company, places: list[Place], crashes: Path) -> None:
        super().__init__(places)
        self.company, self.crashes = company, crashes
        self.settled: dict[tuple[int, Key], tuple[Any, ...]] = {}

    @initialize(is_filled=st.sampled_from([True, True, True, False]), pace=PACES)
    def begin(self, is_filled: bool, pace: int) -> None:
        self.pace = pace
        for place in self.places:
            place.begin(filled=is_filled)
        ItemRule.objects.all().delete()
        main, *children = [place.read() for place in self.places]
        self.main, self.children = main.items, [seen.stand(set()) for seen in children]

    @rule(step=STEPS, data=st.data())
    def step(self, step: tuple[Any, ...], data: Any) -> None:
        self.steps += 1
        if self.steps % self.pace == 0:
            self.told["syncs"] += 1
            what, *how = data.draw(st.one_of(SYNC, DECIDE), label="sync")
            Sync(self, data, *how, decides=what == "decide").carry_out()
        else:
            what, *how = step
            getattr(self, what)(*how)

    def teardown(self) -> None:
        self.told["histories"] += 1
        self.told["steps"] += self.steps


class Sync:
    """One sync of some children."""

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
        single = sorted(history.main) if not decides and data.draw(st.integers(0, 5), label="single") == 0 else []
        self.items = frozenset(data.draw(st.sets(st.sampled_from(single), max_size=2))) if single else frozenset()
        self.categories = frozenset() if self.items else frozenset(categories)
        self.policies = policies
        followed = set(history.main)
        self.decisions = {
            where: Decisions(data, history.places[where].administration.slug, history.children[where - 1], followed)
            for where in targets
        }
        self.settled: dict[int, set[Key]] = {where: set() for where in targets}
        self.main, self.locks = dict(history.main), dict(history.locks)
        for place in history.places:
            place.send()

    def carry_out(self) -> None:
        self.plan = self._plan()
        told = {where: self._compare_plan(where) for where in self.targets}
        asked = [found for where in self.targets if self.decides for found in self.decisions[where].draw(told[where])]
        if asked:
            owner = self.history.company.owner
            self.plan = decide(acting_user=owner, plan=self.plan, version=self.plan.version, decisions=asked)
            told = {where: self._compare_plan(where) for where in self.targets}
            self._note_settled(told)
        planned = {where: dict(self.history.children[where - 1].items) for where in self.targets}
        shown = dict(self.history.main)
        self._edit_in_between(told[self.targets[0]])
        before = {where: place.read() for where, place in enumerate(self.history.places)}
        run = self._run(told, before)
        assert run.state == SyncRun.State.SUCCEEDED, list(run.targets.values("state", "error_code", "error_detail"))
        for where in self.targets:
            done = self._without_what_moved(where, told[where], planned[where], shown, run)
            self._compare_result(where, done, before[where])
        for where in set(before) - set(self.targets):
            assert self.history.places[where].read().marks == before[where].marks, where
        if self._is_settled(told) and self.data.draw(st.integers(0, 2), label="again") == 0:
            self._sync_again(told)

    def _edit_in_between(self, told: dict[Key, Outcome]) -> None:
        """Somebody edits the main or a child between the preview and the confirmation."""
        if not self.decides or self.data.draw(st.integers(0, 2), label="in between"):
            self.is_edited = False
            return
        self.is_edited = True
        coming = sorted(key for key, outcome in told.items() if outcome.writes and key[0] in DESCRIBED)
        known = st.sampled_from(coming or [("form", 1)]).map(lambda key: ("describe", 1, key[0], key[1] % 10, "it's"))
        what, where, *how = self.data.draw(st.one_of(known, st.one_of(*EDITS)), label="edit")
        where = self.targets[0] if where or what == "work" else 0
        getattr(self.history, what)(where, *how)
        for place in self.history.places:
            place.send()

    def _without_what_moved(
        self, where: int, told: dict[Key, Outcome], planned: dict[Key, Item], shown: dict[Key, Item], run: SyncRun
    ) -> dict[Key, Outcome]:
        """What was foreseen, without what was held after all: whatever moved since the preview is among it, by name."""
        child = self.history.children[where - 1]
        target = run.targets.get(administration=self.history.places[where].administration)
        found = {key_of(row.kind, row.uid): row.code for row in target.findings.all()}
        late = {key for key, code in found.items() if code != "archived-instead"}
        assert self.is_edited or not late
        self.history.told["stale"] += bool(late)
        for key, outcome in told.items():
            seen = outcome.couple or key
            moved = planned.get(seen) != child.items.get(seen) or shown.get(key) != self.history.main.get(key)
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
        return replace(outcome, word=ARCHIVED, item={**item, "is_archived": True})

    def _note_settled(self, told: dict[int, dict[Key, Outcome]]) -> None:
        """What was a conflict and is decided: as long as nothing moves, nobody is asked again."""
        for where, outcomes in told.items():
            decided = self.decisions[where].found.keys() & outcomes.keys()
            self.settled[where] = {key for key in decided if outcomes[key].word not in (HELD, SKIPPED)}

    def _is_settled(self, told: dict[int, dict[Key, Outcome]]) -> bool:
        """Whether the same sync once more has nothing to do: nobody edited anything, no decision waits or is repeated,
        and the policies do not want the contrary of each other."""
        waits = any(
            told[where][key].word in (HELD, SKIPPED) for where in self.targets for key in self.decisions[where].found
        )
        is_contrary = self.policies["changed_locally"] == "put_back" and self.policies["conflict"] == "keep_local"
        return not (waits or is_contrary or self.is_edited)

    def _plan(self) -> Any:
        children = [self.history.places[where].administration for where in self.targets]
        uids = [uid_of(*key) for key in sorted(self.items)]
        return self.history.company.plan(
            *children, categories=sorted(self.categories), items=uids, policies=self.policies
        )

    def _foresee(self, where: int) -> dict[Key, Outcome]:
        order = Order(self.categories, self.items, self.policies, self.decisions[where].found, self.locks)
        return foresee(self.main, self.history.children[where - 1], order)

    def _compare_plan(self, where: int) -> dict[Key, Outcome]:
        """The preview says of every item what the model foresees."""
        told = self._foresee(where)
        changes = {key_of(change.kind, change.uid): change for change in self._target(where).changes.all()}
        assert set(changes) == set(told)
        for key, change in changes.items():
            is_spared = change.action == "delete" and told[key].item is not None
            assert change.action in ACTIONS[told[key].word] or is_spared, (key, change.verdict, told[key])
            assert change.verdict in self._verdicts(key, told[key]), (key, change.verdict, told[key])
            if (change.verdict, change.action) == ("both_changed", "hold"):
                assert {path for path, _side in change.conflicts} == set(told[key].conflicts), key
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
        crashes = self.decides and self.data.draw(st.integers(0, 2), label="crashes") == 0
        point = self.data.draw(st.sampled_from(POINTS), label="crash") if crashes else ""
        how = self.data.draw(st.sampled_from(["kill", "raise"])) if point else ""
        if point:
            (self.history.crashes / point).write_text(how)
        run = self._start()
        self._execute(run)
        if point:
            (self.history.crashes / point).unlink(missing_ok=True)
            for where in [] if self.is_edited else self.targets:
                self._is_whole(where, told[where], before[where])
            self._recover(run)
        self._deliver_again(run)
        run.refresh_from_db()
        return run

    def _start(self) -> SyncRun:
        company = self.history.company
        try:
            return start_run(
                acting_user=company.owner, plan=self.plan, version=self.plan.version, confirmation=company.main.slug
            )
        except (Killed, Exception) as error:
            if "point" not in str(error) and not isinstance(error, Killed):
                raise
            return SyncRun.objects.get(plan=self.plan)

    def _execute(self, run: SyncRun) -> None:
        targets = list(run.targets.values_list("pk", flat=True))
        for pk in self.data.draw(st.permutations(targets), label="order") if len(targets) > 1 else targets:
            try:
                execute_target(pk)
            except Killed:
                pass
            except Exception as error:
                if "point" not in str(error):
                    raise

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
        if self.data.draw(st.integers(0, 2), label="twice") == 0:
            found = [self.history.places[where].read().marks for where in self.targets]
            assert not any(execute_target(pk) for pk in run.targets.values_list("pk", flat=True))
            assert [self.history.places[where].read().marks for where in self.targets] == found

    def _compare_result(self, where: int, told: dict[Key, Outcome], before: Seen) -> None:
        history = self.history
        child, found = history.children[where - 1], history.places[where].read()
        wanted = carry_out(child, told)
        assert found.items == wanted.items, told
        assert found.base == wanted.base
        deviations = {(key, path, False) for key, paths in wanted.agreed.items() for path in paths}
        deviations |= {(key, path, True) for key, paths in wanted.pinned.items() for path in paths}
        assert found.deviations == deviations
        self._compare_marks(told, before, found)
        for key, number in found.keys.items():
            was = told[key].couple if key in told and told[key].couple else key
            assert was not in before.keys or before.keys[was] == number
        assert all(need in found.items for key, item in found.items.items() for need in needs_of(key, item))
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
        run = self._start()
        self._execute(run)
        run.refresh_from_db()
        assert run.state == SyncRun.State.SUCCEEDED
        assert [self.history.places[where].read().marks for where in self.targets] == marks
        assert not any(target.receipt.rows for target in run.targets.select_related("receipt"))
