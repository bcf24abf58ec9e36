"""The table of verdicts written once more, as plain dictionaries, by nobody's code but this: what a sync must come to.

An item is a dictionary of fields, `name` among them; an administration is uid → item. `base` remembers per uid what the
main had when it was last decided. Names are compared in lower case and may stand once in an administration.
"""

from collections import Counter

Item = dict[str, str]
Items = dict[int, Item]
HELD, WRITTEN, KEPT = "held", "written", "kept"


def expected_sync(
    main: Items,
    child: Items,
    base: Items,
    policies: dict[str, str],
    decided: dict[int, str],
) -> tuple[Items, Items, dict[int, str]]:
    """The child and the bases after a sync of everything, and what became of each item: held, written or kept."""
    told = {uid: _one(uid, main, child, base, policies, decided) for uid in {*main, *base}}
    held: set[int] = {uid for uid, (word, _item, _base) in told.items() if word == HELD}
    while True:
        after = _child_after(child, told, held)
        names = Counter(item["name"].lower() for item in after.values())
        clashing = {
            uid
            for uid, (word, item, _base) in told.items()
            if word == WRITTEN and uid not in held and item is not None and names[item["name"].lower()] > 1
        }
        if not clashing:
            break
        held |= clashing
    bases = dict(base)
    for uid, (_word, _item, new) in told.items():
        if uid in held:
            continue
        if new is None:
            bases.pop(uid, None)
        else:
            bases[uid] = new
    words = {uid: HELD if uid in held else word for uid, (word, _item, _base) in told.items()}
    return _child_after(child, told, held), bases, words


def _child_after(child: Items, told: dict[int, tuple[str, Item | None, Item | None]], held: set[int]) -> Items:
    after = dict(child)
    for uid, (word, item, _base) in told.items():
        if word != WRITTEN or uid in held:
            continue
        if item is None:
            after.pop(uid, None)
        else:
            after[uid] = item
    return after


def _one(
    uid: int, main: Items, child: Items, base: Items, policies: dict[str, str], decided: dict[int, str]
) -> tuple[str, Item | None, Item | None]:
    """(word, what stands there then, base then) for one item."""
    b, s, here, word = base.get(uid), main.get(uid), child.get(uid), decided.get(uid, "")
    if s is None and here is None:
        return KEPT, None, None
    if word == "skip" and not (b == s == here):
        return KEPT, here, b
    if s is None:
        return KEPT, here, None if word == "keep_local" else b
    if b is None:
        if here is None:
            return WRITTEN, s, s
        return (KEPT, here, s) if here == s else _conflicts(s, here, {}, s, policies, word, everything=True)
    if here is None:
        asked, stays = word in ("bring_back", "overwrite", "put_back"), word in ("leave", "keep_local")
        back = asked or (policies["removed_locally"] == "bring_back" and not stays)
        return (WRITTEN, s, s) if back else (KEPT, None, s)
    if here == s:
        return KEPT, here, s
    if here == b:
        return (KEPT, here, s) if word == "keep_local" else (WRITTEN, s, s)
    if s == b:
        back = word in ("put_back", "overwrite") or (policies["changed_locally"] == "put_back" and word != "keep_local")
        return (WRITTEN, s, b) if back else (KEPT, here, b)
    return _conflicts(s, here, b, s, policies, word, everything=False)


def _conflicts(
    s: Item, here: Item, b: Item, new_base: Item, policies: dict[str, str], word: str, *, everything: bool
) -> tuple[str, Item | None, Item | None]:
    if word in ("overwrite", "put_back"):
        return WRITTEN, s, new_base
    if word == "keep_local":
        return KEPT, here, new_base
    merged, is_open = {}, False
    for name in {*s, *here}:
        ours, theirs, before = here.get(name), s.get(name), b.get(name)
        if ours == theirs:
            value = ours
        elif not everything and before == theirs:
            value = theirs if policies["changed_locally"] == "put_back" else ours
        elif (not everything and before == ours) or policies["conflict"] == "overwrite":
            value = theirs
        else:
            value, is_open = ours, is_open or policies["conflict"] == "hold"
        if value is not None:
            merged[name] = value
    if is_open:
        return HELD, here, b
    return (KEPT, here, new_base) if merged == here else (WRITTEN, merged, new_base)
