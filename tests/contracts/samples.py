"""Fills an administration with items of any kind, made from the models' own fields, and with daily data.

A model whose constraints a generic filler cannot meet has its shapes below: each a set of values that go together, used
in turn. A new catalog needs a shape only when the database refuses what is filled in without one.
"""

import re
from base64 import b64encode
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import ForeignKey, GeneratedField, Model

from business import models as business
from catalog_kit.template_language import BLOCK
from forms_catalog.models import Field, Form, Section
from reference_data.models import DevicePolicy, FreeField
from settings_sync.declaring.kinds import Kind, Table, all_kinds, tenant_models
from settings_sync.declaring.registry import registry
from settings_sync.models import File, Item
from templates_catalog.models import Attachment, Block, Layout, MessageTemplate, Scheme
from workflows.models import Step

TRICKY = "“Ünïcode” 漢字 🔧 ' \" \\ %s %% $1 @@schema@@ @@changes@@"
"""What breaks quoting, templates of SQL and sloppy encodings."""

HTML = "<p>Beste {{ bedrijf.naam }},</p>\n<table><tr><td>é &amp; 漢</td></tr></table>"

TRICKY_TEXT = TRICKY.replace("'", "’")

PARTS_PER_PARENT = 3
NOTHING: Mapping[str, Any] = {}


class Pick:
    """A reference, to be filled in with an item that has these values."""

    def __init__(self, **values: Any) -> None:
        self.values = values


ALWAYS_SHOWN = {"visible_if_field": None, "visible_if_value": ""}
PLAIN: Mapping[str, Any] = {
    "options": [],
    "option_labels": {},
    "allows_other": False,
    "list_source": "",
    "unit": "",
    "decimals": None,
    "at_least": "",
    "at_most": "",
    "formula": "",
    "visible_when": "",
    "required_when": "",
    "valid_when": "",
    "valid_message": "",
    "is_required": False,
}
YES_NO = {**PLAIN, "options": ["Ja", "Nee"], "option_labels": {"Nee": TRICKY}, "allows_other": True}
NUMBER = {**PLAIN, "unit": "m²", "decimals": 2, "at_least": "1", "at_most": "9.5", "valid_when": ". != 7"}
NAMES_NOTHING = {"form": None, "email_template": None, "work_status": None, "free_field": None}
NO_VALUE = {"value": "", "work_type": None, "work_status": None, "payment_method": None}
RUNNING_SINCE = datetime(2026, 3, 1, tzinfo=UTC)

SHAPES: dict[type[Model], list[Mapping[str, Any]]] = {
    FreeField: [{"type": "dropdown", "values": ["Ja", "Nee", TRICKY]}, {"type": "date_time", "values": []}],
    DevicePolicy: [
        {**NO_VALUE, "value": TRICKY},
        {**NO_VALUE, "work_type": Pick()},
        {**NO_VALUE, "work_status": Pick()},
        {**NO_VALUE, "payment_method": Pick()},
    ],
    MessageTemplate: [
        {"kind": "email", "subject": "Afspraak {{ klant.naam }}", "body": HTML},
        {"kind": "sms", "subject": "", "body": "Tot zo"},
    ],
    Layout: [
        {"kind": "invoice", "header": HTML, "body": HTML, "footer": HTML},
        {"kind": "quotation", "header": "", "body": HTML, "footer": ""},
    ],
    Scheme: [
        {"kind": "invoice", "currency": "USD", "is_default": False, "layout": Pick(kind="invoice")},
        {"kind": "quotation", "currency": "EUR", "is_default": False, "layout": Pick(kind="quotation")},
    ],
    Form: [{"print_template": HTML}, {"print_template": ""}],
    Section: [
        {**ALWAYS_SHOWN, "visible_when": "", "repeats": False, "least_rows": None, "most_rows": None},
        {**ALWAYS_SHOWN, "visible_when": "today() > ''", "repeats": True, "least_rows": 1, "most_rows": 9},
    ],
    Field: [
        {"type": "radio", **YES_NO, "default_value": "Ja", **ALWAYS_SHOWN},
        {
            **PLAIN,
            "type": "text",
            "is_required": True,
            "default_value": TRICKY,
            "visible_when": "today() > '2020-01-01'",
            "required_when": f"today() > '{TRICKY_TEXT}'",
            **ALWAYS_SHOWN,
        },
        {**NUMBER, "type": "number", "default_value": "3.50", "valid_message": TRICKY, **ALWAYS_SHOWN},
        {**PLAIN, "type": "calculated", "formula": "1 + 1", "unit": "uur", "default_value": "", **ALWAYS_SHOWN},
        {**PLAIN, "type": "own_list", "list_source": "employees", "default_value": "", **ALWAYS_SHOWN},
    ],
    Step: [
        {"type": "predefined_form", **NAMES_NOTHING, "form": Pick()},
        {"type": "email", **NAMES_NOTHING, "email_template": Pick(kind="email")},
        {"type": "work_status", **NAMES_NOTHING, "work_status": Pick()},
        {"type": "free_fields", **NAMES_NOTHING, "free_field": Pick()},
        {"type": "customer", **NAMES_NOTHING},
    ],
    business.WorkOrder: [{"stage": "planned"}, {"stage": "picked_up", "picked_up_at": RUNNING_SINCE}],
    business.FilledForm: [{"questions": [], "answers": {}}],
    business.Invoice: [{"type": "debit", "state": "draft", "number": None, "finalised_at": None}],
}


