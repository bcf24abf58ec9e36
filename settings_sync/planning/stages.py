"""The stages in which a run goes to its administrations, and when it goes no further: pure.

People call them rings. They are no rings of settings that need each other (`rings.py`).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Who(StrEnum):
    """Which of the administrations that are left a stage takes."""

    GROUP = "group"
    NUMBER = "number"
    PERCENT = "percent"
    REST = "rest"


class Start(StrEnum):
    """What a stage waits for once the former one is done."""

    DONE = "done"
    AFTER = "after"
    APPROVAL = "approval"


@dataclass(frozen=True)
class Stage:
    """One stage: `size` is how many, or how many percent of all; `minutes` is how long it waits before it."""

    who: Who
    group: str = ""
    size: int = 0
    start: Start = Start.DONE
    minutes: int = 0


@dataclass(frozen=True)
class Rollout:
    """All stages of a run, and how much may go wrong: a number of administrations, or a percentage of those whose turn
    it is or was."""

    stages: tuple[Stage, ...] = ()
    at_most: int = 0
    is_percentage: bool = False

    def divide(self, groups: Sequence[Collection[str]]) -> list[int]:
        """The number of the stage of each administration, counted from 1, by the groups that each is in."""
        stages = [0] * len(groups)
        left = list(range(len(groups)))
        for number, stage in enumerate(self.stages, start=1):
            taken = self._taken(stage, left, groups)
            for place in taken:
                stages[place] = number
            left = [place for place in left if not stages[place]]
        return stages

    def _taken(self, stage: Stage, left: list[int], groups: Sequence[Collection[str]]) -> list[int]:
        if stage.who == Who.GROUP:
            return [place for place in left if stage.group in groups[place]]
        if stage.who == Who.NUMBER:
            return left[: stage.size]
        if stage.who == Who.PERCENT:
            # Of all, rounded up: 10 % of five is one administration and not none.
            return left[: -(-len(groups) * stage.size // 100)]
        return left

    def must_stop(self, wrong: int, begun: int) -> bool:
        """Whether too much went wrong, of so many administrations whose turn it is or was."""
        if self.is_percentage:
            return wrong * 100 > self.at_most * begun
        return wrong > self.at_most
