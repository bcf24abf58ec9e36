"""Merging the order of parts."""

from collections.abc import Collection, Sequence


def merge_order(base: Sequence[str] | None, source: Sequence[str], local: Sequence[str], side: str) -> list[str] | None:
    """One order of everything in `source` and `local`; None when both sides moved things differently.

    The side that changed the order of what all have in common leads; what only the other side has comes after its
    predecessor there. Of what both put behind the same one, that of the source comes first, whichever side leads.
    `side` ("source" or "local") settles it whatever was changed; empty leaves it to the changes.
    """
    if not side:
        side = _leading(base, source, local)
        if not side:
            return None
    if side == "source":
        return _insert_missing(list(source), local, set(source) - set(local))
    return _insert_missing(list(local), source, ())


def _leading(base: Sequence[str] | None, source: Sequence[str], local: Sequence[str]) -> str:
    common = set(source) & set(local)
    theirs = _only(source, common)
    ours = _only(local, common)
    # What only one side has moves nothing: it is put in whichever side leads.
    if theirs == ours:
        return "local"
    if base is None:
        return ""
    shared = common & set(base)
    before = _only(base, shared)
    if _only(source, shared) == before:
        return "local"
    return "source" if _only(local, shared) == before else ""


def _only(order: Sequence[str], wanted: set[str]) -> list[str]:
    return [uid for uid in order if uid in wanted]


def _insert_missing(order: list[str], other: Sequence[str], first: Collection[str]) -> list[str]:
    """The order with what only the other one has, each after its predecessor there and after what comes `first`."""
    previous: str | None = None
    there = set(order)
    for uid in other:
        if uid not in there:
            place = 0 if previous is None else order.index(previous) + 1
            while place < len(order) and order[place] in first:
                place += 1
            order.insert(place, uid)
            there.add(uid)
        previous = uid
    return order
