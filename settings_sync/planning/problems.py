"""What a catalog says of a document that would be written, and what of that keeps it from being written."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any

Body = Mapping[str, Any]
Validate = Callable[[Body], Iterable[str]]


class Problem(str):
    """A message about a document. A plain text is one as well: one that breaks nothing, and is known by its words.

    `about` tells it again where its words have changed, as the names in them do. `breaks` says that the setting cannot
    work with it, whoever wrote it: a ring of questions that wait for each other. Without that it is a rule for what
    people enter, which may be younger than what stands there: a comment in a template.
    """

    about: Hashable
    breaks: bool

    def __new__(cls, message: str, *, about: Hashable = None, breaks: bool = False) -> "Problem":
        made = super().__new__(cls, message)
        made.about = message if about is None else about
        made.breaks = breaks
        return made


def added(found: Iterable[str], *before: Iterable[str]) -> list[str]:
    """The problems that are in none of the lists before, known by what they are about."""
    known = {_about(problem) for problems in before for problem in problems}
    return [problem for problem in found if _about(problem) not in known]


def refused(result: Body, source: Body | None, local: Body | None, validate: Validate, *, was_here: bool) -> list[str]:
    """Why a document must not be written; empty when it may.

    What stands in the administration already may stay there, whatever is wrong with it. What the main administration
    has may come, unless it cannot work; `was_here` says that the source is what stood here before, which may come back.
    """
    found = list(validate(result))
    # Mostly so, and then the two other documents need no look.
    if not found:
        return []
    ours, theirs = ([] if body is None else list(validate(body)) for body in (local, source))
    new_here = added(found, ours)
    merged = added(new_here, theirs)
    return merged if was_here else [problem for problem in new_here if problem in merged or _breaks(problem)]


def _about(problem: str) -> Hashable:
    return problem.about if isinstance(problem, Problem) else problem


def _breaks(problem: str) -> bool:
    return isinstance(problem, Problem) and problem.breaks
