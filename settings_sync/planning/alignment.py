"""Counting how far an administration is in line."""

from collections.abc import Mapping

from .assigning import Expected
from .judging import judge
from .values import NAME_KEY, Entry, Key, Local
from .verdicts import Verdict

COUNTED = ("in_line", "behind", "changed_locally", "conflict", "missing", "own")
NAMES_TAKEN = "names_taken"

WORDS = {
    Verdict.IN_LINE: "in_line",
    Verdict.REJOINED: "in_line",
    Verdict.ALREADY_EQUAL: "in_line",
    Verdict.BEHIND: "behind",
    Verdict.CHANGED_LOCALLY: "changed_locally",
    Verdict.BOTH_CHANGED: "conflict",
    Verdict.REMOVED_LOCALLY: "missing",
    Verdict.NEW: "missing",
    # It stands here and nowhere else, as what is its own does.
    Verdict.REMOVED_IN_SOURCE: "own",
    Verdict.OWN: "own",
}


def align(
    source: Mapping[Key, Entry], local: Local, category_of: Mapping[str, str], expected: Expected | None = None
) -> dict[str, dict[str, int]]:
    """Per category: how many items are in line, behind, changed locally, in conflict, missing, or the child's own.

    Of the missing ones `names_taken` counts those whose name an item of the child's own bears. Without `expected` a
    child is to have everything.
    """
    counts = {category: dict.fromkeys((*COUNTED, NAMES_TAKEN), 0) for category in category_of.values()}
    taken = {(entry.kind, entry.keys[NAME_KEY]) for entry in local.entries.values() if not entry.is_archived}
    for key, word in relations(source, local, expected).items():
        if key[0] not in category_of:
            continue
        counts[category_of[key[0]]][word] += 1
        if word == "missing" and (key[0], source[key].keys.get(NAME_KEY)) in taken:
            counts[category_of[key[0]]][NAMES_TAKEN] += 1
    return counts


def relations(source: Mapping[Key, Entry], local: Local, expected: Expected | None = None) -> dict[Key, str]:
    """How each item stands, in one of the words that are counted; judged against what the child is to have."""
    words = {key: _word(key, source.get(key), local) for key in {**source, **local.entries}}
    counted = {key: word for key, word in words.items() if word}
    if expected is None:
        return counted
    judged = {key: expected.judges(key, word, local.entries) for key, word in counted.items()}
    return {key: word for key, word in judged.items() if word}


def _word(key: Key, entry: Entry | None, local: Local) -> str | None:
    found = local.entries.get(key)
    base = local.bases.get(key)
    verdict = judge(base, entry.digest if entry else None, found.digest if found else None)
    if verdict == Verdict.NEW and entry is not None and entry.is_archived:
        return None
    return WORDS.get(verdict)
