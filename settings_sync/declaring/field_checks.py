"""Checks of what one declaration says of its fields: each must be of a sort that the engine can read and write."""

from collections.abc import Iterator
from typing import Any

from django.contrib.contenttypes.fields import GenericForeignKey, GenericRelation
from django.core.checks import Error
from django.db.models import (
    NOT_PROVIDED,
    DateTimeField,
    Field,
    ForeignKey,
    GeneratedField,
    ManyToManyField,
    Model,
    UniqueConstraint,
)

from settings_sync.models.items import Item, NameKey
from settings_sync.planning.differences import PARTS
from settings_sync.planning.values import NAME_KEY

from .options import ModelSync
from .refusals import file_of, refused
from .registry import registry

HANDLED_BY_THE_ENGINE = {"id", "uid", "is_archived", "position"}
"""Fields of every item or part that no declaration names."""

ALWAYS_THE_SAME = (list, dict)
"""Callable defaults that are a value: what a JSON field cannot be given otherwise."""


def check_sorts(model: type[Model], declared: type[ModelSync]) -> Iterator[Error]:
    """Fields that are named in a place where a field of their sort cannot stand."""
    yield from _nameable(model, declared)
    yield from _generic_keys(model, declared)
    yield from _fields(model, declared)
    yield from _links(model, declared)


def check_fields(model: type[Model], declared: type[ModelSync]) -> Iterator[Error]:
    """Fields of the right sort that could not be compared, recognised or begun with."""
    yield from _recognised_by(model, declared)
    yield from _named_of_documents(model, declared)
    yield from _numbers_of_rows(model, declared)
    yield from _name_key(model, declared)
    yield from _defaults(model, declared)
    yield from _local(model, declared)
    yield from _upgrades(model, declared)


def _nameable(model: type[Model], declared: type[ModelSync]) -> Iterator[Error]:
    named = [*declared.fields, *declared.local, *declared.links]
    for name in dict.fromkeys(named):
        field: Any = model._meta.get_field(name)
        may_be_named = name == "is_archived" and name in declared.fields
        if name == declared.part_of or (name in HANDLED_BY_THE_ENGINE and not may_be_named):
            yield refused(
                model,
                33,
                f"names {name!r}, which a sync reads and writes by itself.",
                f"Open {file_of(declared)} and leave it out.",
            )
        elif name == PARTS and not declared.part_of:
            yield refused(
                model,
                33,
                f"has a field {name!r}: under that name a document keeps the parts of an item.",
                f"Open {file_of(model)} and give it another name.",
            )
        elif name not in declared.links and _is_written_elsewhere(field):
            yield refused(
                model,
                33,
                f"names {name!r}, which is no field of its own but what points at it.",
                f"Open {file_of(declared)} and leave it out; it is declared where it is written.",
            )
    for name in dict.fromkeys(declared.fields):
        if declared.fields.count(name) > 1:
            yield refused(model, 33, f"names {name!r} twice.", f"Open {file_of(declared)}.")


def _is_written_elsewhere(field: Any) -> bool:
    """Whether it is the other end of a key that stands in another table."""
    return isinstance(field, GenericRelation) or (field.auto_created and not field.concrete)


def _generic_keys(model: type[Model], declared: type[ModelSync]) -> Iterator[Error]:
    for key in model._meta.private_fields:
        if not isinstance(key, GenericForeignKey):
            continue
        pieces = {key.name, key.ct_field, key.fk_field} & {*declared.fields, *declared.links}
        if pieces:
            yield refused(
                model,
                30,
                f"lets pieces of the generic key {key.name!r} travel ({', '.join(sorted(pieces))}):"
                " the numbers in it mean another row in every administration.",
                f"Open {file_of(declared)} and put them in local; {file_of(model)} for a foreign key to what travels.",
            )


def _fields(model: type[Model], declared: type[ModelSync]) -> Iterator[Error]:
    for name in declared.fields:
        field: Any = model._meta.get_field(name)
        if isinstance(field, ManyToManyField):
            yield refused(
                model,
                26,
                f"names the many-to-many field {name!r} in fields: it has no column.",
                f"Open {file_of(declared)} and put it in links.",
            )
        elif isinstance(field, GeneratedField):
            yield refused(
                model,
                26,
                f"names the generated field {name!r} in fields: the database writes it by itself.",
                f"Open {file_of(declared)} and leave it out.",
            )


def _links(model: type[Model], declared: type[ModelSync]) -> Iterator[Error]:
    for name in declared.links:
        field: Any = model._meta.get_field(name)
        if not isinstance(field, ManyToManyField):
            yield refused(
                model,
                27,
                f"names {name!r} in links, which is no many-to-many field of its own.",
                f"Open {file_of(declared)}; what has a column belongs in fields.",
            )
        elif field.related_model in registry.declared and registry.declared[field.related_model].part_of:
            yield refused(
                model,
                27,
                f"links with {name!r} at parts; only items can be linked.",
                f"Open {file_of(model)} and point at the item.",
            )
        elif _has_own_rows(field):
            yield refused(
                model,
                27,
                f"links with {name!r} through a table with rows of its own, which would be written without them.",
                f"Open {file_of(model)} and leave through out, or make those rows parts of the item.",
            )


def _has_own_rows(field: Any) -> bool:
    """Whether the table between the two models is one that somebody wrote."""
    return not field.remote_field.through._meta.auto_created


def _recognised_by(model: type[Model], declared: type[ModelSync]) -> Iterator[Error]:
    for attribute, name in (("natural_key", declared.natural_key), ("part_key", declared.part_key)):
        if name in declared.local:
            yield refused(
                model,
                25,
                f"is recognised by {name!r}, its {attribute}, which stays: no other administration has it.",
                f"Open {file_of(declared)} and move {name!r} from local to fields.",
            )


