"""Where histories happen: a company in the database whose items are written with plain SQL and read as plain values."""

import json
import uuid
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection

from business.models import Customer, WorkOrder
from reference_data.models import WorkStatus, WorkType
from settings_sync.models import Package
from settings_sync.planning.verdicts import Demand
from templates_catalog.models import MessageTemplate
from tenants.models import Administration
from tenants.schemas import inside
from tests.contracts.world import Company, make_company

from .model import Item, Items, Key, Stand
from .statements import KIND, LINKS, OWNER, START, TABLE, edits, uid_of
from .threeway import SHAPES

LEDGER = ("base", "deviation", "indexentry", "dirty")
SETTINGS = {
    "workflows": ("workflows_workflow_work_types", "workflows_step", "workflows_workflow"),
    "forms": (LINKS["form"], "forms_catalog_field", "forms_catalog_section", "forms_catalog_form"),
    "templates": ("templates_catalog_scheme",),
    "reference_data": ("reference_data_worktype",),
}
FIXED = ("templates_catalog_layout", "reference_data_vatrate")
"""What schemes need: it stands in every administration from the beginning, and nobody edits it."""
OTHERS = (*FIXED, "templates_catalog_messagetemplate", "reference_data_workstatus")
CHANGING = (
    *(table for tables in reversed(SETTINGS.values()) for table in reversed(tables)),
    "business_workorder",
    *(f"sync_ledger_{name}" for name in LEDGER),
)
SAVED = "kept"
RULES = "public.settings_sync_itemrule"
COLUMNS = (
    "SELECT string_agg(quote_ident(column_name), ', ') FROM information_schema.columns"
    " WHERE table_schema = %s AND table_name = %s AND is_generated = 'NEVER'"
)
BUSINESS = ("business_customer", "business_workorder")


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
        statements.append("DELETE FROM sync_ledger_dirty")
        if not filled:
            touched = (f"SELECT '{KIND[kind]}', uid FROM {TABLE[kind]}" for kind in ("layout", "vat"))
            statements += [f"INSERT INTO sync_ledger_dirty (kind, uid) {found}" for found in touched]
        self._execute(*statements)

    def pin(self, key: Key, path: str) -> None:
        """Somebody keeps a setting, or a place in it, as it is here."""
        self.queued.append(
            "INSERT INTO sync_ledger_deviation (kind, uid, path, is_pinned, reason, decided_by, decided_at)"
            f" VALUES ('{KIND[key[0]]}', '{uid_of(*key)}', '{path}', true, 'Zo werkt het hier', '', now())"
        )

    def withdraw(self, key: Key) -> None:
        """Let it follow the main again."""
        self.queued.append(
            f"DELETE FROM sync_ledger_deviation WHERE kind = '{KIND[key[0]]}' AND uid = '{uid_of(*key)}'"
        )

    def forget(self, key: Key) -> None:
        """What was decided last is lost, as after a restored backup of before."""
        self.queued.append(f"DELETE FROM sync_ledger_base WHERE kind = '{KIND[key[0]]}' AND uid = '{uid_of(*key)}'")

    def lock(self, key: Key, paths: Collection[str]) -> None:
        """The main locks a setting, or places in it, in every administration; none: no longer."""
        rule = f"'{self.administration.pk}', '{KIND[key[0]]}', '{uid_of(*key)}'"
        self.queued.append(f"DELETE FROM {RULES} WHERE (administration_id, kind, uid) = ({rule})")
        if paths:
            locked = json.dumps(sorted(paths))
            self.queued.append(
                f"INSERT INTO {RULES} (administration_id, kind, uid, locked_paths, policies)"
                f" VALUES ({rule}, '{locked}', '{{}}')"
            )

    def keep_away(self, key: Key, *, is_away: bool) -> None:
        """A package of this one setting is assigned to this administration as not here, or is gone again."""
        main, name = self.administration.main, f"{self.administration.slug} {KIND[key[0]]} {key[1]}"
        if not is_away:
            Package.objects.get(administration=main, name=name).delete()
            return
        package = Package.objects.create(administration=main, name=name, items=[str(uid_of(*key))])
        package.assignments.create(administration=self.administration, demand=Demand.NOT_HERE)

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


def group_of(child: Administration) -> str:
    """The group in which a child is alone."""
    return f"Groep {child.slug}"


def furnish(child: Administration) -> None:
    """What never travels, and settings of other categories, so that there is something that must stay as it is."""
    child.groups = [group_of(child)]
    child.save(update_fields=["groups"])
    with inside(child):
        Customer.objects.create(number=1, name="Klant")
        WorkStatus.objects.create(code="open", name="Open")
        MessageTemplate.objects.create(kind="email", name="Eigen", subject="Eigen", body="Eigen")


