"""Items of the model as plain SQL: which tables they stand in, and the statements by which one becomes another."""

import json
import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from .model import Item, Key, default_of
from .threeway import PART_UID, SECTION_UID, SHAPES

KIND = {
    "type": "reference_data.worktype",
    "vat": "reference_data.vatrate",
    "form": "forms_catalog.form",
    "flow": "workflows.workflow",
    "layout": "templates_catalog.layout",
    "scheme": "templates_catalog.scheme",
}
TABLE = {kind: label.replace(".", "_") for kind, label in KIND.items()}
PART_TABLE = {"form": "forms_catalog_field", "flow": "workflows_step"}
LINKS = {"form": "forms_catalog_form_work_types", "flow": "workflows_workflow_work_types"}
OWNER = {"form": "form_id", "flow": "workflow_id"}
TEXTS = ("unit", "at_least", "at_most", "list_source", "formula", "visible_when", "required_when", "valid_when")
OF_NO_FIELD = {"option_labels": "'{}'", "allows_other": "false", **dict.fromkeys((*TEXTS, "valid_message"), "''")}
"""The columns of a field that the model leaves as they begin."""
START = {
    kind: number << 64 for number, kind in enumerate(("type", "form", "section", "part", "flow", "scheme"), start=1)
}
START |= {"layout": 7 << 64, "vat": 8 << 64}
assert (START["part"], START["section"]) == (PART_UID, SECTION_UID)


def uid_of(kind: str, number: int) -> uuid.UUID:
    return uuid.UUID(int=START[kind] + number)


def edits(key: Key, before: Item | None, after: Item | None) -> Iterator[str]:
    """The statements by which an item becomes another, each row written only where it differs."""
    uid, table = f"'{uid_of(*key)}'", TABLE[key[0]]
    if after is None:
        yield from _removal(key, uid)
        return
    simple = {name: _literal(after[name]) for name in SHAPES[key[0]].simple}
    if before is None:
        row = {"uid": uid, **simple, **_beyond(key)}
        yield f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join(row.values())})"
    else:
        changed = [f"{name} = {value}" for name, value in simple.items() if before[name] != after[name]]
        if changed:
            yield f"UPDATE {table} SET {', '.join(changed)} WHERE uid = {uid}"
    if key[0] in LINKS:
        yield from _link_edits(key, before, after)
        yield from _new_sections(key, before, after)
        yield from _part_edits(key, before, after)
        yield from _section_edits(before, after)


def _beyond(key: Key) -> dict[str, str]:
    """The columns of which the model knows nothing."""
    if key[0] == "scheme":
        layout = _id("layout", 2 if default_of(key) == "quotation" else 1)
        fixed = {"kind": f"'{default_of(key)}'", "layout_id": layout, "vat_rate_id": _id("vat", 1)}
        return {**fixed, "attach_work_order": "false", "attach_forms": "false"}
    return {"type": {"default_minutes": "60", "is_active": "true"}, "form": {"print_template": "''"}}.get(key[0], {})


def _literal(value: str | bool | tuple[str, ...]) -> str:
    if isinstance(value, tuple):
        return _literal(json.dumps(value))
    return str(value).lower() if isinstance(value, bool) else "'" + value.replace("'", "''") + "'"


def _id(kind: str, number: int) -> str:
    table = {**TABLE, "section": "forms_catalog_section"}[kind]
    return f"(SELECT id FROM {table} WHERE uid = '{uid_of(kind, number)}')"


def _removal(key: Key, uid: str) -> Iterator[str]:
    for kind, links in LINKS.items():
        column = {"type": "worktype_id", kind: OWNER[kind]}.get(key[0])
        if column:
            yield f"DELETE FROM {links} WHERE {column} = {_id(*key)}"
    if key[0] == "form":
        sections = f"(SELECT id FROM forms_catalog_section WHERE form_id = {_id(*key)})"
        yield f"DELETE FROM forms_catalog_field WHERE section_id IN {sections}"
        yield f"DELETE FROM forms_catalog_section WHERE form_id = {_id(*key)}"
    if key[0] == "flow":
        yield f"DELETE FROM workflows_step WHERE workflow_id = {_id(*key)}"
    yield f"DELETE FROM {TABLE[key[0]]} WHERE uid = {uid}"


