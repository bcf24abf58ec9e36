"""One setting with all that it needs in one file, for another administration or another installation.

What it needs and is there already is used as it stands, whether it is known by its uid or by its name alone: who brings
one form does not change the work types of the other administration. Only the setting itself is made or replaced.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from settings_sync.declaring.kinds import all_kinds
from settings_sync.engine.reading.composed import describe_documents
from settings_sync.engine.reading.index import look_at, read_documents
from settings_sync.exceptions import DocumentRefused
from settings_sync.planning.differences import differences
from settings_sync.planning.values import NAME_KEY, Entry, Key
from settings_sync.services.edits.incoming import read_document
from settings_sync.services.previews.previewing import PlacePreview, name_parts, places_of
from tenants import exact_json
from tenants.models import Administration
from tenants.schemas import inside
from tenants.strict_json import Malformed, read_strictly

from .exchange import Given, Imported, ImportedSetting, export_settings, import_settings
from .written import FORMAT, LARGEST, Unusable, WrittenSetting, setting_in, stated_of

KEYS = {"format", "settings"}
MOST = 1000


@dataclass(frozen=True)
class Bundle:
    """A setting, and before it what it needs."""

    settings: tuple[WrittenSetting, ...]

    @property
    def chosen(self) -> WrittenSetting:
        return self.settings[-1]

    @property
    def name(self) -> str:
        """What people call the setting."""
        return str(self.chosen.document.get(all_kinds()[self.chosen.kind].natural_key, ""))


@dataclass(frozen=True)
class BundlePreview:
    """What importing comes to: what is made or changed, what is used as it stands, and the setting field by field."""

    imported: Imported
    used: tuple[str, ...]
    places: Sequence[PlacePreview]

    @property
    def chosen(self) -> ImportedSetting:
        return self.imported.rows[-1]

    @property
    def is_possible(self) -> bool:
        return not any(row.reasons for row in self.imported.rows)


def export_bundle(*, acting_user: User, administration: Administration, uid: uuid.UUID) -> Bundle:
    """A setting with all that it needs. Raises UnknownItem."""
    settings = export_settings(acting_user=acting_user, administration=administration, items=[uid])
    needed = [setting for setting in settings if setting.uid != uid]
    return Bundle((*needed, *(setting for setting in settings if setting.uid == uid)))


def text_of_bundle(bundle: Bundle) -> str:
    """Return the bundle as the text of its file."""
    return exact_json.dump_readably({"format": FORMAT, "settings": [stated_of(row) for row in bundle.settings]}) + "\n"


def read_bundle(body: bytes) -> Bundle:
    """Return the setting, with what it needs, in a file; a file of a single setting is one too. Raises Unusable."""
    if len(body) > LARGEST:
        raise Unusable(_("This is too large for a setting."))
    try:
        given = read_strictly(body)
    except Malformed as malformed:
        raise Unusable(str(malformed)) from None
    if not isinstance(given, dict) or given.keys() != KEYS:
        return Bundle((setting_in(given),))
    rows = given["settings"]
    if given["format"] != FORMAT or not isinstance(rows, list) or not 0 < len(rows) <= MOST:
        raise Unusable(_("This was written by another version of Eenlijn."))
    return Bundle(tuple(setting_in(row) for row in rows))


def import_bundle(
    *, acting_user: User, administration: Administration, bundle: Bundle, name: str = "", apply: bool = False
) -> BundlePreview:
    """Bring a setting in, with what it needs and is not there; under another name where one is given."""
    entries = look_at(administration).entries
    standing = _standing(bundle, entries)
    chosen = _named(bundle.chosen, name)
    coming = [row for row in bundle.settings[:-1] if (row.kind, row.uid) not in standing]
    uids = {str(key[1]): str(entry.uid) for key, entry in standing.items()}
    given = [Given("", _pointing_at(row, uids)) for row in (*coming, chosen)]
    places = _places(administration, [row.setting for row in given], entries)
    imported = import_settings(acting_user=acting_user, administration=administration, given=given, apply=apply)
    used = tuple(entry.label for entry in standing.values())
    return BundlePreview(imported, used, places)


def _standing(bundle: Bundle, entries: Mapping[Key, Entry]) -> dict[Key, Entry]:
    """What is needed and is there already: by its uid, or else what has its name."""
    by_name = {(entry.kind, entry.keys[NAME_KEY]): entry for entry in entries.values() if NAME_KEY in entry.keys}
    found = {}
    for setting in bundle.settings[:-1]:
        entry = entries.get((setting.kind, setting.uid)) or by_name.get((setting.kind, _name_key(setting)))
        if entry is not None:
            found[setting.kind, setting.uid] = entry
    return found


def _name_key(setting: WrittenSetting) -> str:
    """The name of a setting as names are compared here; empty for what has none, or is archived."""
    kind = all_kinds()[setting.kind]
    try:
        body = read_document(kind, dict(setting.document))
    except DocumentRefused:
        return ""  # told when it is to be written
    return str(describe_documents(kind, [(setting.uid, body)])[0].entry.keys.get(NAME_KEY, ""))


def _named(setting: WrittenSetting, name: str) -> WrittenSetting:
    key = all_kinds()[setting.kind].natural_key
    return replace(setting, document={**setting.document, key: name}) if name else setting


def _pointing_at(setting: WrittenSetting, uids: Mapping[str, str]) -> WrittenSetting:
    """The setting with what is called otherwise here by the uid that it has here."""
    return replace(setting, document=_replaced(setting.document, uids))


def _replaced(value: Any, uids: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _replaced(below, uids) for name, below in value.items()}
    if isinstance(value, list):
        return [_replaced(below, uids) for below in value]
    return uids.get(value, value) if isinstance(value, str) else value


def _places(
    administration: Administration, coming: Sequence[WrittenSetting], entries: Mapping[Key, Entry]
) -> Sequence[PlacePreview]:
    """The last of them beside what stands there now, as people see it; nothing where it is no document at all."""
    setting = coming[-1]
    kind = all_kinds()[setting.kind]
    try:
        becoming = read_document(kind, dict(setting.document))
    except DocumentRefused:
        return ()
    with inside(administration):
        found = read_documents(administration.schema_name, {(setting.kind, setting.uid)})
    before = found[setting.kind, setting.uid].body if found else None
    names = name_parts(kind, [document for document in (becoming, before) if document])
    labels = {str(entry.uid): entry.label for entry in entries.values()}
    labels |= {str(row.uid): str(row.document.get(all_kinds()[row.kind].item_label, "")) for row in coming}
    labels |= {uid: part.words for uid, part in names.items()}
    return places_of(kind, differences(base=None, source=before, local=before, result=becoming), labels, names)
