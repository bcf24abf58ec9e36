"""A difference as a small story that a person can read: steps left out one by one for as long as it still shows."""

import re
from collections.abc import Callable, Sequence
from dataclasses import fields, replace

from .documents import Key
from .stage import readable
from .stories import Make, Retry, Step, Sync, Undo

UID = r"[0-9a-f]{8}-[0-9a-f-]{27}"
Plays = Callable[[Sequence[Step]], str]
"""Plays a story and tells what differs; empty when nothing does."""


def shrink(story: Sequence[Step], plays: Plays, most: int = 40) -> tuple[list[Step], str]:
    """A story without the steps that it does not need, and what differs in it; plays it about so many times."""
    kept, what = list(story), plays(story)
    alike = _shape(what)
    about = [step for step in kept if isinstance(step, Sync | Retry | Undo) or _is_about(step, what)]
    if _shape(plays(about)) == alike:
        kept = about
    place = len(kept)
    while place > 0 and most > 0:
        place, most = place - 1, most - 1
        fewer = kept[:place] + kept[place + 1 :]
        found = plays(fewer)
        if _shape(found) == alike:
            kept, what = fewer, found
    return _with_fewer_decisions(kept, plays, alike), what


def _undecided(step: Sync, where: int, key: Key) -> Sync:
    left = {other: found for other, found in step.decided[where].items() if other != key}
    return replace(step, decided={**step.decided, where: left})


def _is_about(step: Step, what: str) -> bool:
    key = getattr(step, "key", None)
    return key is not None and (key[1] in what or any(uid in what for uid in re.findall(UID, str(step))))


def _with_fewer_decisions(story: list[Step], plays: Plays, alike: str) -> list[Step]:
    """The story in which no sync decides what does not matter."""
    for place, step in enumerate(story):
        if isinstance(step, Sync) and step.decided:
            for where, key in [(where, key) for where, found in step.decided.items() for key in found]:
                fewer = [*story[:place], _undecided(story[place], where, key), *story[place + 1 :]]
                if _shape(plays(fewer)) == alike:
                    story = fewer
    return story


def _shape(what: str) -> str:
    """What differs, whichever item it is about."""
    return re.sub(rf"{UID}|sub \d", "", what)


def told(story: Sequence[Step], what: str) -> str:
    """The story with names for uids, and the difference."""
    names = names_of(story)
    lines = [f"{number}. {in_words(step, names)}" for number, step in enumerate(story, start=1)]
    return "\n".join([*lines, readable(what, names)])


def names_of(story: Sequence[Step]) -> dict[str, str]:
    """A name for every item and part that a story makes: the kind, and the order in which they came."""
    names: dict[str, str] = {}
    for step in story:
        if isinstance(step, Make):
            names.setdefault(step.key[1], f"{step.key[0].split('.')[1]}#{len(names) + 1}")
            for path in step.document:
                if path.count("/") == 1 and not path.endswith("/order"):
                    part, uid = path.split("/")
                    names.setdefault(uid, f"{part}#{len(names) + 1}")
        elif hasattr(step, "uid"):
            names.setdefault(step.uid, f"{step.part}#{len(names) + 1}")
    return names


def in_words(step: Step, names: dict[str, str]) -> str:
    """One step, by its name and what it is about."""
    said = [f"{field.name}={_value(getattr(step, field.name))}" for field in fields(step)]
    return readable(f"{type(step).__name__} {', '.join(said)}", names)


def _value(value: object) -> str:
    if isinstance(value, dict) and "is_archived" in value:
        return str({path: found for path, found in value.items() if found not in ("", None, False, (), frozenset())})
    if isinstance(value, tuple) and len(value) == 2 and "." in str(value[0]):
        return str(_key(value))
    return str(value)


def _key(key: Key) -> str:
    return key[1]