def _link_edits(key: Key, before: Item | None, after: Item) -> Iterator[str]:
    was, table, column = before["work_types"] if before else frozenset(), LINKS[key[0]], OWNER[key[0]]
    for gone in sorted(was - after["work_types"]):
        yield f"DELETE FROM {table} WHERE {column} = {_id(*key)} AND worktype_id = {_id('type', gone)}"
    for new in sorted(after["work_types"] - was):
        yield f"INSERT INTO {table} ({column}, worktype_id) VALUES ({_id(*key)}, {_id('type', new)})"


def _new_sections(key: Key, before: Item | None, after: Item) -> Iterator[str]:
    was = before["sections"] if before else {}
    for section in after["sections"].keys() - was.keys():
        title = _literal(after["sections"][section]["title"])
        yield (
            "INSERT INTO forms_catalog_section (uid, form_id, title, position, visible_if_value, visible_when, repeats)"
            f" VALUES ('{uid_of('section', section)}', {_id(*key)}, {title}, 0, '', '', false)"
        )


def _section_edits(before: Item | None, after: Item) -> Iterator[str]:
    """What went, after the parts in it; titles; and the order."""
    was, sections = before["sections"] if before else {}, after["sections"]
    for gone in was.keys() - sections.keys():
        yield f"DELETE FROM forms_catalog_section WHERE uid = '{uid_of('section', gone)}'"
    for section in sections.keys() & was.keys():
        if sections[section] != was[section]:
            title = _literal(sections[section]["title"])
            yield f"UPDATE forms_catalog_section SET title = {title} WHERE uid = '{uid_of('section', section)}'"
    if after["heads"] and (before is None or before["heads"] != after["heads"]):
        yield _placed("forms_catalog_section", [uid_of("section", section) for section in after["heads"]])


def _placed(table: str, uids: Sequence[uuid.UUID]) -> str:
    places = ", ".join(f"('{uid}'::uuid, {number})" for number, uid in enumerate(uids, start=1))
    return f"UPDATE {table} f SET position = v.n FROM (VALUES {places}) v(uid, n) WHERE f.uid = v.uid"


def _part_edits(key: Key, before: Item | None, after: Item) -> Iterator[str]:
    was: dict[int, Any] = before["parts"] if before else {}
    table = PART_TABLE[key[0]]
    for gone in was.keys() - after["parts"].keys():
        yield f"DELETE FROM {table} WHERE uid = '{uid_of('part', gone)}'"
    for number, part in after["parts"].items():
        uid = f"'{uid_of('part', number)}'"
        row = _columns(part)
        if number not in was:
            yield _new_part(key, {"uid": uid, "position": "0", **row}, part)
        elif changed := [f"{name} = {value}" for name, value in row.items() if _columns(was[number])[name] != value]:
            yield f"UPDATE {table} SET {', '.join(changed)} WHERE uid = {uid}"
    if after["order"] and (before is None or before["order"] != after["order"]):
        yield _placed(table, [uid_of("part", part) for part in after["order"]])


def _columns(part: dict[str, Any]) -> dict[str, str]:
    row = {name: _literal(value) for name, value in part.items() if name not in ("form", "section")}
    return {**row, "form_id": _id("form", part["form"]) if part["form"] else "NULL"} if "form" in part else row


def _new_part(key: Key, row: dict[str, str], part: dict[str, Any]) -> str:
    if key[0] == "flow":
        row = {**row, "workflow_id": _id(*key), "is_required": "false"}
        return f"INSERT INTO workflows_step ({', '.join(row)}) VALUES ({', '.join(row.values())})"
    row |= {
        "type": "'dropdown'" if part["options"] else "'text'",
        "is_required": "false",
        "default_value": "''",
        "visible_if_value": "''",
        **OF_NO_FIELD,
    }
    row["section_id"] = _id("section", part["section"])
    return f"INSERT INTO forms_catalog_field ({', '.join(row)}) VALUES ({', '.join(row.values())})"
