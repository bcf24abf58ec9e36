"""Three documents into one, path by path; what is below a part that one side removed goes the way of that part."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from .catalog import Kind, PartKind
from .documents import Document, covers, in_place, part_values, unit_of
from .rulings import LOCAL, SOURCE, Rulings, Unit


@dataclass
class Merged:
    """What came out: `open` still asks, `agreed` stays because the policy for conflicts keeps it."""

    document: Document
    open: set[str] = field(default_factory=set)
    conflicts: set[str] = field(default_factory=set)
    agreed: set[str] = field(default_factory=set)
    put_back_by_lock: set[str] = field(default_factory=set)


class Merge:
    """Merges one item; `base` is None for what was never synced, so that every field that differs asks."""

    def __init__(self, kind: Kind, base: Document | None, source: Document, local: Document, rulings: Rulings) -> None:
        self.kind, self.base, self.source, self.local, self.rulings = kind, base or {}, source, local, rulings
        self.is_first = base is None
        self.merged = Merged({})

    def run(self) -> Merged:
        self._merge_fields("", [*self.kind.values, "is_archived"])
        for link in self.kind.links:
            self._merge_links(link)
        for part in self.kind.parts:
            for uid in self._uids(part):
                self._merge_part(part, uid)
            self._merge_order(part)
        return self.merged

    def _uids(self, part: PartKind) -> list[str]:
        orders = [document.get(f"{part.name}/order", ()) for document in (self.base, self.source, self.local)]
        return list(dict.fromkeys(uid for order in orders for uid in order))

    def _merge_fields(self, prefix: str, names: list[str]) -> None:
        units = dict.fromkeys(unit_of(self.kind, f"{prefix}{name}") for name in names)
        for unit in units:
            self._merge_unit(unit)

    def _merge_unit(self, unit: Unit) -> None:
        base, source, local = (tuple(doc.get(path) for path in unit) for doc in (self.base, self.source, self.local))
        if len(unit) > 1 and unit[0].endswith("/type") and "options" in unit[1]:
            union = self._union_of_options(unit)
            if union is not None:
                self.merged.document.update(union)
                return
        side = self._side(unit, base, source, local)
        chosen = source if side == SOURCE else local
        self.merged.document.update(zip(unit, chosen, strict=True))

    def _side(self, unit: Unit, base: object, source: object, local: object) -> str:
        if source == local:
            return SOURCE
        if local == base and not self.is_first:
            return self.rulings.of_source_change(unit, self._around(unit))
        only_here = source == base and not self.is_first
        side = self.rulings.of_local_change(unit, self._around(unit)) if only_here else self._answer(unit)
        if side == SOURCE and self.rulings.is_locked(unit):
            self.merged.put_back_by_lock.update(unit)
        return side

    def _answer(self, unit: Unit) -> str:
        side = self.rulings.of_conflict(unit, self._around(unit))
        self.merged.conflicts.add(unit[0])
        if not side:
            self.merged.open.add(unit[0])
        elif self.rulings.settles_by_policy(unit, self._around(unit)):
            self.merged.agreed.add(unit[0])
        return side or LOCAL

    def _union_of_options(self, unit: Unit) -> Document | None:
        """Both sides added options and changed nothing else of it: all of them, the main's additions first."""
        documents = [{path: doc.get(path) for path in unit} for doc in (self.base, self.source, self.local)]
        base, source, local = documents
        options = unit[1]
        if base in (source, local) or source == local or None in base.values():
            return None
        if self.rulings.said(unit, self._around(unit)):
            return None
        if any({**doc, options: ()} != {**base, options: ()} for doc in documents):
            return None
        if any(doc[options][: len(base[options])] != base[options] for doc in documents):
            return None
        added = [option for option in local[options] if option not in source[options]]
        return {**source, options: (*source[options], *added)}

    def _merge_links(self, link: str) -> None:
        base, source, local = (doc.get(link, frozenset()) for doc in (self.base, self.source, self.local))
        if self.is_first:
            self.merged.document[link] = source if self._side((link,), base, source, local) == SOURCE else local
            return
        side = self.rulings.said((link,))
        if not side and source == base:
            side = self.rulings.of_local_change((link,))
        if source != local and self.rulings.is_locked((link,)) and local != base:
            self.merged.put_back_by_lock.add(link)
        whole = {SOURCE: source, LOCAL: local}
        kept = local - base if self._keeps_additions((link,)) else frozenset()
        both = (source - (base - local) | kept) if self._keeps_additions((link,)) else source
        self.merged.document[link] = whole.get(side, both)

    def _keeps_additions(self, unit: Unit) -> bool:
        return self.rulings.of_local_change(unit, self._around(unit)) == LOCAL

    def _merge_part(self, part: PartKind, uid: str) -> None:
        path = f"{part.name}/{uid}"
        if part.above and not self._stands(part, uid):
            return
        in_base, in_source, in_local = (path in doc for doc in (self.base, self.source, self.local))
        if not in_source and not in_local:
            return  # removed on both sides, which asks nobody
        if in_source and in_local:
            self._keep(part, path)
            self._merge_fields(f"{path}/", list(part.values))
        elif self._part_side(path, in_base, in_source) == (SOURCE if in_source else LOCAL):
            self._keep(part, path)
            owner = self.source if in_source else self.local
            self.merged.document.update({p: value for p, value in owner.items() if p.startswith(f"{path}/")})

    def _around(self, unit: Unit) -> Unit:
        """The part that a part stands in here, or there where only the main has it."""
        name, _slash, rest = unit[0].partition("/")
        if not rest or rest == "order" or not self.kind.part(name).above:
            return ()
        path = f"{name}/{rest.split('/')[0]}"
        owner = next(doc for doc in (self.local, self.source, self.base) if path in doc)
        above = self.kind.part(name).above
        return (f"{above}/{owner[f'{path}/{above}']}",)

    def _keep(self, part: PartKind, path: str) -> None:
        self.merged.document[path] = True

    def _stands(self, part: PartKind, uid: str) -> bool:
        """Whether a section is left for this field to stand in, on the side that still has the field."""
        owners = [doc for doc in (self.local, self.source) if f"{part.name}/{uid}" in doc]
        return any(f"{part.above}/{doc[f'{part.name}/{uid}/{part.above}']}" in self.merged.document for doc in owners)

    def _part_side(self, path: str, in_base: bool, in_source: bool) -> str:
        """Only one side has the part: it added it, or the other removed it."""
        side = self._side_of_part(path, in_base, in_source)
        is_changed_here = in_base if in_source else not in_base or self._edited(path, self.local)
        if side == SOURCE and self.rulings.is_locked((path,)) and (self.is_first or is_changed_here):
            self.merged.put_back_by_lock.add(path)
        return side

    def _side_of_part(self, path: str, in_base: bool, in_source: bool) -> str:
        unit = (path,)
        above = self._side_of_above(path)
        if self.is_first:
            return above or self._answer(unit)
        if not in_base:
            return self.rulings.of_source_change(unit, self._around(unit)) if in_source else self._of_local(unit)
        if above:
            return above
        if in_source:
            return self._answer(unit) if self._edited(path, self.source) else self._of_local(unit)
        return (
            self._answer(unit)
            if self._edited(path, self.local)
            else self.rulings.of_source_change(unit, self._around(unit))
        )

    def _of_local(self, unit: Unit) -> str:
        return self.rulings.of_local_change(unit, self._around(unit))

    def _side_of_above(self, path: str) -> str:
        """What stands below a part that only one side has goes the way of that part."""
        part = self.kind.part(path.split("/")[0])
        if not part.above:
            return ""
        owner = self.source if path in self.source else self.local
        above = f"{part.above}/{owner[f'{path}/{part.above}']}"
        if above in self.source and above in self.local:
            return ""
        return (SOURCE if owner is self.source else LOCAL) if above in self.merged.document else ""

    def _edited(self, path: str, side: Document) -> bool:
        """Whether a part, or anything below it, is not what it was."""
        return self._with_below(path, side) != self._with_below(path, self.base)

    def _with_below(self, path: str, document: Document) -> Document:
        found = {p: value for p, value in document.items() if covers(path, p)}
        name, uid = path.split("/")
        for below in self.kind.parts:
            if below.above == name:
                for child in document[f"{below.name}/order"]:
                    if document[f"{below.name}/{child}/{name}"] == uid:
                        found |= {f"{below.name}/{child}": part_values(document, below, child)}
        return found

    def _merge_order(self, part: PartKind) -> None:
        path = f"{part.name}/order"
        base, source, local = (list(doc.get(path, ())) for doc in (self.base, self.source, self.local))
        side = self._order_side((path,), base, source, local)
        first, second = (source, local) if side == SOURCE else (local, source)
        present = {uid for uid in self._uids(part) if f"{part.name}/{uid}" in self.merged.document}
        order = [uid for uid in first if uid in present]
        for place, uid in enumerate(second):
            if uid in present and uid not in order:
                before = [other for other in second[:place] if other in order]
                others = second if first is source else order  # of what both put there the main's comes first
                order.insert(place_after(before[-1] if before else "", order, others), uid)
        self.merged.document[path] = tuple(order)
        self.merged.document[path] = in_place(self.merged.document, part)

    def _order_side(self, unit: Unit, base: list[str], source: list[str], local: list[str]) -> str:
        moved_there, moved_here = _moved(base, source), _moved(base, local)
        if not moved_here and not self.is_first:
            return self.rulings.of_source_change(unit, self._around(unit)) if moved_there else SOURCE
        if moved_there or self.is_first:
            side = self._answer(unit) if _moved(source, local) else SOURCE
        else:
            side = self._of_local(unit)
        if side == SOURCE and self.rulings.is_locked(unit) and _moved(source, local):
            self.merged.put_back_by_lock.update(unit)
        return side


def place_after(predecessor: str, order: Sequence[str], others: Sequence[str]) -> int:
    """Behind its predecessor, and behind what the first side added there."""
    place = order.index(predecessor) + 1 if predecessor else 0
    while place < len(order) and order[place] not in others:
        place += 1
    return place


def _moved(one: list[str], other: list[str]) -> bool:
    """Whether what both have stands in another order."""
    return [uid for uid in one if uid in other] != [uid for uid in other if uid in one]


def merge(kind: Kind, base: Document | None, source: Document, local: Document, rulings: Rulings) -> Merged:
    """What an item becomes that both sides changed, and what is left to ask."""
    return Merge(kind, base, source, local, rulings).run()


def compose(kind: Kind, base: Document | None, source: Document, rulings: Rulings) -> Document:
    """The next base: the main's document, in which a pinned place is what was decided there last."""
    if base is None or not rulings.pinned:
        return source
    pins = Rulings(locked=rulings.locked, pinned=rulings.pinned)
    return merge(kind, base, source, base, pins).document
