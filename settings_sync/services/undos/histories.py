"""What a run did, item by item, as taking it back asks: read for many of its administrations at once."""

import json
import uuid
from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from settings_sync.declaring.kinds import all_kinds
from settings_sync.engine.reading.composed import describe_documents
from settings_sync.models import Change, Document, Finding, Receipt, SyncTarget
from settings_sync.planning.undoing import History, Page, Step
from settings_sync.planning.values import Deviation, Entry, Key, Need
from settings_sync.services.plans.change_rows import does_something

Former = Mapping[bytes, tuple[dict[str, str], list[Need]]]
Changes = dict[Key, Change]


@dataclass(frozen=True)
class ReadHistory:
    """What a run did in one administration; `mark` is equal where it did the same."""

    history: History
    mark: Hashable


def read_histories(targets: Collection[SyncTarget]) -> dict[SyncTarget, ReadHistory]:
    """What these targets did; what was held after all is left out."""
    changes: dict[int, Changes] = defaultdict(dict)
    for change in done_by(targets):
        changes[change.plan_target_id][change.kind, change.uid] = change
    rows = [change for of_one in changes.values() for change in of_one.values()]
    former = _former_documents(rows)
    kept = _former_deviations(targets)
    used = _archived(targets)
    return {
        target: _history(
            changes[target.plan_target_id], former, kept.get(target.pk, {}), used.get(target.pk, frozenset())
        )
        for target in targets
    }


def done_by(targets: Collection[SyncTarget]) -> "QuerySet[Change]":
    """The changes that these targets carried out; what was held after all is left out."""
    held = Finding.objects.filter(
        target__plan_target=OuterRef("plan_target"), kind=OuterRef("kind"), uid=OuterRef("uid")
    ).exclude(code=Finding.ARCHIVED)
    planned = Change.objects.filter(plan_target__in=[target.plan_target_id for target in targets])
    return planned.filter(does_something()).exclude(Exists(held))


def _history(
    changes: Changes, former: Former, kept: Mapping[Key, list[Deviation]], used: frozenset[Key]
) -> ReadHistory:
    left = {key: _after(change) for key, change in changes.items()} | _archived_instead(used, changes)
    pages = _pages(changes, kept)
    coupled = {_key_before(change) for change in changes.values() if change.couples is not None}
    steps = {
        _key_before(change): Step(
            key=key,
            was=_key_before(change),
            label=change.label,
            before=_entry_before(change, former),
            after=left[key],
            pages={each: pages[each] for each in (key, _key_before(change)) if each in pages},
        )
        for key, change in changes.items()
        # What was uncoupled and forgotten is one step, told by the coupling.
        if change.couples is not None or key not in coupled
    }
    digests = {bytes(change.local_digest) for change in changes.values() if change.local_digest is not None}
    needs = {digest: former[digest][1] for digest in digests if digest in former}
    return ReadHistory(History(steps, needs), _mark(changes, kept, used))


def _mark(changes: Changes, kept: Mapping[Key, list[Deviation]], used: frozenset[Key]) -> Hashable:
    """Equal for administrations in which a run did the same: all that the steps are made of."""
    rows = frozenset(
        (
            key,
            change.label,
            change.action,
            change.couples,
            *map(_digest, (change.base_digest, change.local_digest, change.result_digest)),
            change.clears_deviations,
            json.dumps([change.deviations, change.pins], sort_keys=True),
        )
        for key, change in changes.items()
    )
    return rows, frozenset((key, deviation) for key, found in kept.items() for deviation in found), used


def _key_before(change: Change) -> Key:
    return (change.kind, change.couples or change.uid)


def _pages(changes: Changes, kept: Mapping[Key, list[Deviation]]) -> dict[Key, Page]:
    return {
        key: Page(
            former_base=_digest(change.base_digest),
            kept_before=tuple(kept.get(key, ())),
            kept_after=_kept_after(change, kept.get(key, ())),
            pins=frozenset(change.pins),
        )
        for key, change in changes.items()
    }


def _former_deviations(targets: Collection[SyncTarget]) -> dict[uuid.UUID, dict[Key, list[Deviation]]]:
    """What was pinned or agreed before, by target, of the items where the target changed that."""
    found: dict[uuid.UUID, dict[Key, list[Deviation]]] = defaultdict(lambda: defaultdict(list))
    receipts = Receipt.objects.filter(target__in=targets)
    for target_id, rows in receipts.values_list("target", "former_deviations"):
        for former in rows or ():
            key = (former.pop("kind"), uuid.UUID(former.pop("uid")))
            found[target_id][key].append(Deviation(**former))
    return found


def _kept_after(change: Change, before: Iterable[Deviation]) -> tuple[Deviation, ...]:
    kept: dict[str, Deviation] = {} if change.clears_deviations else {former.path: former for former in before}
    return tuple({**kept, **{made["path"]: Deviation(**made) for made in change.deviations}}.values())


def _after(change: Change) -> bytes | None:
    if change.action == "delete":
        return None
    return _digest(change.result_digest) or _digest(change.local_digest)


def _archived(targets: Collection[SyncTarget]) -> dict[uuid.UUID, frozenset[Key]]:
    """The items that were to be deleted and were used by then, by target."""
    used: dict[uuid.UUID, set[Key]] = defaultdict(set)
    found = Finding.objects.filter(target__in=targets, code=Finding.ARCHIVED, uid__isnull=False)
    for target_id, kind, uid in found.values_list("target", "kind", "uid"):
        assert uid is not None
        used[target_id].add((kind, uid))
    return {target_id: frozenset(keys) for target_id, keys in used.items()}


def _archived_instead(used: frozenset[Key], changes: Changes) -> dict[Key, bytes]:
    """What the items have come to that were to be deleted and were used by then: what they were, but archived."""
    doomed = {key: bytes(change.local_digest or b"") for key, change in changes.items() if key in used}
    if not doomed:
        return {}
    bodies = dict(Document.objects.filter(digest__in=doomed.values()).values_list("digest", "body"))
    bodies = {bytes(digest): body for digest, body in bodies.items()}
    return {
        (kind, uid): _digest_when_archived(kind, uid, bodies[digest])
        for (kind, uid), digest in doomed.items()
        if digest in bodies
    }


def _digest_when_archived(kind: str, uid: uuid.UUID, body: Mapping[str, Any]) -> bytes:
    (described,) = describe_documents(all_kinds()[kind], [(uid, {**body, "is_archived": True})])
    return described.entry.digest


def _former_documents(changes: Iterable[Change]) -> Former:
    """The unique values and the needs of what stood there before, by digest, from the documents that were kept."""
    wanted = {_digest(change.local_digest) for change in changes} - {None}
    found = Document.objects.filter(digest__in=list(wanted)).values_list("digest", "keys", "needs")
    return {bytes(digest): (keys, [_need(need) for need in needs]) for digest, keys, needs in found}


def _need(stored: Mapping[str, str]) -> Need:
    return Need((stored["kind"], uuid.UUID(stored["uid"])), stored["path"])


def _entry_before(change: Change, former: Former) -> Entry | None:
    digest = _digest(change.local_digest)
    if digest is None:
        return None
    keys, _needs = former.get(digest, ({}, []))
    return Entry(change.kind, change.couples or change.uid, digest, change.label, keys)


def _digest(value: bytes | memoryview | None) -> bytes | None:
    return None if value is None else bytes(value)