def _text(word: str, field: Any, turn: int) -> str:
    if field.model is Attachment and field.name == "name":
        return f"{word} {turn} Ünïcode 漢字.pdf"
    text = f"{word} {field.name} {turn} {TRICKY}"
    if field.model is Block and field.name == "name":
        text = re.sub("[\"']", "", text)  # texts name it between braces
    return text[: field.max_length].strip() if field.max_length else f"{text}\n{'lang ' * 600}"


MAKERS: list[tuple[Any, Callable[[str, Any, int], Any]]] = [
    (models.EmailField, lambda word, field, turn: f"{word}{turn}@example.com"),
    (File, lambda word, field, turn: b64encode(f"{word} {turn} {TRICKY}".encode()).decode()),
    ((models.CharField, models.TextField), _text),
    (models.BinaryField, lambda word, field, turn: f"{word} {turn}".encode()),
    (models.BooleanField, lambda word, field, turn: bool((turn + len(field.name)) % 2)),
    (models.DecimalField, lambda word, field, turn: Decimal(turn % 90) + Decimal("0.25")),
    (models.IntegerField, lambda word, field, turn: turn + 1),
    (models.JSONField, lambda word, field, turn: []),
    (models.DateTimeField, lambda word, field, turn: datetime(2026, 1, 1 + turn % 28, tzinfo=UTC)),
    (models.DateField, lambda word, field, turn: date(2026, 1, 1 + turn % 28)),
]


