"""One setting of one administration, for support: where it comes from, how it stands, and what happened to it.

Its content is not among it: that belongs to the customer.
"""

import uuid
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from audit.models import AuditEntry
from settings_sync.declaring.kinds import Kind, all_kinds
from settings_sync.engine.reading.edits import LoggedEdit, read_edits
from settings_sync.engine.reading.index import read_documents
from settings_sync.models import Change, Finding, ItemRule, SyncTarget
from settings_sync.planning.judging import judge
from settings_sync.planning.values import Entry
from settings_sync.planning.verdicts import WRITING, Verdict
from settings_sync.services.settings.origins import Origin, origin_of
from sync_ledger.models import Base
from tenants.models import Administration
from tenants.schemas import inside

LISTED = 20


@dataclass(frozen=True)
class FoundSetting:
    """`key` is the name or code by which people recognise it, `local_key` its number in this administration alone.

    `verdict` and `origin` are None in a main administration; `origin` also for what is the administration's own.
    """

    administration: Administration
    kind: Kind
    entry: Entry
    key: str
    local_key: int
    verdict: Verdict | None
    origin: Origin | None
    is_locked: bool
    last_synced: Change | None
    changes: tuple[Change, ...]
    edits: tuple[LoggedEdit, ...]
    trail: tuple[AuditEntry, ...]
    trail_number: int


def read_setting(administration: Administration, kind: str, uid: uuid.UUID) -> FoundSetting | None:
    """A setting as it stands; None when there is none of this kind and uid. Changes nothing."""
    declared = all_kinds().by_key.get(kind)
    entry = _entry(administration, kind, uid) if declared else None
    names = _local_names(administration, declared, uid) if declared else None
    if declared is None or entry is None or names is None:
        return None
    changes = _changes(administration, kind, uid)
    trail = _trail(administration, uid)
    return FoundSetting(
        administration=administration,
        kind=declared,
        entry=entry,
        key=str(names[1]),
        local_key=names[0],
        verdict=None if administration.is_main else _verdict(administration, entry),
        origin=origin_of(administration, kind, uid),
        is_locked=_is_locked(administration.main, kind, uid),
        last_synced=_written(changes).first(),
        changes=tuple(changes[:LISTED]),
        edits=tuple(read_edits([administration.schema_name], kind, uid).get(administration.schema_name, [])[:LISTED]),
        trail=tuple(trail[:LISTED]),
        trail_number=trail.count(),
    )


def _entry(administration: Administration, kind: str, uid: uuid.UUID) -> Entry | None:
    found = read_documents(administration.schema_name, {(kind, uid)}).get((kind, uid))
    return found.entry if found else None


def _local_names(administration: Administration, kind: Kind, uid: uuid.UUID) -> tuple[int, Any] | None:
    with inside(administration):
        return kind.root.model._default_manager.filter(uid=uid).values_list("pk", kind.natural_key).first()


def _verdict(administration: Administration, entry: Entry) -> Verdict:
    with inside(administration):
        base = Base.objects.filter(kind=entry.kind, uid=entry.uid).values_list("digest", flat=True).first()
    source = _entry(administration.main, entry.kind, entry.uid)
    return judge(bytes(base) if base is not None else None, source.digest if source else None, entry.digest)


def _is_locked(main: Administration, kind: str, uid: uuid.UUID) -> bool:
    return ItemRule.objects.filter(administration=main, kind=kind, uid=uid).exclude(locked_paths=[]).exists()


def _changes(administration: Administration, kind: str, uid: uuid.UUID) -> "QuerySet[Any]":
    """What confirmed plans did with it, latest first: here, or in every sub-administration of a main one."""
    whose = "plan_target__plan__administration" if administration.is_main else "plan_target__administration"
    held = Finding.objects.filter(target=OuterRef("plan_target__sync_target"), kind=kind, uid=uid)
    found = Change.objects.filter(**{whose: administration}, kind=kind, uid=uid)
    found = found.exclude(plan_target__sync_target=None).annotate(was_held=Exists(held))
    found = found.select_related(
        "plan_target__sync_target__run__requested_by", "plan_target__sync_target__administration"
    )
    return found.order_by("-plan_target__sync_target__run__created_at", "plan_target__position")


def _written(changes: "QuerySet[Any]") -> "QuerySet[Any]":
    done = SyncTarget.State.SUCCEEDED
    return changes.filter(action__in=WRITING, plan_target__sync_target__state=done, was_held=False)


def _trail(administration: Administration, uid: uuid.UUID) -> "QuerySet[AuditEntry]":
    # That it was locked is in the trail of the main administration.
    whose = {administration.pk, administration.main.pk}
    return AuditEntry.objects.filter(administration_id__in=whose, data__uid=str(uid))
