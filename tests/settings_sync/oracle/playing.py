"""Plays a story on a stage, and compares each preview and each run with what the oracle says of it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from settings_sync.exceptions import SyncError

from .documents import Document, Key
from .happening import Told, carry_out, edit_late, happen, stop, told_of, told_of_undo, try_again
from .outcomes import Outcome
from .previews import Choice, Outcomes, preview
from .rows import read, write
from .rulings import Decided
from .stage import Change, Refused, Stage
from .stories import Edit, Lock, Pin, Retry, Say, Step, Sync, Undo, Use, Withdraw, edits_of
from .worlds import Sub, World, in_order


class Difference(Exception):
    """Where the product and the oracle part: `what` is for people, with uids in it."""

    def __init__(self, number: int, what: str) -> None:
        super().__init__(what)
        self.number, self.what = number, what


class Player:
    """Plays one story; `seen` counts the cases and changes that were compared, and the verdicts among them."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.world = World(subs=[Sub() for _sub in stage.administrations[1:]])
        self.runs: dict[int, list[dict[str, Any]]] = {}
        self.stopped: dict[str, Any] = {}
        self.number = 0
        self.seen: Counter[str] = Counter()

    def play(self, story: Sequence[Step]) -> None:
        """Raises Difference at the first step of which the product says or does something else."""
        self.stage.begin()
        for self.number, step in enumerate(story, start=1):
            try:
                self._step(step)
            except (Refused, SyncError) as refused:
                raise Difference(self.number, f"refused: {refused}") from None
        self._look_once_more()

    def _step(self, step: Step) -> None:
        if isinstance(step, Sync):
            self._sync(step)
        elif isinstance(step, Undo):
            self._undo(step)
        elif isinstance(step, Retry):
            self._retry(step)
        elif isinstance(step, Pin | Withdraw | Lock | Say | Use):
            if happen(self.world, step):
                self._rule(step)
        else:
            edits = edits_of(self.world, step)
            write(self.stage.administrations[step.where], [edit[1:] for edit in edits])
            happen(self.world, step)

    def _rule(self, step: Step) -> None:
        if isinstance(step, Pin):
            self.stage.pin(step.where, step.key, step.path)
        elif isinstance(step, Withdraw):
            self.stage.withdraw(step.where, step.key)
        elif isinstance(step, Lock):
            self.stage.lock(step.key, step.paths)
        elif isinstance(step, Say):
            self.stage.say(dict(step.policies))
        elif isinstance(step, Use):
            self.stage.use(step.where, step.key)

    def _sync(self, step: Sync) -> None:
        said = told_of(self.world, step)
        plan = self.stage.plan(list(step.targets), dict(step.policies))
        for told in said:
            self._compare_plan(plan, told.where, told.undecided, "undecided")
        decisions = [row for told in said for row in self._decisions(told)]
        if decisions:
            plan = self.stage.decide(plan, decisions)
            for told in said:
                self._compare_plan(plan, told.where, told.decided, "decided")
        if step.is_stopped:
            self._stop(plan, said)
        else:
            self._run(plan, said, step)

    def _stop(self, plan: dict[str, Any], said: list[Told]) -> None:
        run = self.stage.start(plan)
        if stop(self.world, said):
            self.stage.cancel(run)
            self.stage.work(run)
            self.stopped = run

    def _retry(self, step: Retry) -> None:
        told = try_again(self.world, step)
        if told is not None:
            self.stage.retry(self.stopped)
            self._work(self.stopped, [told], [])

    def _undo(self, step: Undo) -> None:
        told = told_of_undo(self.world, step)
        if told is not None:
            plan = self.stage.undo(self.runs[step.where][-1], [step.where])
            self._compare_plan(plan, step.where, told.decided, "undo")
            self._run(plan, [told])

    def _run(self, plan: dict[str, Any], said: list[Told], step: Sync | None = None) -> None:
        run = self.stage.start(plan)
        late = edit_late(self.world, step) if step else []
        for told in said:
            edits = [edit[1:] for edit in late if edit[0] == told.where]
            write(self.stage.administrations[told.where], edits)
        self._work(run, said, late)

    def _work(self, run: dict[str, Any], said: list[Told], late: list[Edit]) -> None:
        self.seen["cases"] += 1
        keys = {told.where: read(self.stage.administrations[told.where])[1] for told in said}
        self.stage.work(run)
        targets = self.stage.targets(run)
        for told in said:
            if carry_out(self.world, told, late).keys:
                self.runs.setdefault(told.where, []).append(run)
            self._compare_target(targets[self.stage.slug(told.where)], told)
            self._compare_rows(told, keys[told.where])

    def _decisions(self, told: Told) -> Iterator[dict[str, Any]]:
        for key, decided in told.decisions.items():
            about = {"target": self.stage.slug(told.where), "item": key[1], "reason": "Zo"}
            if decided.word:
                yield {**about, "decision": decided.word, **_more(decided)}
            for path, word in decided.paths.items():
                yield {**about, "decision": word, "path": path}

    # --- comparing

    def _compare_plan(self, plan: dict[str, Any], where: int, expected: Outcomes, when: str) -> None:
        rows = {(row["kind"], row["item"]): row for row in self.stage.changes(plan, where)}
        for key in in_order({*rows, *expected}):
            self.seen.update(["changes", *([rows[key]["verdict"]] if key in rows else [])])
            right, actual = _expected(expected.get(key)), _actual(rows.get(key))
            if right != actual:
                self._differ(f"{when} preview of sub {where}: {key[0]} {key[1]}", right, actual)

    def _compare_target(self, target: dict[str, Any], told: Told) -> None:
        """What was held at last is a finding each; the words for why are the product's own."""
        error = target["error"] and target["error"]["code"]
        findings = [finding["item"] for finding in target["findings"] if finding["code"] != "overtaken"]
        right = ("overtaken", []) if told.is_overtaken else (None, sorted(uid for _kind, uid in told.held))
        states = ("skipped",) if told.is_overtaken else ("succeeded", "held")
        if right != (error, sorted(findings)) or target["state"] not in states:
            self._differ(f"run in sub {told.where}", (states, *right), (target["state"], error, target["findings"]))
        self.seen.update({"held at last": len(told.held), "overtaken": len(told.overtaken)})

    def _compare_rows(self, told: Told, keys: dict[Key, int]) -> None:
        items, found = read(self.stage.administrations[told.where])
        expected = self.world.subs[told.where - 1].items
        for key in in_order({*items, *expected}):
            if items.get(key) != expected.get(key):
                right, actual = _differing(expected.get(key), items.get(key))
                self._differ(f"rows of sub {told.where} after the run: {key[0]} {key[1]}", right, actual)
        moved = {(key[0], outcome.couple): key for key, outcome in told.done.items() if outcome.couple}
        for key, number in keys.items():
            now = moved.get(key, key)
            if now in found and found[now] != number:
                self._differ(f"local key in sub {told.where} of {now[0]} {now[1]}", number, found[now])

    def _look_once_more(self) -> None:
        """What a next preview says shows the bases, the agreements and the pins."""
        self.number += 1
        wheres = range(1, len(self.world.subs) + 1)
        plan = self.stage.plan(list(wheres), {})
        choice = Choice(frozenset(("forms", "workflows", "templates", "reference_data")))
        for where in wheres:
            self._compare_plan(plan, where, preview(self.world, where, choice), "last")

    def _differ(self, where: str, right: object, actual: object) -> None:
        raise Difference(self.number, f"{where}\n    right:  {right}\n    actual: {actual}")


def _more(decided: Decided) -> dict[str, str]:
    return {"with": decided.couple} if decided.couple else {"name": decided.name} if decided.name else {}


def _expected(outcome: Outcome | None) -> object:
    if outcome is None:
        return None
    return outcome.verdict, outcome.action, sorted(outcome.open), outcome.couple


def _actual(row: Change | None) -> object:
    if row is None:
        return None
    open_paths = sorted(conflict["path"] for conflict in row["conflicts"] if not conflict["side"])
    return row["verdict"], row["action"], open_paths, row["couples"] or ""


def _differing(right: Document | None, actual: Document | None) -> tuple[object, object]:
    if right is None or actual is None:
        return right and right.get("name", right.get("code")), actual and actual.get("name", actual.get("code"))
    paths = [path for path in {**right, **actual} if right.get(path) != actual.get(path)]
    return {path: right.get(path) for path in paths}, {path: actual.get(path) for path in paths}