class Filler:
    """Makes rows in the schema that it is used in. `word` stands in every text, so that two fillers never agree."""

    def __init__(self, word: str) -> None:
        self.word = word
        self._turns: Counter[type[Model]] = Counter()
        self._made: dict[type[Model], list[Any]] = defaultdict(list)

    def everything(self, count: int = 3) -> None:
        """Some items of every kind."""
        for kind in all_kinds():
            self.items(kind, count)

    def items(self, kind: Kind, count: int = 3) -> list[Item]:
        """New items of one kind, complete: parts at every depth, links, references to others and to their own parts.

        At least one of each shape.
        """
        return [self.item(kind) for _ in range(max(count, len(SHAPES.get(kind.root.model, ()))))]

    def item(self, kind: Kind, fixed: Mapping[str, Any] = NOTHING) -> Item:
        made: Any = self._row(kind.root.model, fixed)
        for link in kind.links:
            # Of its own kind one that holds nothing: no item stands in itself.
            is_inner = link.other_kind == kind.key
            linked = [self._row(type(made), {})] if is_inner else self._two_of(link.other_kind)
            self._link(kind, made, link.name, linked)
        self._parts_below(kind, kind.root, made)
        self._point_inside(kind, made)
        return made

    def alter(self, kind: Kind, item: Item) -> None:
        """Edit an item in every way at once: other values, a part less, a part more, another order, other links."""
        self._assign(item, self._values(type(item), {}))
        for link in kind.links:
            is_inner = link.other_kind == kind.key
            other = self._row(type(item), {}) if is_inner else self.item(all_kinds()[link.other_kind])
            self._link(kind, item, link.name, [other])
        clear_inside_references(kind, item)
        for part in kind.parts:
            if part.parent is kind.root:
                self._alter_parts(kind, part, item)
        self._point_inside(kind, item)

    def _link(self, kind: Kind, item: Any, name: str, others: list[Any]) -> None:
        """Link an item with others; where links follow from texts, its body names them."""
        if name in kind.root.declaration.links_in_texts:
            others = [] if vars(item).get("kind") == "sms" else others
            item.body = "\n".join([item.body, *(f"<p>{{{{ {BLOCK}.{other} }}}}</p>" for other in others)])
            item.save(update_fields=["body"])
        getattr(item, name).set(others)

    def daily_data(self, count: int = 2) -> None:
        """Customers, work orders, invoices and whatever else never travels, pointing at settings of this schema."""
        for model in tenant_models():
            if model in registry.excluded and model._meta.app_label == "business":
                for _ in range(count):
                    self._row(model, {})
        final = {"state": "final", "number": 1, "finalised_at": RUNNING_SINCE}
        business.Invoice.objects.filter(pk=self._made[business.Invoice][0].pk).update(**final)

    def _row(self, model: type[Model], fixed: Mapping[str, Any]) -> Any:
        made = model(**self._values(model, fixed))
        made.save()
        self._made[model].append(made)
        return made

    def _assign(self, row: Model, values: Mapping[str, Any]) -> None:
        for name, value in values.items():
            setattr(row, name, value)
        row.save()

    def _values(self, model: type[Model], fixed: Mapping[str, Any]) -> dict[str, Any]:
        turn = self._turns[model]
        self._turns[model] += 1
        shapes = [shape for shape in SHAPES.get(model, [{}]) if _agree(shape, fixed)]
        shape = {**shapes[turn % len(shapes)], **fixed}
        stated = {name: self._resolved(model, name, value, turn) for name, value in shape.items()}
        return {field.name: self._value(field, turn) for field in _to_fill(model) if field.name not in stated} | stated

    def _resolved(self, model: type[Model], name: str, value: Any, turn: int) -> Any:
        if not isinstance(value, Pick):
            return value
        target: Any = model._meta.get_field(name).related_model
        return self._one_of(target, turn, value.values)

    def _value(self, field: Any, turn: int) -> Any:
        if isinstance(field, ForeignKey):
            return None if field.related_model is field.model else self._one_of(field.related_model, turn, {})
        if field.choices:
            keys = [key for key, _label in field.flatchoices]
            return keys[turn % len(keys)]
        return next(maker for kind, maker in MAKERS if isinstance(field, kind))(self.word, field, turn)

    def _one_of(self, model: Any, turn: int, values: Mapping[str, Any]) -> Any:
        """One of the first two rows made here with these values; they are made when they are not there."""
        kind = all_kinds().by_key.get(model._meta.label_lower)
        while len(found := [row for row in self._made[model] if _agree(vars(row), values)]) < 2:
            self.item(kind, values) if kind else self._row(model, values)
        return found[turn % 2]

    def _two_of(self, kind_key: str) -> list[Any]:
        return [self._one_of(all_kinds()[kind_key].root.model, turn, {}) for turn in (0, 1)]

    def _parts_below(self, kind: Kind, above: Table, parent: Model) -> None:
        for part in kind.parts:
            if part.parent is above and _takes(parent, part):
                for number in range(1, PARTS_PER_PARENT + 1):
                    self._part(kind, part, parent, position=10 * number)  # gaps: only the order travels

    def _part(self, kind: Kind, part: Table, parent: Model, position: int) -> None:
        made = self._row(part.model, {part.parent_name: parent, "position": position})
        self._parts_below(kind, part, made)

    def _alter_parts(self, kind: Kind, part: Table, parent: Model) -> None:
        standing = part.model._default_manager.filter(**{part.parent_name: parent}).order_by("position")
        if not _takes(parent, part):
            standing.delete()
        if not standing.exists():
            self._parts_below(kind, part.parent, parent)
            return
        first, *rest = standing
        first.delete()
        for number, row in enumerate(reversed(rest), start=1):
            self._assign(row, self._values(part.model, {part.parent_name: parent, "position": 1000 + number}))
        self._part(kind, part, parent, position=2000)
        for below in kind.parts:
            if below.parent is part:
                self._alter_parts(kind, below, rest[0])

    def _point_inside(self, kind: Kind, item: Model) -> None:
        """Let the last part of each sort point at the first part that it may point at."""
        for table, column in inside_references(kind):
            asking = parts_of(table_named(kind, column.reference.table), item).filter(type="radio")
            target = asking.order_by("section__position", "position").first()
            assert target is not None
            # Not the section that it stands in, which would wait for itself.
            pointing = [part for part in parts_of(table, item) if part not in (target, target.section)][-1]
            self._assign(pointing, {column.name: target, "visible_if_value": "Ja"})


def _takes(parent: Model, part: Table) -> bool:
    """Whether there can be such parts of it: no file goes along with an SMS."""
    return part.model is not Attachment or vars(parent)["kind"] != "sms"


def _agree(row: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    return all(row.get(name, value) == value for name, value in values.items())


def _to_fill(model: type[Model]) -> list[Any]:
    left = ("id", "uid", "is_archived")
    return [f for f in model._meta.local_fields if f.name not in left and not isinstance(f, GeneratedField)]


def inside_references(kind: Kind) -> Iterator[tuple[Table, Any]]:
    """Every column of a kind that points at a part of the same item."""
    for table in kind.tables:
        for column in table.columns:
            if column.reference and column.reference.is_inside:
                yield table, column


def clear_inside_references(kind: Kind, item: Model) -> None:
    """Let no part of an item point at another."""
    for table, column in inside_references(kind):
        parts_of(table, item).update(**{column.name: None, "visible_if_value": ""})


def table_named(kind: Kind, name: str) -> Table:
    return next(table for table in kind.tables if table.table == name)


def parts_of(table: Table, item: Model) -> Any:
    """The rows of one part of an item, in the order in which people read them."""
    ups = [above.parent_name for above in table.path[:-1]]
    order = ["__".join([*ups[:depth], "position"]) for depth in reversed(range(len(ups)))]
    return table.model._default_manager.filter(**{"__".join(ups): item}).order_by(*order)
