"""Where histories happen: a company in the database whose items are written with plain SQL and read as plain values."""

import json
import uuid
from collections.abc import Iterator
from typing import Any

from django.db import connection

from business.models import Customer, WorkOrder
from reference_data.models import WorkStatus, WorkType
from templates_catalog.models import Layout
from tenants.models import Administration
from tenants.schemas import inside
from tests.contracts.world import Company, make_company

from .model import Item, Items, Key, Stand
from .threeway import PART_UID

KIND = {"type": "reference_data.worktype", "form": "forms_catalog.form"}
TABLE = {"type": "reference_data_worktype", "form": "forms_catalog_form"}
START = {"type": 1 << 64, "form": 2 << 64, "section": 3 << 64, "part": PART_UID}
LINKS = "forms_catalog_form_work_types"
LEDGER = ("base", "deviation", "indexentry", "dirty")
SETTINGS = (LINKS, "forms_catalog_field", "forms_catalog_section", "forms_catalog_form", "reference_data_worktype")
OTHERS = ("workflows_workflow", "workflows_step", "templates_catalog_layout", "reference_data_workstatus")
CHANGING = (*reversed(SETTINGS), "business_workorder", *(f"sync_ledger_{name}" for name in LEDGER))
SAVED = "kept"
COLUMNS = (
    "SELECT string_agg(quote_ident(column_name), ', ') FROM information_schema.columns"
    " WHERE table_schema = %s AND table_name = %s AND is_generated = 'NEVER'"
)
BUSINESS = ("business_customer", "business_workorder")


def uid_of(kind: str, number: int) -> uuid.UUID:
    return uuid.UUID(int=START[kind] + number)


def key_of(kind: str, uid: str | uuid.UUID) -> Key:
    short = next(name for name, label in KIND.items() if label == kind)
    return short, uuid.UUID(str(uid)).int - START[short]


def _number(kind: str, uid: str) -> int:
    return uuid.UUID(uid).int - START[kind]


class Place:
    """One administration: edits are queued as SQL, and sent in one go before anybody looks."""

    def __init__(self, administration: Administration) -> None:
        self.administration = administration
        self.queued: list[str] = []
        self.columns: dict[str, str] = {}

    def edit(self, key: Key, before: Item | None, after: Item | None) -> None:
        self.queued += edits(key, before, after)

    def send(self) -> None:
        if self.queued:
            self._execute("SET CONSTRAINTS ALL DEFERRED", *self.queued)
            self.queued.clear()

    def keep(self) -> None:
        """Remember what stands here, so that every history can begin with it."""
        schema = self.administration.schema_name
        with inside(self.administration), connection.cursor() as cursor:
            cursor.execute(f"CREATE SCHEMA {SAVED}_{schema}")
            for table in CHANGING:
                cursor.execute(f"CREATE TABLE {SAVED}_{schema}.{table} AS TABLE {table}")
                cursor.execute(COLUMNS, [schema, table])
                self.columns[table] = cursor.fetchone()[0]

    def begin(self, *, filled: bool) -> None:
        """Nothing stands here and nothing is remembered, or else what was kept. The customer and the status stay."""
        self.queued.clear()
        statements = [f"DELETE FROM {table}" for table in reversed(CHANGING)]
        if filled:
            statements.insert(0, "SET CONSTRAINTS ALL DEFERRED")
            saved = f"{SAVED}_{self.administration.schema_name}"
            for table, columns in self.columns.items():
                if table != "sync_ledger_dirty":
                    into = f"INSERT INTO {table} ({columns}) OVERRIDING SYSTEM VALUE"
                    statements.append(f"{into} SELECT {columns} FROM {saved}.{table}")
        self._execute(*statements, "DELETE FROM sync_ledger_dirty")

    def use(self, key: Key, number: int) -> None:
        """A work order of this work type."""
        self.send()
        with inside(self.administration):
            WorkOrder.objects.create(
                number=number,
                customer=Customer.objects.get(),
                status=WorkStatus.objects.get(),
                work_type=WorkType.objects.get(uid=uid_of(*key)),
                description="Klus",
            )

    def _execute(self, *statements: str) -> None:
        with inside(self.administration), connection.cursor() as cursor:
            cursor.execute("; ".join(statements).replace("%", "%%"))

    def read(self) -> "Seen":
        with inside(self.administration), connection.cursor() as cursor:
            cursor.execute(READING)
            return Seen(*(json.loads(value) if isinstance(value, str) else value for value in cursor.fetchone()))


def furnish(child: Administration) -> None:
    """What never travels, and settings of other categories, so that there is something that must stay as it is."""
    with inside(child):
        Customer.objects.create(number=1, name="Klant")
        WorkStatus.objects.create(code="open", name="Open")
        Layout.objects.create(kind="invoice", name="Factuur", body="<p>Eigen</p>")


