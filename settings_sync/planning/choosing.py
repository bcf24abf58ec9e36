"""Which items a choice comes to: what was ticked, and what that needs."""

from collections import defaultdict
from collections.abc import Mapping

from .values import Choice, Key, NeededBy, Source


def chosen_items(source: Source, choice: Choice, category_of: Mapping[str, str]) -> set[Key]:
    """The items that were ticked themselves; archived items come with their category only when they are needed."""
    by_category = {entry.key for entry in source.entries.values() if category_of.get(entry.kind) in choice.categories}
    return by_category | {key for key in choice.items if key in source.entries}


def needed_items(source: Source, chosen: set[Key]) -> dict[Key, tuple[NeededBy, ...]]:
    """Everything that the chosen items point at, directly or further on, each with what points at it."""
    reasons: dict[Key, list[NeededBy]] = defaultdict(list)
    waiting = list(chosen)
    seen = set(chosen)
    while waiting:
        entry = source.entries[waiting.pop()]
        for need in source.needs.get(entry.digest, ()):
            reasons[need.key].append(NeededBy(entry.kind, entry.label, need.path))
            if need.key not in seen and need.key in source.entries:
                seen.add(need.key)
                waiting.append(need.key)
    return {key: tuple(sorted(set(found))) for key, found in reasons.items()}
