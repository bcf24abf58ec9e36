"""Checks of what one declaration says of its fields: each must be of a sort that the engine can read and write."""

from collections.abc import Iterator
from typing import Any

from django.contrib.contenttypes.fields import GenericForeignKey
from django.core.checks import Error
from django.db.models import (
    NOT_PROVIDED,
    DateTimeField,
    Field,
    GeneratedField,
    ManyToManyField,
    Model,
    UniqueConstraint,
)

from settings_sync.models.items import Item, NameKey
from settings_sync.planning.values import NAME_KEY

from .options import ModelSync
from .refusals import file_of, refused
from .registry import registry

ALWAYS_THE_SAME = (list, dict)
"""Callable defaults that are a value: what a JSON field cannot be given otherwise."""


def check_sorts(model: type[Model], declared: type[ModelSync]) -> Iterator[Error]:
    """Fields that are named in a place where a field of their sort cannot stand."""
    yield from _generic_keys(model, declared)
    yield from _fields(model, declared)
    yield from _links(model, declared)


def check_fields(model: type[Model], declared: type[ModelSync]) -> Iterator[Error]:
    """Fields of the right sort that could not be compared, recognised or begun with."""
    yield from _recognised_by(model, declared)
    yield from _name_key(model, declared)
    yield from _defaults(model, declared)
    yield from _local(model, declared)
    yield from _upgrades(model, declared)


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