def make_stage(children: int) -> tuple[Company, list[Place]]:
    """A main and its children, all in line; the main comes first."""
    company = make_company()
    made = [company.child(f"Sub {number}") for number in range(1, children + 1)]
    for child in made:
        furnish(child)
    places = [Place(company.main), *map(Place, made)]
    for key, item in beginning():
        places[0].edit(key, None, item)
    places[0].send()
    company.sync(*made, categories=["forms", "reference_data"])
    for place in places:
        place.keep()
    return company, places


def beginning() -> Iterator[tuple[Key, Item]]:
    """What the main has when a history begins: three work types, and three forms with parts that link to them."""
    empty: Item = {"description": "", "is_archived": False, "work_types": frozenset(), "parts": {}, "order": ()}
    for number, name in enumerate(("Onderhoud", "Storing", "Keuring"), start=1):
        yield ("type", number), {**empty, "name": name}
    for number, name in enumerate(("Ketel", "Pomp", "Klep"), start=1):
        parts = {
            100 * number + at: {"label": f"Veld {at}", "help_text": "", "reference": str(at)}
            for at in range(1, number + 1)
        }
        yield (
            ("form", number),
            {**empty, "name": name, "work_types": frozenset({number}), "parts": parts, "order": tuple(parts)},
        )


def drop_stage(places: list[Place]) -> None:
    """Remove what was kept."""
    for place in places:
        place._execute(f"DROP SCHEMA {SAVED}_{place.administration.schema_name} CASCADE")


class Seen:
    """What stands in an administration, as the model has it, and marks by which each table is known byte for byte."""

    def __init__(self, forms: Any, types: Any, bases: Any, kept: Any, marks: dict[str, str]) -> None:
        self.items: Items = {("form", _number("form", row["uid"])): _form(row) for row in forms or ()}
        self.items |= {("type", _number("type", row["uid"])): _type(row) for row in types or ()}
        self.keys = {("form", _number("form", row["uid"])): row["id"] for row in forms or ()}
        self.keys |= {("type", _number("type", row["uid"])): row["id"] for row in types or ()}
        bodies = {key_of(row["kind"], row["uid"]): row["body"] for row in bases or () if row["kind"] in KIND.values()}
        self.base: Items = {key: _document(body) for key, body in bodies.items()}
        self.deviations = {(key_of(row["kind"], row["uid"]), row["path"], row["is_pinned"]) for row in kept or ()}
        self.marks = marks

    def stand(self, used: set[Key]) -> Stand:
        agreed: dict[Key, frozenset[str]] = {}
        pinned: dict[Key, frozenset[str]] = {}
        for key, path, is_pinned in self.deviations:
            kept = pinned if is_pinned else agreed
            kept[key] = kept.get(key, frozenset()) | {path}
        return Stand(self.items, self.base, agreed, pinned, used)


def _type(row: dict[str, Any]) -> Item:
    simple = {name: row.get(name, default) for name, default in (("name", ""), ("description", ""))}
    return {
        **simple,
        "is_archived": row.get("is_archived", False),
        "work_types": frozenset(),
        "parts": {},
        "order": (),
    }


def _form(row: dict[str, Any]) -> Item:
    parts = {_number("part", part["uid"]): _part(part) for part in row.get("parts") or ()}
    links = frozenset(_number("type", uid) for uid in row.get("work_types") or ())
    return {**_type(row), "work_types": links, "parts": parts, "order": tuple(parts)}


def _part(part: dict[str, Any]) -> dict[str, str]:
    return {name: part.get(name, "") for name in ("label", "help_text", "reference")}


def _document(body: dict[str, Any]) -> Item:
    """A stored document in the model's words."""
    return _form({**body, "parts": body.get("parts", {}).get("field")})


MARKED = {
    "business": BUSINESS,
    "others": OTHERS,
    "forms": SETTINGS[:4],
    "reference_data": SETTINGS[4:],
    "ledger": ("sync_ledger_base", "sync_ledger_deviation"),
}


def _marks(tables: tuple[str, ...]) -> str:
    found = " UNION ALL ".join(f"SELECT t.ctid::text || t.xmin || t::text AS mark FROM {table} t" for table in tables)
    return f"(SELECT md5(coalesce(string_agg(mark, ' ' ORDER BY mark), '')) FROM ({found}) found)"


