"""What a main administration has locked of a setting, for whoever edits it in a sub-administration.

Edits by document are refused before anything is written. Those of the pages are refused once they are logged, by what
has become of the setting, so that every catalog's editor holds to locks and none has to know of them.
"""

import uuid
from collections.abc import Mapping
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _

from settings_sync.declaring.edits import DocumentEdit
from settings_sync.declaring.kinds import Kind, all_kinds
from settings_sync.engine.reading.composed import shape_of
from settings_sync.engine.reading.index import ReadDocument, read_documents
from settings_sync.exceptions import SettingForbidden, SettingLocked
from settings_sync.models import Document, Item, ItemRule
from settings_sync.planning.differences import differences
from settings_sync.planning.sides import Places
from settings_sync.services.assignments.forbidding import is_forbidden
from settings_sync.services.settings.places import place_called
from tenants.models import Administration
from tenants.schemas import current_schema_name

from .editing import EditRefused
from .keeping import newest_digest


def locked_paths(administration: Administration, kind: Kind, uid: uuid.UUID) -> frozenset[str]:
    """The places that the main administration locked of this setting; of its own settings it locks none."""
    if administration.parent_id is None:
        return frozenset()
    rule = ItemRule.objects.filter(administration=administration.parent_id, kind=kind.key, uid=uid).first()
    return frozenset(rule.locked_paths if rule else ())


def refuse_locked(administration: Administration, kind: Kind, edit: DocumentEdit, label: str) -> None:
    """Raise SettingForbidden when a package forbids editing it here, and SettingLocked when an edit changes a place
    that is locked, or takes a setting away of which any is."""
    if edit.before is not None and is_forbidden(administration, kind.key, edit.uid):
        raise SettingForbidden(name=label, main=administration.main.name)
    locked = locked_paths(administration, kind, edit.uid)
    if not locked:
        return
    if edit.after is None or _locked_changes(kind, locked, edit.before, edit.after):
        main = administration.parent
        raise SettingLocked(name=label, main=main.name if main else "")


def refuse_locked_edit(_acting_user: object, item: Model) -> None:
    """Raise EditRefused when an edit that was just logged has changed what is locked, naming the first such place."""
    found = _standing_locked(item)
    if found is None:
        return
    main, kind, locked, document = found
    digest = newest_digest(kind.key, document.entry.uid)
    before = Document.objects.filter(digest=digest).values_list("body", flat=True).first() if digest else None
    if before is None:
        return
    changed = _locked_changes(kind, locked, before, document.body)
    if changed:
        place = place_called(kind.key, changed[0], document)
        message = _("This is required by %(main)s: %(place)s. Nothing was saved.")
        raise EditRefused({"": [message % {"main": main, "place": place}]})


def refuse_locked_removal(_acting_user: object, item: Model) -> None:
    """Raise EditRefused when a setting is to be deleted of which any place is locked."""
    found = _standing_locked(item)
    if found is not None:
        message = _("“%(name)s”, or a part of it, is required by %(main)s. It was not deleted.")
        raise EditRefused({"": [message % {"main": found[0], "name": item}]})


def _locked_changes(
    kind: Kind, locked: frozenset[str], before: Mapping[str, Any] | None, after: Mapping[str, Any]
) -> list[str]:
    """The paths that are otherwise, and locked."""
    places = Places(shape_of(kind), before, after)
    changed = differences(base=None, source=before, local=after, result=None)
    return [row.path for row in changed if places.cover(locked, row.path)]


def _standing_locked(item: Model) -> tuple[str, Kind, frozenset[str], ReadDocument] | None:
    """The main's name, the kind, what is locked and the document of an item here; None where nothing is locked."""
    kind = all_kinds().by_key.get(item._meta.label_lower)
    if kind is None or not isinstance(item, Item):
        return None
    schema = current_schema_name()
    administration = Administration.objects.filter(schema_name=schema).select_related("parent").first()
    if administration is None or administration.parent is None:
        return None
    locked = locked_paths(administration, kind, item.uid)
    document = read_documents(schema, {(kind.key, item.uid)}).get((kind.key, item.uid)) if locked else None
    return (administration.parent.name, kind, locked, document) if document else None