@dataclass(frozen=True)
class Stage:
    """A company with the places of a history: its main first, and then the children."""

    company: Company
    places: list[Place]


def make_stage(children: int) -> Stage:
    """A main and its children, all in line; the main comes first."""
    company = make_company()
    made = [company.child(f"Sub {number}") for number in range(1, children + 1)]
    for child in made:
        furnish(child)
    places = [Place(company.main), *map(Place, made)]
    places[0].queued += furniture()
    for key, item in beginning():
        places[0].edit(key, None, item)
    places[0].send()
    company.sync(*made, categories=list(SETTINGS))
    for place in places:
        place.keep()
    return Stage(company, places)


EMPTY: Item = {"is_archived": False, "work_types": frozenset(), "parts": {}, "order": (), "sections": {}, "heads": ()}
CURRENCIES = {"": "EUR", "a": "AAA", "b": "BBB", "it's": "CCC"}
OPTIONS = ("Nefit", "Remeha", "Vaillant")


def new_item(kind: str, name: str, text: str) -> Item:
    """An item without parts or links; a scheme has a currency where others have a description, a form one section."""
    more = {"currency": CURRENCIES[text], "is_default": False} if kind == "scheme" else {"description": text}
    return {"name": name, **more, **EMPTY}


def title_of(section: int, words: str = "Metingen") -> dict[str, Any]:
    """A section with a title of its own: one of the same title would be that section, made anew."""
    return {"title": f"{words} {section}"}


def new_form(number: int, name: str, text: str, sections: int = 1) -> Item:
    """A form with this many sections and nothing in them."""
    heads = tuple(10 * number + at for at in range(sections))
    titles = {section: title_of(section) for section in heads}
    return {**new_item("form", name, text), "sections": titles, "heads": heads}


def new_step(form: int, title: str = "Stap") -> dict[str, Any]:
    """A step that names this form; none: one that shows the details of the work."""
    return {"title": title, "type": "predefined_form" if form else "work_details", "form": form}


def new_field(section: int, reference: str, label: str = "nieuw") -> dict[str, Any]:
    """A question in this section; the first one of a form gives options to choose from."""
    options = OPTIONS if reference == "1" else ()
    return {"label": label, "help_text": "", "options": options, "reference": reference, "section": section}


def beginning() -> Iterator[tuple[Key, Item]]:
    """What the main has when a history begins: work types, forms and workflows that need them, schemes."""
    for number, name in enumerate(("Onderhoud", "Storing", "Keuring"), start=1):
        yield ("type", number), new_item("type", name, "")
    for number, name in enumerate(("Ketel", "Pomp", "Klep"), start=1):
        parts = {
            100 * number + at: new_field(10 * number + (at > 1), str(at), f"Veld {at}") for at in range(1, number + 1)
        }
        links = {"work_types": frozenset({number}), "parts": parts, "order": tuple(parts)}
        yield ("form", number), {**new_form(number, name, "", 2 if number > 1 else 1), **links}
        steps = {10000 + 100 * number + at: new_step(number if at == 1 else 0) for at in range(1, number + 1)}
        yield ("flow", number), {**new_item("flow", name, ""), **links, "parts": steps, "order": tuple(steps)}
        yield ("scheme", number), {**new_item("scheme", name, ""), "is_default": number != 2}


def furniture() -> Iterator[str]:
    """The layouts and the VAT rate that schemes need."""
    for number, kind in enumerate(("invoice", "quotation"), start=1):
        shows = ", ".join(f"show_{column}" for column in COLUMNS_SHOWN)
        yield (
            "INSERT INTO templates_catalog_layout"
            f" (uid, is_archived, kind, name, header, body, footer, {shows}, attach_pdf)"
            f" VALUES ('{uid_of('layout', number)}', false, '{kind}', '{kind}', '', '', ''{', true' * 7}, false)"
        )
    yield (
        "INSERT INTO reference_data_vatrate (uid, is_archived, code, name, percentage)"
        f" VALUES ('{uid_of('vat', 1)}', false, 'hoog', 'Hoog', 21)"
    )


COLUMNS_SHOWN = ("code", "quantity", "unit", "unit_price", "discount", "vat", "amount")


def drop_stage(places: list[Place]) -> None:
    """Remove what was kept."""
    for place in places:
        place._execute(f"DROP SCHEMA {SAVED}_{place.administration.schema_name} CASCADE")


