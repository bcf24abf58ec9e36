"""What a history chooses, by a random number generator of its own: a seed and a number bring exactly that history back.

Hypothesis builds an example on those before it, so that one history could not be played again without all the others,
nor many of them be divided over processes. Its shortening was of no use either: that takes longer than reading a story.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any


@dataclass(frozen=True)
class Choice:
    """Something to be drawn."""

    draw: Callable[[Random], Any]

    def map(self, change: Callable[[Any], Any]) -> "Choice":
        """The same, with what was drawn changed."""
        return Choice(lambda chance: change(self.draw(chance)))


class Draws:
    """The choices of one history, one after the other."""

    def __init__(self, seed: int, number: int) -> None:
        self._chance = Random(f"{seed}/{number}")

    def draw(self, choice: Choice) -> Any:
        """What is chosen this time."""
        return choice.draw(self._chance)


def just(value: Any) -> Choice:
    """This and nothing else."""
    return Choice(lambda chance: value)


def sampled_from(values: Sequence[Any]) -> Choice:
    """One of these; what is named twice comes twice as often."""
    return Choice(lambda chance: values[chance.randrange(len(values))])


def integers(lowest: int, highest: int) -> Choice:
    """A whole number, both ends included."""
    return Choice(lambda chance: chance.randint(lowest, highest))


def booleans() -> Choice:
    """Yes or no."""
    return sampled_from([False, True])


def one_of(*choices: Choice) -> Choice:
    """What one of these choices gives."""
    return Choice(lambda chance: choices[chance.randrange(len(choices))].draw(chance))


def tuples(*choices: Choice) -> Choice:
    """What each of these choices gives."""
    return Choice(lambda chance: tuple(choice.draw(chance) for choice in choices))


def fixed_dictionaries(choices: Mapping[str, Choice]) -> Choice:
    """What each of these choices gives, by name."""
    return Choice(lambda chance: {name: choice.draw(chance) for name, choice in choices.items()})


def permutations(values: Sequence[Any]) -> Choice:
    """All of these in any order."""
    return Choice(lambda chance: chance.sample(values, len(values)))


def some_of(values: Sequence[Any], *, least: int, most: int) -> Choice:
    """Some of these in any order, none of them twice."""

    def draw(chance: Random) -> list[Any]:
        most_here = min(most, len(values))
        return chance.sample(values, chance.randint(min(least, most_here), most_here))

    return Choice(draw)
