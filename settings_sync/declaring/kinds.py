"""What the declarations come to: each kind of item as plain data, with its tables, columns, references and order.

A `Kind` is derived from the registry and from the models' own fields; nothing is stated twice. Reading and applying
write their SQL from it, planning never sees it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.apps import apps
from django.db.models import Field, ForeignKey, GeneratedField, JSONField, ManyToManyField, Model, UniqueConstraint
from django.utils.functional import Promise

from settings_sync.models.items import File, Item

from .options import Category, ModelSync
from .registry import Registry, registry
from .upgrades import DocumentUpgrade


@dataclass(frozen=True)
class Reference:
    """Where a foreign key points: the table, and whether that table is a part of the same item."""

    table: str
    kind: str
    is_inside: bool


@dataclass(frozen=True)
class Column:
    """One field that travels. `default` is the value at which the document omits it."""

    name: str
    column: str
    db_type: str
    default: Any
    label: str | Promise
    is_json: bool = False
    is_nullable: bool = False
    is_file: bool = False
    reference: Reference | None = None
    choices: tuple[tuple[Any, Any], ...] = ()


@dataclass(frozen=True)
class LocalColumn:
    """One field that stays; `value` gives what a new row starts with, None where the database fills it in."""

    field: Field  # type: ignore[type-arg]

    @property
    def column(self) -> str:
        return str(self.field.column)


@dataclass(frozen=True)
class Link:
    """A many-to-many field of an item: its own table, and the items at the other side."""

    name: str
    table: str
    own_column: str
    other_column: str
    other_table: str
    other_kind: str
    label: str | Promise


@dataclass(frozen=True, eq=False)
class Table:
    """One table of a kind: the item's own, or a part's."""

    model: type[Model]
    declaration: type[ModelSync]
    name: str
    table: str
    columns: tuple[Column, ...]
    local: tuple[LocalColumn, ...]
    parent: "Table | None" = None
    parent_column: str = ""
    parent_name: str = ""

    @property
    def label(self) -> str | Promise:
        return _given(self.model._meta.verbose_name)

    @cached_property
    def path(self) -> tuple["Table", ...]:
        """The tables from this one up to the item's own."""
        return (self, *self.parent.path) if self.parent else (self,)


@dataclass(frozen=True, eq=False)
class Kind:
    """One kind of item."""

    key: str
    category: Category
    label: str | Promise
    label_plural: str | Promise
    root: Table
    parts: tuple[Table, ...]
    links: tuple[Link, ...]
    natural_key: str
    item_label: str
    unique_columns: tuple[str, ...]

    @property
    def upgrades(self) -> tuple[DocumentUpgrade, ...]:
        """What became of the form of its documents, oldest first."""
        return self.root.declaration.upgrades

    @property
    def version(self) -> int:
        """The version of the documents that are written today."""
        return len(self.upgrades)

    @property
    def label_column(self) -> str:
        """The column with the name that people see."""
        return str(field_of(self.root.model, self.item_label).column)

    @property
    def tables(self) -> tuple[Table, ...]:
        return (self.root, *self.parts)

    def part(self, name: str) -> Table:
        """The part table of that name, such as "section"; KeyError when there is none."""
        return {table.name: table for table in self.tables}[name]