READING = f"""SELECT
 (SELECT json_agg(json_build_object('uid', f.uid, 'id', f.id, 'name', f.name, 'description', f.description,
   'is_archived', f.is_archived,
   'work_types', (SELECT json_agg(w.uid) FROM {LINKS} l JOIN reference_data_worktype w ON w.id = l.worktype_id
     WHERE l.form_id = f.id),
   'parts', (SELECT json_agg(json_build_object('uid', p.uid, 'label', p.label, 'help_text', p.help_text,
     'reference', p.reference) ORDER BY s.position, p.position) FROM forms_catalog_section s
     JOIN forms_catalog_field p ON p.section_id = s.id WHERE s.form_id = f.id))) FROM forms_catalog_form f),
 (SELECT json_agg(t) FROM reference_data_worktype t),
 (SELECT json_agg(json_build_object('kind', b.kind, 'uid', b.uid, 'body', d.body)) FROM sync_ledger_base b
   LEFT JOIN public.settings_sync_document d USING (digest)),
 (SELECT json_agg(d) FROM sync_ledger_deviation d),
 json_build_object({", ".join(f"'{name}', {_marks(tables)}" for name, tables in MARKED.items())})"""


def edits(key: Key, before: Item | None, after: Item | None) -> Iterator[str]:
    """The statements by which an item becomes another, each row written only where it differs."""
    uid, table = f"'{uid_of(*key)}'", TABLE[key[0]]
    if after is None:
        yield from _removal(key, uid)
        return
    simple = {name: _literal(after[name]) for name in ("name", "description", "is_archived")}
    if before is None:
        more = {"default_minutes": "60", "is_active": "true"} if key[0] == "type" else {"print_template": "''"}
        row = {"uid": uid, **simple, **more}
        yield f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join(row.values())})"
        if key[0] == "form":
            yield (
                "INSERT INTO forms_catalog_section (uid, form_id, title, position, visible_if_value)"
                f" VALUES ('{uid_of('section', key[1])}', {_id('form', key[1])}, 'Metingen', 1, '')"
            )
    else:
        changed = [f"{name} = {value}" for name, value in simple.items() if before[name] != after[name]]
        if changed:
            yield f"UPDATE {table} SET {', '.join(changed)} WHERE uid = {uid}"
    if key[0] == "form":
        yield from _link_edits(key[1], before, after)
        yield from _part_edits(key[1], before, after)


def _literal(value: str | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else "'" + value.replace("'", "''") + "'"


def _id(kind: str, number: int) -> str:
    table = {**TABLE, "section": "forms_catalog_section", "part": "forms_catalog_field"}[kind]
    return f"(SELECT id FROM {table} WHERE uid = '{uid_of(kind, number)}')"


def _removal(key: Key, uid: str) -> Iterator[str]:
    column = {"type": "worktype_id", "form": "form_id"}[key[0]]
    yield f"DELETE FROM {LINKS} WHERE {column} = {_id(*key)}"
    if key[0] == "form":
        sections = f"(SELECT id FROM forms_catalog_section WHERE form_id = {_id(*key)})"
        yield f"DELETE FROM forms_catalog_field WHERE section_id IN {sections}"
        yield f"DELETE FROM forms_catalog_section WHERE form_id = {_id(*key)}"
    yield f"DELETE FROM {TABLE[key[0]]} WHERE uid = {uid}"


def _link_edits(number: int, before: Item | None, after: Item) -> Iterator[str]:
    was = before["work_types"] if before else frozenset()
    for gone in sorted(was - after["work_types"]):
        yield f"DELETE FROM {LINKS} WHERE form_id = {_id('form', number)} AND worktype_id = {_id('type', gone)}"
    for new in sorted(after["work_types"] - was):
        yield f"INSERT INTO {LINKS} (form_id, worktype_id) VALUES ({_id('form', number)}, {_id('type', new)})"


def _part_edits(form: int, before: Item | None, after: Item) -> Iterator[str]:
    was: dict[int, Any] = before["parts"] if before else {}
    for gone in was.keys() - after["parts"].keys():
        yield f"DELETE FROM forms_catalog_field WHERE uid = '{uid_of('part', gone)}'"
    for number, part in after["parts"].items():
        uid = f"'{uid_of('part', number)}'"
        if number not in was:
            values = ", ".join(map(_literal, part.values()))
            yield (
                f"INSERT INTO forms_catalog_field (uid, section_id, position, {', '.join(part)}, type, is_required,"
                f" options, default_value, visible_if_value) SELECT {uid}, id, 0, {values}, 'text', false, '[]', '', ''"
                f" FROM forms_catalog_section WHERE form_id = {_id('form', form)}"
            )
        elif changed := [f"{name} = {_literal(value)}" for name, value in part.items() if was[number][name] != value]:
            yield f"UPDATE forms_catalog_field SET {', '.join(changed)} WHERE uid = {uid}"
    if after["order"] and (before is None or before["order"] != after["order"]):
        places = ", ".join(f"('{uid_of('part', part)}'::uuid, {n})" for n, part in enumerate(after["order"], start=1))
        yield f"UPDATE forms_catalog_field f SET position = v.n FROM (VALUES {places}) v(uid, n) WHERE f.uid = v.uid"