def _named_of_documents(model: type[Model], declared: type[ModelSync]) -> Iterator[Error]:
    """What people read of an item, and what changes as one, is asked of documents: it must stand in them."""
    grouped = [name for group in declared.merge_together for name in group]
    named = [
        ("label", declared.label),
        ("part_key", declared.part_key),
        *(("merge_together", name) for name in grouped),
    ]
    for attribute, name in named:
        if not name or (attribute == "part_key" and name in declared.local):  # which is refused already
            continue
        if name not in declared.fields:
            yield refused(
                model,
                34,
                f"names {name!r} as {attribute}, which is not among its fields: no document has it.",
                f"Open {file_of(declared)} and name one of its fields.",
            )
        elif attribute == "label" and isinstance(model._meta.get_field(name), ForeignKey):
            yield refused(
                model,
                34,
                f"names {name!r} as label, which is the number of a row and no text.",
                f"Open {file_of(declared)} and name a field that people can read.",
            )
    for name in dict.fromkeys(grouped):
        if grouped.count(name) > 1:
            yield refused(
                model,
                34,
                f"lets {name!r} change as one with two groups of fields.",
                f"Open {file_of(declared)} and make one group of them.",
            )


def _numbers_of_rows(model: type[Model], declared: type[ModelSync]) -> Iterator[Error]:
    """Rows are found and pointed at by the number that each administration gives them."""
    if model._meta.pk is None or model._meta.pk.column != "id":
        yield refused(
            model,
            35,
            "has another primary key than id, by which its rows are found.",
            f"Open {file_of(model)} and leave primary_key out.",
        )
    for name in (*declared.fields, declared.part_of):
        field: Any = model._meta.get_field(name) if name else None
        if not isinstance(field, ForeignKey) or isinstance(field.related_model, str):
            continue
        if not field.target_field.primary_key:
            yield refused(
                model,
                35,
                f"points with {name!r} at {field.target_field.name!r} of a row and not at its id.",
                f"Open {file_of(model)} and leave to_field out.",
            )
        elif name == declared.part_of and field.null:
            yield refused(
                model,
                35,
                f"may be without {name!r}: a part of nothing would be in no document.",
                f"Open {file_of(model)} and leave null=True out.",
            )


def _name_key(model: type[Model], declared: type[ModelSync]) -> Iterator[Error]:
    if not issubclass(model, Item) or declared.part_of or declared.natural_key is None:
        return
    keys = [field for field in model._meta.local_fields if field.column == NAME_KEY and isinstance(field, NameKey)]
    unique = [tuple(c.fields) for c in model._meta.constraints if isinstance(c, UniqueConstraint)]
    if not any(key.source == declared.natural_key and (key.name,) in unique for key in keys):
        yield refused(
            model,
            24,
            f"has no unique {NAME_KEY} of {declared.natural_key!r}: two items of one name would not be noticed,"
            " and every item would pass for archived.",
            f'Open {file_of(model)} and add {NAME_KEY} = NameKey("{declared.natural_key}")'
            f' with UniqueConstraint(fields=["{NAME_KEY}"], deferrable=Deferrable.IMMEDIATE, …).',
        )


def _defaults(model: type[Model], declared: type[ModelSync]) -> Iterator[Error]:
    for name in (*declared.fields, *declared.local):
        field: Any = model._meta.get_field(name)
        if isinstance(field, Field) and not _is_fixed(field):
            yield refused(
                model,
                28,
                f"computes the default of {name!r}: what is left out of a document would come back as another value.",
                f"Open {file_of(model)} and give it a fixed default, list or dict; let who makes the row fill it in.",
            )


def _is_fixed(field: Any) -> bool:
    if getattr(field, "db_default", NOT_PROVIDED) is not NOT_PROVIDED:
        return False
    return not callable(field.default) or field.default in (*ALWAYS_THE_SAME, NOT_PROVIDED)


def _local(model: type[Model], declared: type[ModelSync]) -> Iterator[Error]:
    for name in declared.local:
        field: Any = model._meta.get_field(name)
        if isinstance(field, ManyToManyField | GeneratedField) or field.column is None:
            yield refused(
                model,
                29,
                f"names {name!r} in local, which has no column that a new row could start with.",
                f"Open {file_of(declared)}: a many-to-many field is a link, a generated one is left out.",
            )
        elif _is_fixed(field) and not _has_start(field):
            yield refused(
                model,
                29,
                f"keeps {name!r} local without a default: a row that a sync adds would have no value there.",
                f"Open {file_of(model)} and give it a default, or null=True.",
            )


def _has_start(field: Any) -> bool:
    if field.null or (isinstance(field, DateTimeField) and (field.auto_now or field.auto_now_add)):
        return True
    return field.get_default() is not None


def _upgrades(model: type[Model], declared: type[ModelSync]) -> Iterator[Error]:
    """Upgrades on a part, where nobody looks for them, and names that they would take away again and again."""
    hint = f"Open {file_of(declared)}"
    if declared.part_of and declared.upgrades:
        yield refused(model, 31, "is a part and declares upgrades: documents are of items.", f"{hint} and its item's.")
        return
    tables = {str(part._meta.model_name): told for part, told in registry.declared.items() if told.part_of}
    for upgrade in declared.upgrades:
        part, name = upgrade.gone or ("", "")
        told = tables.get(part) if part else declared
        if told and name in (*told.fields, *told.links):
            yield refused(
                model,
                31,
                f"has a field {name!r} again, which an upgrade took away: what is pinned there would go with it.",
                f"{hint} and give the new field another name.",
            )
