"""A setting as a text that people read and git compares: the same setting is the same text, to the letter."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext as _

from settings_sync.declaring.kinds import Kind, Table, all_kinds
from tenants import exact_json
from tenants.strict_json import Malformed, read_strictly

LARGEST = 8_000_000
"""Bytes of one file; no setting that can be saved on a page is larger."""
FORMAT = 1
ENDING = ".json"
LONGEST_NAME = 60
KEYS = {"format", "kind", "uid", "document"}


class Unusable(ValueError):
    """A file that holds no setting; the message says why."""


@dataclass(frozen=True)
class WrittenSetting:
    """One setting as a file holds it."""

    kind: str
    uid: uuid.UUID
    document: Mapping[str, Any]


def text_of(setting: WrittenSetting) -> str:
    """Return the setting as the text of its file."""
    return exact_json.dump_readably(stated_of(setting)) + "\n"


def stated_of(setting: WrittenSetting) -> dict[str, Any]:
    """Return what the file of a setting holds, fields in the order in which people read them."""
    document = _in_order(all_kinds()[setting.kind], setting.document)
    return {"format": FORMAT, "kind": setting.kind, "uid": str(setting.uid), "document": document}


def name_of(setting: WrittenSetting) -> str:
    """Return the path of its file: a folder per category and kind, then its name as far as file systems take it.

    The uid makes it the only one of its name, on disks that know no capitals as well; nothing else of a name that
    somebody typed gets into the path than a to z, digits and hyphens.
    """
    kind = all_kinds()[setting.kind]
    label = slugify(str(setting.document.get(kind.item_label, "")))[:LONGEST_NAME].strip("-_")
    return f"{kind.category.key}/{kind.root.name}/{label + '-' if label else ''}{setting.uid}{ENDING}"


def read_setting(body: bytes) -> WrittenSetting:
    """Return the setting in a file. Raises Unusable."""
    if len(body) > LARGEST:
        raise Unusable(_("This is too large for a setting."))
    try:
        given = read_strictly(body)
    except Malformed as malformed:
        raise Unusable(str(malformed)) from None
    return setting_in(given)


def setting_in(given: Any) -> WrittenSetting:
    """Return the setting in a value of JSON. Raises Unusable."""
    if not isinstance(given, dict) or given.keys() != KEYS or not isinstance(given["document"], dict):
        raise Unusable(
            _("This is no setting that was exported: it has format, kind, uid and document, and nothing else.")
        )
    if given["format"] != FORMAT or isinstance(given["format"], bool):
        raise Unusable(_("This was written by another version of Eenlijn."))
    kind = given["kind"]
    if not isinstance(kind, str) or kind not in all_kinds().by_key:
        raise Unusable(_("There is no kind of setting called “{kind}”.").format(kind=kind))
    try:
        return WrittenSetting(kind, uuid.UUID(given["uid"] if isinstance(given["uid"], str) else ""), given["document"])
    except ValueError:
        raise Unusable(_("Its uid is not a uid.")) from None


def _in_order(kind: Kind, document: Mapping[str, Any]) -> dict[str, Any]:
    ordered = _row_in_order(kind.root, document, [link.name for link in kind.links])
    parts = document.get("parts")
    if parts:
        ordered["parts"] = {
            part.name: [_row_in_order(part, row) for row in parts.get(part.name, ())] for part in kind.parts
        }
    return ordered


def _row_in_order(table: Table, row: Mapping[str, Any], more: list[str] | None = None) -> dict[str, Any]:
    names = ["uid", table.parent_name, *(column.name for column in table.columns), *(more or ())]
    return {name: row[name] for name in names if name in row}