class Seen:
    """What stands in an administration, as the model has it, and marks by which each table is known byte for byte."""

    def __init__(self, rows: Any, bases: Any, kept: Any, marks: dict[str, str]) -> None:
        found = {(row["short"], _number(row["short"], row["uid"])): row for row in rows or ()}
        self.items: Items = {key: _item(key[0], row) for key, row in found.items()}
        self.keys = {key: row["id"] for key, row in found.items()}
        bodies = {key_of(row["kind"], row["uid"]): row["body"] for row in bases or () if row["kind"] in KIND.values()}
        missing = [key for key, body in bodies.items() if body is None]
        assert not missing, f"of {missing} it is remembered that it was decided, and not what"
        self.base: Items = {key: _document(key[0], body) for key, body in bodies.items()}
        self.deviations = {(key_of(row["kind"], row["uid"]), row["path"], row["is_pinned"]) for row in kept or ()}
        self.marks = marks

    def stand(self, used: set[Key]) -> Stand:
        agreed: dict[Key, frozenset[str]] = {}
        pinned: dict[Key, frozenset[str]] = {}
        for key, path, is_pinned in self.deviations:
            kept = pinned if is_pinned else agreed
            kept[key] = kept.get(key, frozenset()) | {path}
        return Stand(self.items, self.base, agreed, pinned, used)


ABSENT = {"description": "", "is_archived": False, "currency": "EUR", "is_default": False}


def _item(kind: str, row: dict[str, Any]) -> Item:
    parts = {_number("part", part["uid"]): _part(kind, part) for part in row.get("parts") or ()}
    links = frozenset(_number("type", uid) for uid in row.get("work_types") or ())
    simple = {name: row.get(name, ABSENT.get(name)) for name in SHAPES[kind].simple}
    sections = {_number("section", found["uid"]): {"title": found["title"]} for found in row.get("sections") or ()}
    placed = {"parts": parts, "order": tuple(parts), "sections": sections, "heads": tuple(sections)}
    return {**simple, "work_types": links, **placed}


def _part(kind: str, part: dict[str, Any]) -> dict[str, Any]:
    found = {name: part.get(name, "") for names in SHAPES[kind].of_part for name in names}
    if kind == "form":
        found["options"] = tuple(part.get("options", ()))
        return {**found, "section": _number("section", part["section"])}
    return {**found, "form": _number("form", part["form"]) if part.get("form") else 0} if "form" in found else found


def _document(kind: str, body: dict[str, Any]) -> Item:
    """A stored document in the model's words."""
    parts = body.get("parts", {})
    return _item(kind, {**body, "parts": parts.get(SHAPES[kind].part), "sections": parts.get("section")})


MARKED = {
    "business": BUSINESS,
    "others": OTHERS,
    **SETTINGS,
    "ledger": ("sync_ledger_base", "sync_ledger_deviation"),
}


def _marks(tables: tuple[str, ...]) -> str:
    found = " UNION ALL ".join(f"SELECT t.ctid::text || t.xmin || t::text AS mark FROM {table} t" for table in tables)
    return f"(SELECT md5(coalesce(string_agg(mark, ' ' ORDER BY mark), '')) FROM ({found}) found)"


ROWS = {
    "form": "SELECT p.*, s.position AS above, s.uid AS section FROM forms_catalog_section s JOIN forms_catalog_field p"
    " ON p.section_id = s.id WHERE s.form_id = i.id",
    "flow": "SELECT p.uid, p.title, p.type, p.position, 0 AS above, f.uid AS form FROM workflows_step p"
    " LEFT JOIN forms_catalog_form f ON f.id = p.form_id WHERE p.workflow_id = i.id",
}
"""The parts of an item; what they point at is looked up in the administration's own tables."""


SECTIONS = (
    "SELECT jsonb_agg(jsonb_build_object('uid', s.uid, 'title', s.title) ORDER BY s.position)"
    " FROM forms_catalog_section s WHERE s.form_id = i.id"
)


def _reading(kind: str) -> str:
    found = f"to_jsonb(i) || jsonb_build_object('short', '{kind}'"
    if kind in ROWS:
        found += f", 'parts', (SELECT jsonb_agg(to_jsonb(p) ORDER BY above, position) FROM ({ROWS[kind]}) p)"
        found += (
            f", 'work_types', (SELECT jsonb_agg(w.uid) FROM {LINKS[kind]} l"
            f" JOIN reference_data_worktype w ON w.id = l.worktype_id WHERE l.{OWNER[kind]} = i.id)"
        )
    if kind == "form":
        found += f", 'sections', ({SECTIONS})"
    return f"SELECT {found}) AS item FROM {TABLE[kind]} i"


READING = f"""SELECT
 (SELECT jsonb_agg(item) FROM ({" UNION ALL ".join(map(_reading, KIND))}) found),
 (SELECT json_agg(json_build_object('kind', b.kind, 'uid', b.uid, 'body', d.body)) FROM sync_ledger_base b
   LEFT JOIN public.settings_sync_document d USING (digest)),
 (SELECT json_agg(d) FROM sync_ledger_deviation d),
 json_build_object({", ".join(f"'{name}', {_marks(tables)}" for name, tables in MARKED.items())})"""
