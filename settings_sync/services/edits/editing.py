"""What every edit of a setting shares, on whichever door: one transaction, its turn, refusals in words, uses."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import IntegrityError, connection, models, transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from settings_sync.engine.triggers import EDIT_LOCK
from settings_sync.exceptions import SettingForbidden
from settings_sync.models import Item
from settings_sync.services.assignments.forbidding import administration_of_schema, is_forbidden
from tenants.constraints import broken_by

from .keeping import keep_standing

EXAMPLES_SHOWN = 3

Locked = TypeVar("Locked", bound=Item)


class EditRefused(Exception):
    """Nothing was saved. `problems` holds messages per field; the empty key is for the whole."""

    def __init__(self, problems: Mapping[str, list[str]]) -> None:
        self.problems = problems
        super().__init__(" ".join(message for messages in problems.values() for message in messages))


class StillUsed(EditRefused):
    """A setting that others point at cannot be deleted; it can be archived."""


@dataclass(frozen=True)
class Use:
    """Rows of one kind that point at a setting: how many, and the first few by name."""

    label: str
    count: int
    examples: tuple[str, ...]

    def __str__(self) -> str:
        more = "…" if self.count > len(self.examples) else ""
        return f"{self.count} {self.label}: {', '.join(self.examples)}{more}"


@contextmanager
def editing(model: type[Item]) -> Iterator[None]:
    """One transaction around an edit of this model; what the database refuses becomes an EditRefused, in words.

    It waits for a sync or a migration of the administration before it holds anything that these need.
    """
    try:
        with transaction.atomic():
            wait_for_turn()
            yield
            # Deferred foreign keys would object at COMMIT only, when it is too late to say why.
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    except IntegrityError as error:
        raise refused_by_database(error) from error


def refused_by_database(error: IntegrityError) -> EditRefused:
    """What the database refused, as a refusal beside its field."""
    broken = broken_by(error)
    return EditRefused({broken.field: [broken.sentence]})


def wait_for_turn() -> None:
    """Take, before any row or table, the lock that an edit would take with its first statement (fencing.py)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s, hashtext(current_schema()))", [EDIT_LOCK])


def lock(item: Locked) -> Locked:
    """The row as it stands now, locked until the transaction ends; raises EditRefused when it is gone."""
    found = type(item)._default_manager.select_for_update().filter(pk=item.pk).first()
    if found is None:
        raise EditRefused({"": [_("“%(name)s” was deleted by somebody else.") % {"name": item}]})
    _refuse_forbidden(found)
    keep_standing(found)
    return found


def _refuse_forbidden(item: Item) -> None:
    """Raise EditRefused where a package of the main administration forbids that the item is edited here.

    Here, because every editor of every catalog locks what it is about to change, archive or delete.
    """
    administration = administration_of_schema()
    if administration is not None and is_forbidden(administration, item._meta.label_lower, item.uid):
        assert administration.parent is not None
        raise EditRefused({"": [SettingForbidden(name=item, main=administration.parent.name).detail]})


def refuse_when(problems: Mapping[str, list[str]]) -> None:
    """Raise EditRefused when there is any message."""
    found = {field: messages for field, messages in problems.items() if messages}
    if found:
        raise EditRefused(found)


def refuse_when_used(item: Item) -> None:
    """Raise StillUsed, naming what points at the item, unless nothing does."""
    uses = uses_of(item)
    if uses:
        reason = _("“%(name)s” is still used by %(uses)s. Archive it instead: then nobody can choose it any more.")
        raise StillUsed({"": [reason % {"name": item, "uses": "; ".join(map(str, uses))}]})


def uses_of(item: Item) -> list[Use]:
    """What points at the item and keeps it from being deleted, per kind."""
    found = []
    for field in _fields_pointing_at(type(item)):
        rows = field.model._base_manager.filter(**{field.name: item})
        count = rows.count()
        if count:
            label = _label_of(field.model, count)
            found.append(Use(label, count, tuple(str(row) for row in rows.order_by("pk")[:EXAMPLES_SHOWN])))
    return found


def count_uses(items: Collection[Item]) -> dict[int, int]:
    """How many rows point at each of these items, by primary key; 0 is left out."""
    counts: dict[int, int] = {}
    for field in _fields_pointing_at(type(next(iter(items)))) if items else ():
        rows = field.model._base_manager.filter(**{f"{field.name}__in": items}).values_list(field.attname)
        for key, count in rows.annotate(count=Count("pk")).order_by():
            counts[key] = counts.get(key, 0) + count
    return counts


def _fields_pointing_at(model: type[models.Model]) -> list["models.Field[Any, Any]"]:
    """Foreign keys, and the links that another item declares: a form that is shown for a work type uses it."""
    relations = (found for found in model._meta.get_fields(include_hidden=True) if found.auto_created)
    return [
        relation.field
        for relation in relations
        if isinstance(relation, models.ManyToManyRel)
        or (isinstance(relation, models.ManyToOneRel) and relation.on_delete is not models.CASCADE)
    ]


def _label_of(model: type[models.Model], count: int) -> str:
    return str(model._meta.verbose_name if count == 1 else model._meta.verbose_name_plural)
