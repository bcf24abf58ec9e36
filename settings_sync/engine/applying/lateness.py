"""What must be held after all, because the administration was edited, or synced, between the plan and now.

An item that moved is stale, one about which a later run has decided is overtaken. Held with it is whatever needs
something that is not there now and does not come, and whatever would have a name that something else has now; holding
one may hold the next, so it goes on until nothing changes.
"""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import psycopg

from settings_sync.declaring.kinds import all_kinds
from settings_sync.engine import sql
from settings_sync.planning.values import ARCHIVED_KEY, Key, PlannedChange
from settings_sync.planning.verdicts import Action

from .work import Doer, Overtaker, Work

Cursor = psycopg.Cursor[Any]
Taken = tuple[str, str, str]
"""(kind, unique column, value)"""


@dataclass(frozen=True)
class Held:
    """A change that is not carried out after all, and why: overtaken, stale, needs-held, name-taken or done-before.

    `because_of` are the items that are missing, or have the name."""

    change: PlannedChange
    code: str
    by: Overtaker | Doer | None = None
    because_of: tuple[Key, ...] = ()

    @property
    def unexpected(self) -> set[Key]:
        """The items that stood otherwise than the plan had it from the index."""
        return {self.change.key, self.change.stands_as} if self.code == "stale" else set(self.because_of)


@dataclass(frozen=True)
class Wanted:
    """What the content that a change writes needs, and the unique values it would have."""

    needs: tuple[Key, ...]
    keys: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Standing:
    """What stands in the administration now: which items, and who has which unique value."""

    items: frozenset[Key]
    holders: Mapping[Taken, uuid.UUID]


def hold_late(cursor: Cursor, work: Work, stale: Collection[PlannedChange]) -> list[Held]:
    """Everything that must be held: the overtaken and the stale items, and what cannot be done without them."""
    held = {change: Held(change, "stale") for change in stale}
    # Why an overtaken item moved is known, so that is what is said of it.
    held |= {
        change: Held(change, "overtaken", work.overtaken[change.key])
        for change in work.changes
        if change.key in work.overtaken
    }
    going = [change for change in work.changes if change.writes_content and change not in held]
    moving = _by_what_was_seen(change for change in work.changes if change not in held)
    coming = {change.key for change in going}
    wanted = _read_wanted(cursor, going)
    standing = _read_standing(cursor, work.schema, going, wanted)
    before = -1
    while before != len(held):
        before = len(held)
        for change in [change for change in going if change not in held]:
            found = _why_not(change, wanted.get(change.result or b""), standing, moving, coming)
            if found:
                held[change] = found
                # It keeps its name now: whoever counts on that being given up is judged in the next round.
                del moving[change.stands_as]
                coming.discard(change.key)
    return [*held.values(), *_held_with_their_coupling(work, held)]


def _by_what_was_seen(changes: Iterable[PlannedChange]) -> dict[Key, PlannedChange]:
    """The changes that write rows, by the item that the plan saw.

    Beside the uncoupling of an item stands a change that only forgets the base of the key it keeps: it has the key
    that the uncoupled item has until then, and would hide that this one goes.
    """
    return {change.stands_as: change for change in changes if change.writes}


def _held_with_their_coupling(work: Work, held: Mapping[PlannedChange, Held]) -> list[Held]:
    """What would be forgotten of the keys that items keep because taking their coupling back is held."""
    codes = {(change.kind, change.couples): found.code for change, found in held.items() if change.couples is not None}
    return [Held(change, codes[change.key]) for change in work.changes if change.key in codes and change not in held]


def _why_not(
    change: PlannedChange,
    wanted: Wanted | None,
    standing: Standing,
    moving: Mapping[Key, PlannedChange],
    coming: Collection[Key],
) -> Held | None:
    """`moving` are the changes that go on, by the item that the plan saw; `coming` the items that they write."""
    if wanted is None:
        return None
    missing = tuple(need for need in wanted.needs if need not in coming and need not in standing.items)
    if missing:
        return Held(change, "needs-held", because_of=missing)
    for column, value in wanted.keys:
        holder = standing.holders.get((change.kind, column, value))
        if holder is not None and holder != change.seen_uid and not _leaves(moving.get((change.kind, holder))):
            return Held(change, "name-taken", because_of=((change.kind, holder),))
    return None


def _leaves(holder: PlannedChange | None) -> bool:
    """Whether the holder of a name is itself written or deleted; the plan has seen to it that it gives the name up."""
    return holder is not None and holder.writes


def _read_wanted(cursor: Cursor, changes: list[PlannedChange]) -> dict[bytes, Wanted]:
    digests = {change.result for change in changes if change.result is not None}
    if not digests:
        return {}
    # What is archived gives its name free. It points at what it points at already, under the uid that this gets when it
    # is coupled: that one may not come after all.
    named = {change.result for change in changes if change.action != Action.ARCHIVE}
    cursor.execute(
        "SELECT digest, needs, keys FROM public.settings_sync_document WHERE digest = ANY(%s)", [list(digests)]
    )
    return {
        bytes(digest): Wanted(
            tuple((need["kind"], uuid.UUID(need["uid"])) for need in needs),
            tuple((column, value) for column, value in keys.items() if column != ARCHIVED_KEY)
            if bytes(digest) in named
            else (),
        )
        for digest, needs, keys in cursor.fetchall()
    }


def _read_standing(
    cursor: Cursor, schema: str, changes: list[PlannedChange], wanted: Mapping[bytes, Wanted]
) -> Standing:
    needs: dict[str, set[uuid.UUID]] = defaultdict(set)
    keys: dict[tuple[str, str], set[str]] = defaultdict(set)
    for change in changes:
        found = wanted.get(change.result or b"", Wanted((), ()))
        for kind, uid in found.needs:
            needs[kind].add(uid)
        for column, value in found.keys:
            keys[change.kind, column].add(value)
    queries = [_there(schema, kind, uids) for kind, uids in needs.items()]
    queries += [_holding(schema, kind, column, values) for (kind, column), values in keys.items()]
    if not queries:
        return Standing(frozenset(), {})
    # One way to the database, however many kinds: the administration is locked meanwhile.
    cursor.execute(" UNION ALL ".join(queries))
    rows = cursor.fetchall()
    return Standing(
        frozenset((kind, uid) for kind, column, _value, uid in rows if not column),
        {(kind, column, value): uid for kind, column, value, uid in rows if column},
    )


def _there(schema: str, kind: str, uids: Iterable[uuid.UUID]) -> str:
    table = sql.name(schema, all_kinds()[kind].root.table)
    return f"SELECT {sql.literal(kind)}::text, ''::text, ''::text, uid FROM {table} WHERE uid = ANY({sql.listed(uids)})"


def _holding(schema: str, kind: str, column: str, values: Iterable[str]) -> str:
    table = sql.name(schema, all_kinds()[kind].root.table)
    name = sql.name(column)
    return (
        f"SELECT {sql.literal(kind)}::text, {sql.literal(column)}::text, {name}::text, uid FROM {table}"
        f" WHERE {name} = ANY({sql.literal(list(values))}::text[])"
    )