class Kinds:
    """All kinds in the order in which they can be written: what is pointed at comes first."""

    def __init__(self, source: Registry) -> None:
        self._registry = source
        self._by_root: dict[type[Model], Kind] = {}
        for model in self._ordered_roots():
            self._by_root[model] = self._derive(model)
        self.by_key = {kind.key: kind for kind in self._by_root.values()}

    def __iter__(self) -> Iterator[Kind]:
        return iter(self._by_root.values())

    def __getitem__(self, key: str) -> Kind:
        return self.by_key[key]

    @cached_property
    def categories(self) -> tuple[Category, ...]:
        """Each category once, in the order in which they are shown."""
        found = {kind.category.key: kind.category for kind in self}
        return tuple(sorted(found.values(), key=lambda category: (category.order, category.key)))

    def of(self, categories: set[str]) -> list[Kind]:
        """The kinds of these categories, in writing order."""
        return [kind for kind in self if kind.category.key in categories]

    def _ordered_roots(self) -> list[type[Model]]:
        roots = [model for model, declared in self._registry.declared.items() if declared.part_of is None]
        waiting = sorted(roots, key=lambda model: model._meta.label)
        done: list[type[Model]] = []
        while waiting:
            free = [model for model in waiting if not (self._needs(model) & set(waiting)) - {model}]
            # Where kinds point at each other, a key that may be empty for a while is filled in late.
            cut = [model for model in waiting if not written_before(self._registry, model) & set(waiting)]
            chosen = (free or cut or waiting)[0]
            done.append(chosen)
            waiting.remove(chosen)
        return done

    def _needs(self, root: type[Model]) -> set[type[Model]]:
        needed: set[type[Model]] = set()
        for model in (root, *self._parts_of(root)):
            declared = self._registry.declared[model]
            fields = [field_of(model, name) for name in (*declared.fields, *declared.links)]
            pointing = [field for field in fields if isinstance(field, (ForeignKey, ManyToManyField))]
            needed |= {field.related_model for field in pointing}
        return needed

    def _parts_of(self, parent: type[Model]) -> list[type[Model]]:
        """Every part below this model, each after its own parent."""
        found = []
        for model, declared in self._registry.declared.items():
            if declared.part_of and field_of(model, declared.part_of).related_model is parent:
                found += [model, *self._parts_of(model)]
        return found

    def _root_of(self, model: type[Model]) -> type[Model]:
        root: type[Model] = root_in(self._registry, model)
        return root

    def _derive(self, model: type[Model]) -> Kind:
        declared = self._registry.declared[model]
        tables = {model: self._table(model, None)}
        for part in self._parts_of(model):
            above = field_of(part, self._registry.declared[part].part_of or "").related_model
            tables[part] = self._table(part, tables[above])
        assert declared.category is not None and declared.natural_key is not None
        return Kind(
            key=model._meta.label_lower,
            category=declared.category,
            label=_given(model._meta.verbose_name),
            label_plural=_given(model._meta.verbose_name_plural),
            root=tables[model],
            parts=tuple(tables.values())[1:],
            links=tuple(self._link(model, name) for name in declared.links),
            natural_key=declared.natural_key,
            item_label=declared.label or declared.natural_key,
            unique_columns=unique_columns(model),
        )

    def _table(self, model: type[Model], parent: Table | None) -> Table:
        declared = self._registry.declared[model]
        up = field_of(model, declared.part_of) if declared.part_of else None
        return Table(
            model=model,
            declaration=declared,
            name=model._meta.model_name or "",
            table=model._meta.db_table,
            columns=tuple(self._column(model, name) for name in travelling_fields(model, declared)),
            local=tuple(LocalColumn(field_of(model, name)) for name in declared.local),
            parent=parent,
            parent_column=up.column if up else "",
            parent_name=up.name if up else "",
        )

    def _column(self, model: type[Model], name: str) -> Column:
        field = field_of(model, name)
        reference = None
        if isinstance(field, ForeignKey):
            target = self._root_of(field.related_model)
            inside = target is self._root_of(model) and field.related_model is not target
            reference = Reference(field.related_model._meta.db_table, target._meta.label_lower, inside)
        return Column(
            name=name,
            column=field.column,
            db_type="uuid" if reference else _db_type(field),
            default=None if field.null else _default(field),
            label=field.verbose_name,
            is_json=isinstance(field, JSONField),
            is_nullable=field.null,
            is_file=isinstance(field, File),
            reference=reference,
            choices=tuple(field.flatchoices or ()),
        )

    def _link(self, model: type[Model], name: str) -> Link:
        field = field_of(model, name)
        through = field.remote_field.through
        return Link(
            name=name,
            table=through._meta.db_table,
            own_column=through._meta.get_field(field.m2m_field_name()).column,
            other_column=through._meta.get_field(field.m2m_reverse_field_name()).column,
            other_table=field.related_model._meta.db_table,
            other_kind=field.related_model._meta.label_lower,
            label=field.verbose_name,
        )


def _given(words: str | Promise | None) -> str | Promise:
    """The words for a model, which Django gives where the model does not."""
    assert words is not None
    return words


def field_of(model: Any, name: str) -> Any:
    """A field of a model by name. What kind of field it is, the checks have made sure of."""
    return model._meta.get_field(name)


def written_before(source: Registry, root: type[Model]) -> set[Any]:
    """The other kinds that must be there first: what its links point at, and its keys that are never empty."""
    found = set()
    for model, declared in source.declared.items():
        if root_in(source, model) is not root:
            continue
        for name in (*declared.fields, *declared.links):
            field = field_of(model, name)
            if isinstance(field, ManyToManyField) or (isinstance(field, ForeignKey) and not field.null):
                found.add(root_in(source, field.related_model))
    return found - {root}


def root_in(source: Registry, model: Any) -> Any:
    """The model of the item that a declared part belongs to; an item's own model."""
    declared = source.declared.get(model)
    if declared is None or declared.part_of is None:
        return model
    return root_in(source, field_of(model, declared.part_of).related_model)


def travelling_fields(model: type[Model], declared: type[ModelSync]) -> tuple[str, ...]:
    """The declared fields; whether an item is archived always travels with it."""
    added = ("is_archived",) if issubclass(model, Item) and "is_archived" not in declared.fields else ()
    return (*declared.fields, *added)


def unique_columns(model: type[Model]) -> tuple[str, ...]:
    """The stored generated columns that are unique in an administration: `name_key`, `default_key` and the like."""
    generated = {field.name: field.column for field in model._meta.local_fields if isinstance(field, GeneratedField)}
    alone = [c.fields[0] for c in model._meta.constraints if isinstance(c, UniqueConstraint) and len(c.fields) == 1]
    return tuple(str(generated[name]) for name in alone if name in generated)


def _connection() -> Any:
    from django.db import connection

    return connection


def _db_type(field: Any) -> str:
    return str(field.cast_db_type(_connection()))


def _default(field: Any) -> Any:
    """The value at which a field is left out of a document; None stands for "never left out"."""
    return field.get_default() if field.has_default() or field.empty_strings_allowed else None


_derived: dict[int, Kinds] = {}
"""At most one, under the edition of the registry that it was derived from."""


def all_kinds() -> Kinds:
    """The kinds of every registered model; derived once, and anew after a test has declared another one."""
    if registry.edition not in _derived:
        kinds = Kinds(registry)
        _derived.clear()
        _derived[registry.edition] = kinds
    return _derived[registry.edition]


def tenant_models() -> list[type[Model]]:
    """Every model whose table lives in an administration's schema, many-to-many tables not included."""
    from django.conf import settings

    labels = {config.label for config in apps.get_app_configs() if config.name in settings.TENANT_APPS}
    return [model for model in apps.get_models() if model._meta.app_label in labels]
