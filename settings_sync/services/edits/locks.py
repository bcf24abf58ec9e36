"""What a main administration has locked of a setting, for whoever edits it in a sub-administration."""

import uuid

from settings_sync.declaring.edits import DocumentEdit
from settings_sync.declaring.kinds import Kind
from settings_sync.engine.reading.composed import shape_of
from settings_sync.exceptions import SettingLocked
from settings_sync.models import ItemRule
from settings_sync.planning.differences import differences
from settings_sync.planning.sides import Places
from tenants.models import Administration


def locked_paths(administration: Administration, kind: Kind, uid: uuid.UUID) -> frozenset[str]:
    """The places that the main administration locked of this setting; of its own settings it locks none."""
    if administration.parent_id is None:
        return frozenset()
    rule = ItemRule.objects.filter(administration=administration.parent_id, kind=kind.key, uid=uid).first()
    return frozenset(rule.locked_paths if rule else ())


def refuse_locked(administration: Administration, kind: Kind, edit: DocumentEdit, label: str) -> None:
    """Raise SettingLocked when an edit changes a place that is locked, or takes a setting away of which any is."""
    locked = locked_paths(administration, kind, edit.uid)
    if not locked:
        return
    is_gone = edit.after is None
    places = Places(shape_of(kind), edit.before, edit.after)
    changed = differences(base=None, source=edit.before, local=edit.after, result=None)
    if is_gone or any(places.cover(locked, row.path) for row in changed):
        main = administration.parent
        raise SettingLocked(name=label, main=main.name if main else "")
