"""A second setting like the first: its own uid and parts, and a name that nobody has."""

import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from settings_sync.declaring.kinds import Kind, all_kinds, field_of
from settings_sync.exceptions import ItemGone, NameClash
from settings_sync.planning.values import DEFAULT_FIELD
from settings_sync.services.settings.items import ItemDocument, read_item
from tenants.models import Administration

from .incoming import PARTS, UID
from .item_edits import create_item

MOST_TRIES = 50

Body = Mapping[str, Any]


def duplicate_item(*, acting_user: User, administration: Administration, uid: uuid.UUID) -> ItemDocument:
    """Make a setting as this one is, not archived and not the default of anything, under the first name that is free.

    Raises ItemGone, NotAllowed, or what making a setting raises.
    """
    item = read_item(acting_user=acting_user, administration=administration, uid=uid)
    if item is None:
        raise ItemGone
    kind = all_kinds()[item.row.kind]
    body = with_own_parts(kind, item.document)
    for names in _names(kind, body):
        try:
            return create_item(
                acting_user=acting_user,
                administration=administration,
                category=kind.category.key,
                kind=kind.key,
                document={**body, **names},
            )
        except NameClash:
            continue
    raise NameClash(reason=_("There are too many copies already."))


def with_own_parts(kind: Kind, body: Body) -> dict[str, Any]:
    """The document with parts that nobody has, pointing at each other as before."""
    made = {row[UID]: str(uuid.uuid4()) for rows in body.get(PARTS, {}).values() for row in rows}
    copy = {name: value for name, value in body.items() if name not in ("is_archived", DEFAULT_FIELD, PARTS)}
    if not kind.parts:
        return copy
    parts = {
        part.name: [
            _copied(row, {UID, part.parent_name, *_inside(part)}, made) for row in body[PARTS].get(part.name, ())
        ]
        for part in kind.parts
    }
    return {**copy, PARTS: parts}


def _inside(part: Any) -> Iterator[str]:
    """The names under which a part points at parts of its own setting."""
    return (column.name for column in part.columns if column.reference and column.reference.is_inside)


def _copied(row: Body, names: set[str], made: Mapping[str, str]) -> dict[str, Any]:
    return {name: made.get(value, value) if name in names else value for name, value in row.items()}


def _names(kind: Kind, body: Body) -> Iterator[dict[str, str]]:
    """What a copy may be called, the best first: by its code with a number, and by name."""
    key, label = kind.natural_key, kind.item_label
    called = _shortened(kind, label, _("Copy of {name}").format(name=body[label]))
    for number in range(2, MOST_TRIES + 2):
        if key != label:
            yield {label: called, key: _shortened(kind, key, str(body[key]), f"_{number}")}
        else:
            yield {label: called if number == 2 else _shortened(kind, label, called, f" ({number - 1})")}


def _shortened(kind: Kind, name: str, text: str, end: str = "") -> str:
    longest = field_of(kind.root.model, name).max_length
    return (text[: longest - len(end)] if longest else text) + end
