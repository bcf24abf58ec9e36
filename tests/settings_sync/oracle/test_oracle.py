"""The product, asked through its API alone, against an oracle that was written from docs/how-sync-works.md alone.

Stories are told at random (the same ones every time) and played: each sync and each undo is a case. Its preview is
compared change by change, what it leaves row by row, and what it remembers by what a next preview says. What differs is
told as a small story.

`EENLIJN_ORACLE_CASES=1000 ./dev test tests/settings_sync/oracle -s -n 0` compares so many cases, and
`EENLIJN_ORACLE_SEED=7` tells other stories.
"""

import os
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest

from sync_ledger.models import Base, Deviation
from tenants.schemas import inside

from . import found
from .catalog import WORK_TYPE
from .found import Cast, work_type
from .playing import Difference, Player
from .reporting import shrink, told
from .rows import write
from .stage import Stage, make_stage
from .stories import Make, Pin, Put, Step, Sync, Undo
from .telling import Teller

CASES = int(os.environ.get("EENLIJN_ORACLE_CASES", "24"))
SEED = int(os.environ.get("EENLIJN_ORACLE_SEED", "1"))
SHOWN = 3
"""So many differences are told as a small story; looking for one plays some forty."""
SEEN = {"new", "behind", "changed_locally"}
SEEN_IN_MANY = {
    *SEEN,
    "both_changed",
    "already_equal",
    "removed_locally",
    "removed_in_source",
    "gone",
    "name_taken",
    "name_held",
    "needs_held",
    "pinned",
    "locked",
    "default_taken",
}

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def db(standing: None) -> None:
    """The database stands for this module; each story empties its administrations first."""


@pytest.fixture(scope="module")
def whole_stage(standing: None) -> Stage:
    return make_stage(subs=1)


@pytest.fixture
def stage(whole_stage: Stage, db: None, monkeypatch: Any) -> Stage:
    for step in ("runs.runs.announce_run", "runs.runs.wake_targets"):
        monkeypatch.setattr(f"settings_sync.services.{step}", lambda *given: None)  # nobody listens here
    for step in ("fold_children", "wake_targets"):
        monkeypatch.setattr(f"settings_sync.services.targets.targets.{step}", lambda *given: None)
    return whole_stage


def difference(stage: Stage, story: Sequence[Step], seen: Counter[str] | None = None) -> str:
    """What differs when a story is played; empty when nothing does."""
    player = Player(stage)
    try:
        player.play(story)
    except Difference as differs:
        return differs.what
    finally:
        if seen is not None:
            seen.update(player.seen)
    return ""


def test_whatever_happens_the_api_says_and_does_what_the_documentation_says(stage):
    seen: Counter[str] = Counter()
    differing, seed = [], SEED
    while seen["cases"] < CASES and len(differing) < SHOWN:
        story = Teller(seed, subs=1).tell()
        if difference(stage, story, seen):
            differing.append(f"Story {seed}:\n" + told(*shrink(story, lambda steps: difference(stage, steps))))
        seed += 1
    print(f"{seen['cases']} cases, {seen['changes']} changes, {len(differing)} differences")
    assert not differing, "\n\n".join(differing)
    assert set(seen) >= (SEEN_IN_MANY if CASES >= 1000 else SEEN)


@pytest.mark.parametrize("name", found.STORIES)
def test_what_was_found_once_stays_mended(stage, name):
    for number in range(2 if name.startswith("U") else 1):
        story = list(found.STORIES[name](Cast(number)))
        what = difference(stage, story)
        assert not what, told(story, what)


class TestNoticing:
    """A comparison that agrees with everything is worth nothing: each of these products does one thing wrong."""

    @pytest.fixture
    def story(self) -> list[Step]:
        cast = Cast(0)
        one, other = cast.key(WORK_TYPE), cast.key(WORK_TYPE)
        return [
            Make(0, one, work_type("Alfa")),
            Make(0, other, work_type("Bravo")),
            Sync((1,)),
            Pin(1, other, ""),
            Put(0, one, {"description": "nieuw"}),
            Put(0, other, {"description": "nieuw"}),
            Sync((1,)),
            Undo(1),
        ]

    def test_a_product_that_does_all_of_it_right_is_not_faulted(self, stage, story):
        assert difference(stage, story) == ""

    def test_a_preview_that_says_something_else(self, stage, story, monkeypatch):
        changes = Stage.changes
        monkeypatch.setattr(Stage, "changes", lambda *given: [{**row, "action": "keep"} for row in changes(*given)])
        assert "preview" in difference(stage, story)

    def test_a_preview_that_leaves_something_out(self, stage, story, monkeypatch):
        changes = Stage.changes
        monkeypatch.setattr(Stage, "changes", lambda *given: changes(*given)[1:])
        assert "preview" in difference(stage, story)

    def test_a_run_that_writes_what_it_did_not_say(self, stage, story, monkeypatch):
        self.after_each_run(
            monkeypatch, lambda sub: write(sub, [((WORK_TYPE, Cast(9).uid()), None, work_type("Te veel"))])
        )
        assert "rows of sub 1" in difference(stage, story)

    def test_a_run_that_forgets_what_was_decided_last(self, stage, story, monkeypatch):
        story = [step for step in story if not isinstance(step, Pin)]  # only what is followed can be pinned
        self.after_each_run(monkeypatch, lambda sub: self.empty(sub, Base))
        assert "preview" in difference(stage, story)

    def test_a_run_that_drops_what_is_pinned(self, stage, story, monkeypatch):
        self.after_each_run(monkeypatch, lambda sub: self.empty(sub, Deviation))
        assert "preview" in difference(stage, story)

    def test_an_undo_that_leaves_the_base_where_the_run_put_it(self, stage, story, monkeypatch):
        """What a run writes can be right, and what it remembers wrong: only the next preview shows it."""
        bases: list[list[Any]] = []

        def keep(sub: Any) -> None:
            with inside(sub):
                bases.append(list(Base.objects.all()))
                if len(bases) == 3:
                    for base in bases[1]:
                        base.save()

        self.after_each_run(monkeypatch, keep)
        assert "last preview" in difference(stage, story)

    @staticmethod
    def empty(sub: Any, model: Any) -> None:
        with inside(sub):
            model.objects.all().delete()

    @staticmethod
    def after_each_run(monkeypatch: Any, fault: Any) -> None:
        work = Stage.work

        def and_then(stage: Stage, run: dict[str, Any]) -> None:
            work(stage, run)
            fault(stage.administrations[1])

        monkeypatch.setattr(Stage, "work", and_then)


def test_a_story_is_shrunk_to_the_steps_that_it_needs():
    cast = Cast(0)
    keys = [cast.key(WORK_TYPE) for _item in range(6)]
    story = [Make(0, key, work_type(f"Soort {number}")) for number, key in enumerate(keys)]
    needed = [story[2], story[4]]
    kept, what = shrink(story, lambda steps: f"differs: {keys[2][1]}" if all(s in steps for s in needed) else "")
    assert kept == needed
    assert "worktype#1" in told(kept, what)
