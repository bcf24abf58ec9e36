"""Making, editing, archiving and deleting the other shared settings. Every refusal is an EditRefused, per field."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import ForeignKey
from django.utils.translation import gettext as _

from accounts.models import User
from catalog_kit.editing import editing, lock, refuse_when, refuse_when_moved, refuse_when_used, values_of
from settings_sync.models import Item
from sync_ledger.edits import record_edits
from tenants.models import Administration
from tenants.permissions import NotAllowed
from tenants.readable_names import problems_of_names

from .models import DevicePolicy, FreeField, HourType, VatRate, WorkType
from .permissions import may_create_reference_data, may_delete_reference_data, may_update_reference_data
from .rights import ReferenceDataRight
from .rules import (
    problems_of_device_policy,
    problems_of_free_field,
    problems_of_hour_type,
    problems_of_vat_rate,
    problems_of_work_type,
)

Rule = Callable[[Mapping[str, Any]], dict[str, list[str]]]

RULES: dict[type[Item], Rule] = {
    FreeField: problems_of_free_field,
    DevicePolicy: problems_of_device_policy,
    HourType: problems_of_hour_type,
    VatRate: problems_of_vat_rate,
    WorkType: problems_of_work_type,
}
NOT_EDITED = ("id", "uid", "name_key")


def create_item(
    *, acting_user: User, administration: Administration, model: type[Item], values: Mapping[str, Any]
) -> Item:
    """A new setting of this kind, from values per field."""
    if not may_create_reference_data(acting_user, administration):
        raise NotAllowed(ReferenceDataRight.CREATE)
    item = model(**values)
    _refuse_problems(item, {})
    with editing(model):
        item.save()
        record_edits(acting_user=acting_user, item=item, before={}, after=values_for_log(item))
    return item


def update_item(
    *,
    acting_user: User,
    administration: Administration,
    item: Item,
    values: Mapping[str, Any],
    seen: str | None = None,
) -> Item:
    """Change fields of a setting. `seen` is the fingerprint of what the editor was looking at."""
    if not may_update_reference_data(acting_user, administration):
        raise NotAllowed(ReferenceDataRight.UPDATE)
    with editing(type(item)):
        locked = lock(item)
        before = values_for_log(locked)
        refuse_when_moved(seen, before)
        used = {name: getattr(locked, name) for name in _fields_of(locked)}
        for name, value in values.items():
            setattr(locked, name, value)
        _refuse_problems(locked, used)
        locked.save()
        record_edits(acting_user=acting_user, item=locked, before=before, after=values_for_log(locked))
    return locked


def archive_item(*, acting_user: User, administration: Administration, item: Item) -> Item:
    """Take a setting out of every choice; what uses it keeps it."""
    return _set_archived(acting_user, administration, item, True)


def unarchive_item(*, acting_user: User, administration: Administration, item: Item) -> Item:
    """Bring an archived setting back; refused when another one has its name or code by now."""
    return _set_archived(acting_user, administration, item, False)


def delete_item(*, acting_user: User, administration: Administration, item: Item) -> None:
    """Delete a setting that nothing uses; raises StillUsed with what does."""
    if not may_delete_reference_data(acting_user, administration):
        raise NotAllowed(ReferenceDataRight.DELETE)
    with editing(type(item)):
        locked = lock(item)
        refuse_when_used(locked)
        record_edits(acting_user=acting_user, item=locked, before=values_for_log(locked), after={})
        locked.delete()


def values_for_log(item: Item) -> dict[str, Any]:
    """The fields of a setting as people read them."""
    return values_of(item, _fields_of(item))


def problems_of(item: Item) -> dict[str, list[str]]:
    """Messages per field about a setting by itself."""
    rule = RULES.get(type(item))
    return rule({name: getattr(item, name) for name in _fields_of(item)}) if rule else {}


def _fields_of(item: Item) -> list[str]:
    return [field.name for field in item._meta.concrete_fields if field.name not in NOT_EDITED]


def _refuse_problems(item: Item, used: Mapping[str, Any]) -> None:
    refuse_when(problems_of_names(item) | problems_of(item) | _problems_of_choices(item, used))


def _problems_of_choices(item: Item, used: Mapping[str, Any]) -> dict[str, list[str]]:
    """An archived setting may stay where it is but not be chosen."""
    names = [field.name for field in item._meta.concrete_fields if isinstance(field, ForeignKey)]
    chosen = {name: found for name in names if (found := getattr(item, name)) is not None}
    return {
        name: [_("“%(name)s” is archived. Choose another.") % {"name": found}]
        for name, found in chosen.items()
        if found.is_archived and found != used.get(name)
    }


def _set_archived(acting_user: User, administration: Administration, item: Item, value: bool) -> Item:
    if not may_update_reference_data(acting_user, administration):
        raise NotAllowed(ReferenceDataRight.UPDATE)
    with editing(type(item)):
        locked = lock(item)
        before = values_for_log(locked)
        locked.is_archived = value
        locked.save(update_fields=["is_archived"])
        record_edits(acting_user=acting_user, item=locked, before=before, after=values_for_log(locked))
    return locked
