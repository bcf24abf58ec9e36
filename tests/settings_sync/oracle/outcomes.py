"""The table of docs/how-sync-works.md: what becomes of one item in one administration, apart from all others."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from .catalog import KINDS
from .documents import Document, Key
from .merging import compose, merge
from .rulings import Rulings
from .validity import is_valid
from .worlds import Memory

WRITING = ("create", "update", "couple", "archive", "delete")


@dataclass(frozen=True)
class Case:
    """One item in one administration: base, source and local, and what was said about it."""

    key: Key
    base: Document | None
    source: Document | None
    local: Document | None
    rulings: Rulings
    is_used: bool = False
    is_needed: bool = False
    coupled: Document | None = None
    row: str = ""
    """Which row of the table it is in by what stands there: what is coupled in the same plan is not that yet."""
    taken_along: frozenset[str] = frozenset()
    """What is agreed about what is coupled: its own parts stay, and what was agreed already holds on."""

    @property
    def kind(self):
        return KINDS[self.key[0]]


@dataclass(frozen=True)
class Outcome:
    """What becomes of it: `after` is all that a run leaves of it; `row` is the row of the table that it came from."""

    row: str
    verdict: str
    action: str
    before: Memory
    after: Memory
    open: frozenset[str] = frozenset()
    conflicts: frozenset[str] = frozenset()
    couple: str = ""
    taken: Document | None = None
    """What is coupled, as it stood when that was decided."""
    agrees: bool = False
    """Whether a pin or an agreement is made, be it one that there was already: who decided it, and why, is new."""

    @property
    def is_held(self) -> bool:
        return self.action == "hold"

    @property
    def document(self) -> Document | None:
        return self.after.document

    @property
    def writes(self) -> bool:
        return self.action in WRITING

    def held(self, verdict: str) -> "Outcome":
        """The same item, of which nothing happens now."""
        return replace(self, verdict=verdict, action="hold", after=self.before, couple="", agrees=False)

    @property
    def does_something(self) -> bool:
        """Whether anything is written or remembered."""
        return self.writes or self.agrees or self.before != self.after


def row_of(case: Case) -> str:
    """Which row of the table an item is in."""
    base, source, local = case.base, case.source, case.local
    if base is None:
        if source is None:
            return "own"
        return "new" if local is None else "rejoined" if local == source else "both_changed"
    if source is None:
        return "gone" if local is None else "removed_in_source"
    if local is None:
        return "removed_locally"
    if local == source:
        return "in_line" if base == source else "already_equal"
    return "behind" if local == base else "changed_locally" if source == base else "both_changed"


def judge(case: Case) -> Outcome | None:
    """What becomes of an item; None where a preview says nothing of it: what is its own, or in line."""
    row = case.row or row_of(case)
    if case.coupled is not None:
        return _couple(case)
    if row in ("own", "in_line") or (row == "new" and case.source["is_archived"] and not case.is_needed):
        return None
    # A lock puts back what the main has: of what the main removed there is nothing to put back.
    is_locked = bool(case.rulings.locked) and row != "removed_in_source"
    if "" in case.rulings.pinned and row != "gone" and not is_locked:
        return _stays(case, row, "pinned", "skip")
    return ROWS[row](case, row)


def _memory(case: Case) -> Memory:
    return Memory(case.local, case.base, case.rulings.agreed, case.rulings.pinned)


def _stays(case: Case, row: str, verdict: str, action: str) -> Outcome:
    return Outcome(row, verdict, action, _memory(case), _memory(case))


def _new(case: Case, row: str) -> Outcome:
    decided = case.rulings.decided
    if decided.word == "skip":
        return _stays(case, row, row, "skip")
    after = Memory(case.source, case.source, case.rulings.agreed, case.rulings.pinned)
    if decided.paths.get("is_default") == "keep_local" and not case.rulings.is_locked(("is_default",)):
        after = replace(after, document={**case.source, "is_default": False}, agreed=after.agreed | {"is_default"})
    return _named(case, Outcome(row, row, "create", _memory(case), after))


def _couple(case: Case) -> Outcome:
    after = Memory(case.coupled, case.source, case.taken_along)
    return Outcome("new", "new", "couple", _memory(case), after, couple=case.rulings.decided.couple)


def _base_only(case: Case, row: str) -> Outcome:
    if case.rulings.decided.word == "skip":
        return _stays(case, row, row, "skip")
    kept = _kept(case)
    base = compose(case.kind, case.base, case.source, case.rulings)
    return _named(case, Outcome(row, row, "keep", _memory(case), replace(kept, base=base)))


def _kept(case: Case) -> Memory:
    """What is here stays; that it was decided is an agreement."""
    agreed = case.rulings.agreed
    if case.rulings.decided.word == "keep_local":
        agreed |= {""}
    return replace(_memory(case), agreed=agreed)


def _changed(case: Case, row: str) -> Outcome:
    """Behind, changed here, or both: merged path by path."""
    if case.rulings.decided.word == "skip":
        return _stays(case, row, row, "skip")
    rulings = case.rulings
    merged = merge(case.kind, case.base, case.source, case.local, rulings)
    meets = {path for path in merged.put_back_by_lock if any(_about(pin, path) for pin in rulings.pinned)}
    overruled = rulings.decided.word in ("overwrite", "put_back")
    if meets and not overruled:
        return _stays(case, row, "locked", "hold")
    outcome = Outcome(row, row, "hold", _memory(case), _memory(case), conflicts=frozenset(merged.conflicts))
    if merged.open:
        return replace(outcome, open=frozenset(merged.open))
    outcome = replace(outcome, verdict="locked" if merged.put_back_by_lock else row)
    if merged.document not in (case.source, case.local) and not is_valid(case.key, merged.document):
        return replace(outcome, verdict="invalid")
    after = Memory(
        merged.document,
        compose(case.kind, case.base, case.source, rulings),
        _agreements(rulings, merged.agreed, merged.document != case.local),
        frozenset() if meets else rulings.pinned,
    )
    action = "keep" if merged.document == case.local != case.source else "update"
    agrees = "keep_local" in (rulings.decided.word, *rulings.decided.paths.values()) or bool(merged.agreed)
    return _named(case, replace(outcome, action=action, after=after, agrees=agrees))


def _about(pin: str, path: str) -> bool:
    return pin == "" or pin == path or path.startswith(f"{pin}/") or pin.startswith(f"{path}/")


def _agreements(rulings: Rulings, by_policy: set[str], writes: bool) -> frozenset[str]:
    """What is agreed from now on: keeping makes agreements, overwriting ends those where it writes."""
    decided = {"": rulings.decided.word, **rulings.decided.paths}
    ended = [path for path, word in decided.items() if writes and word in ("overwrite", "put_back")]
    made = {path for path, word in decided.items() if word == "keep_local"}
    left = {path for path in rulings.agreed if not any(_about(end, path) for end in ended)}
    return frozenset(left | made | by_policy)


def _named(case: Case, outcome: Outcome) -> Outcome:
    """Under another name, if that was decided: the name is pinned, and the rest goes on following."""
    decided = case.rulings.decided
    if decided.word != "create_as" or outcome.document is None or case.rulings.is_locked((case.kind.named_by,)):
        return outcome
    document = {**outcome.document, case.kind.named_by: decided.name}
    action = "create" if case.local is None else "update" if document != case.local else "keep"
    after = replace(outcome.after, document=document, pinned=outcome.after.pinned | {case.kind.named_by})
    return replace(outcome, action=action, after=after, agrees=True)


def _removed_here(case: Case, row: str) -> Outcome:
    rulings = case.rulings
    word = rulings.decided.word
    if word == "skip":
        return _stays(case, row, row, "skip")
    is_asked = word in ("bring_back", "create_as", "overwrite")
    is_agreed = "" in rulings.agreed and case.base == case.source
    by_policy = rulings.policies["removed_locally"] == "bring_back" and not is_agreed
    brings_back = is_asked or (not word and by_policy)
    if rulings.locked and rulings.pinned and word not in ("bring_back", "overwrite"):
        return _stays(case, row, "locked", "hold")
    if brings_back or rulings.locked:
        verdict = "locked" if rulings.locked else row
        pinned = frozenset() if rulings.locked else rulings.pinned
        agreed = frozenset() if is_asked and not rulings.pinned else rulings.agreed
        after = Memory(case.source, case.source, agreed, pinned)
        return _named(case, Outcome(row, verdict, "create", _memory(case), after))
    agreed = rulings.agreed | {""} if word == "leave" else rulings.agreed
    return Outcome(row, row, "keep", _memory(case), replace(_memory(case), base=case.source, agreed=agreed))


def _removed_there(case: Case, row: str) -> Outcome:
    word = case.rulings.decided.word
    if word == "skip":
        return _stays(case, row, row, "skip")
    policy = case.rulings.policies["removed_in_source"]
    is_edited = case.local != case.base
    wanted = word or ("keep" if is_edited or case.rulings.agreed else policy)
    wanted = "keep" if case.rulings.pinned and wanted in ("archive", "delete") else wanted
    if wanted in ("archive", "delete"):
        deletes = wanted == "delete" and not case.is_used
        document = None if deletes else {**case.local, "is_archived": True}
        # What was to be deleted and is used stays followed, so that its removal is offered once nothing uses it.
        after = Memory(document, document if wanted == "delete" else None)
        action = "delete" if deletes else "keep" if document == case.local else "archive"
        return Outcome(row, row, action, _memory(case), after)
    after = Memory(case.local) if word == "keep_local" else _memory(case)
    return Outcome(row, row, "keep", _memory(case), after)


def _gone(case: Case, row: str) -> Outcome:
    return Outcome(row, row, "keep", _memory(case), Memory())


ROWS: dict[str, Callable[[Case, str], Outcome]] = {
    "new": _new,
    "rejoined": _base_only,
    "already_equal": _base_only,
    "behind": _changed,
    "changed_locally": _changed,
    "both_changed": _changed,
    "removed_locally": _removed_here,
    "removed_in_source": _removed_there,
    "gone": _gone,
}
