"""A document as somebody else wrote it, read by its declaration: only what the columns can hold gets through.

Problems are told by where they stand in what was sent: `name`, `parts.field.3.label`; "" is the whole document.
"""

import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from settings_sync.declaring.kinds import Column, Kind, Table, field_of
from settings_sync.exceptions import DocumentRefused

Body = dict[str, Any]
Problems = dict[str, list[str]]
PARTS = "parts"
UID = "uid"


def read_document(kind: Kind, given: Any) -> Body:
    """Return what was sent as a document of this kind: its own types, no unknown names, parts that stand somewhere.

    Raises DocumentRefused with everything that is wrong, by place.
    """
    reading = _Reading(kind)
    body = reading.document(given)
    if reading.problems:
        raise DocumentRefused(errors=reading.problems)
    return body


class _Reading:
    """One document on its way in, and what is wrong with it so far."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.problems: Problems = {}
        self._uids: dict[str, set[str]] = {part.name: set() for part in kind.parts}

    def document(self, given: Any) -> Body:
        if not isinstance(given, dict):
            self._refuse("", _("A document is a JSON object."))
            return {}
        links = {link.name for link in self.kind.links}
        known = {column.name for column in self.kind.root.columns} | links
        self._refuse_unknown("", given, known | ({PARTS} if self.kind.parts else set()))
        body = self._columns(self.kind.root, "", given)
        for name in links:
            body[name] = self._uid_list(name, given.get(name, []))
        if self.kind.parts:
            body[PARTS] = self._parts(given.get(PARTS, {}))
            self._check_inside(body[PARTS])
        return body

    def _parts(self, given: Any) -> dict[str, list[Body]]:
        if not isinstance(given, dict):
            self._refuse(PARTS, _("This is a JSON object with a list for each sort of part."))
            given = {}
        self._refuse_unknown(f"{PARTS}.", given, set(self._uids))
        return {part.name: self._rows(part, given.get(part.name, [])) for part in self.kind.parts}

    def _rows(self, part: Table, given: Any) -> list[Body]:
        place = f"{PARTS}.{part.name}"
        if not isinstance(given, list):
            self._refuse(place, _("This is a list."))
            return []
        return [self._row(part, f"{place}.{number}.", row) for number, row in enumerate(given)]

    def _row(self, part: Table, place: str, given: Any) -> Body:
        if not isinstance(given, dict):
            self._refuse(place[:-1], _("A part is a JSON object."))
            return {}
        is_deep = part.parent is not None and part.parent.parent is not None
        above = {part.parent_name} if is_deep else set()
        self._refuse_unknown(place, given, {UID, *above, *(column.name for column in part.columns)})
        body = self._columns(part, place, given)
        # Whoever makes a part need not think of a uid, unless other parts name it.
        body[UID] = self._uid(f"{place}{UID}", given.get(UID, str(uuid.uuid4())))
        if body[UID] in self._uids[part.name]:
            self._refuse(f"{place}{UID}", _("Another part has this uid already."))
        self._uids[part.name].add(body[UID])
        for name in above:
            body[name] = self._uid(f"{place}{name}", given.get(name))
        return body

    def _check_inside(self, parts: Mapping[str, list[Body]]) -> None:
        """What points inside the document points at something that stands in it."""
        tables = {table.table: table.name for table in self.kind.parts}
        for part in self.kind.parts:
            pointing = {column.name: tables[column.reference.table] for column in part.columns if _is_inside(column)}  # type: ignore[union-attr]
            if part.parent is not None and part.parent.parent is not None:
                pointing[part.parent_name] = part.parent.name
            for number, row in enumerate(parts[part.name]):
                for name, above in pointing.items():
                    if row.get(name) is not None and row[name] not in self._uids[above]:
                        self._refuse(
                            f"{PARTS}.{part.name}.{number}.{name}", _("No part of this document has this uid.")
                        )

    def _columns(self, table: Table, place: str, given: Mapping[str, Any]) -> Body:
        body = {}
        for column in table.columns:
            if column.name not in given:
                if column.default is None and not column.is_nullable:
                    self._refuse(f"{place}{column.name}", _("This is missing."))
                continue
            value = self._value(table, column, f"{place}{column.name}", given[column.name])
            if value is not None:
                body[column.name] = value
        return body

    def _value(self, table: Table, column: Column, place: str, given: Any) -> Any:
        if given is None:
            # Left out, as the canonical document does it.
            if not column.is_nullable:
                self._refuse(place, _("This cannot be null. Leave it out where it has no value of its own."))
            return None
        if column.reference is not None:
            return self._uid(place, given)
        refusal = refusal_of_type(field_of(table.model, column.name), given)
        if refusal:
            self._refuse(place, refusal)
            return None
        return given

    def _uid_list(self, place: str, given: Any) -> list[str]:
        if not isinstance(given, list):
            self._refuse(place, _("This is a list of uids."))
            return []
        return list(dict.fromkeys(self._uid(f"{place}.{number}", row) for number, row in enumerate(given)))

    def _uid(self, place: str, given: Any) -> str:
        try:
            # Only as text: other forms, such as a number, mean a uid to Python alone.
            return str(uuid.UUID(given)) if isinstance(given, str) and len(given) == 36 else self._no_uid(place)
        except ValueError:
            return self._no_uid(place)

    def _no_uid(self, place: str) -> str:
        self._refuse(place, _("This is not a uid."))
        return str(uuid.uuid4())

    def _refuse_unknown(self, place: str, given: Mapping[str, Any], known: set[str]) -> None:
        for name in given:
            if name not in known:
                self._refuse(f"{place}{name}", _("There is no such field."))

    def _refuse(self, place: str, message: str) -> None:
        self.problems.setdefault(place, []).append(message)


def _is_inside(column: Column) -> bool:
    return column.reference is not None and column.reference.is_inside


def refusal_of_type(field: Any, given: Any) -> str:
    """Return why a value of JSON cannot be one of this field, as a sentence; empty when it can."""
    if isinstance(field, models.BooleanField):
        return "" if isinstance(given, bool) else _("This is true or false.")
    if isinstance(field, models.JSONField):
        return _refusal_of_json(field, given)
    if isinstance(field, models.IntegerField):
        is_whole = isinstance(given, int) and not isinstance(given, bool)
        return "" if is_whole else _("Write a whole number here, such as 12, without quotation marks.")
    if isinstance(field, (models.DecimalField, models.FloatField)):
        is_number = isinstance(given, (int, float, Decimal)) and not isinstance(given, bool)
        return "" if is_number else _("Write a number here, such as 12 or 1.5, without quotation marks.")
    return "" if isinstance(given, str) else _("This is a text.")


def _refusal_of_json(field: Any, given: Any) -> str:
    start = field.get_default()
    if isinstance(start, list) and not isinstance(given, list):
        return _("This is a list.")
    if isinstance(start, dict) and not isinstance(given, dict):
        return _("This is a JSON object.")
    if isinstance(start, list) and not all(isinstance(entry, str) for entry in given):
        return _("This is a list of texts.")
    if isinstance(start, dict) and not all(isinstance(entry, str) for entry in given.values()):
        return _("This is an object of texts.")
    return ""
