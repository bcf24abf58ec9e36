"""Which settings can be chosen: those that are not archived, and the one that stands there already."""

from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _

from reference_data.models import WorkType

Setting = TypeVar("Setting", bound=Model)


def choosable(model: type[Setting], chosen: int | None = None) -> "QuerySet[Setting]":
    """The settings of this kind that may be chosen; `chosen` is the key of the one in use, which may stay."""
    open_to_choice = Q(is_archived=False)
    if model is WorkType:
        open_to_choice &= Q(is_active=True)
    return model._default_manager.filter(open_to_choice | Q(pk=chosen))


def problems_of_choices(row: Model, former: dict[str, Any]) -> dict[str, list[str]]:
    """Messages per field about settings that cannot be chosen any more; `former` are the keys that may stay."""
    problems = {}
    for name, key in former.items():
        chosen = getattr(row, name)
        if chosen is None or chosen.pk == key:
            continue
        if chosen.is_archived or not getattr(chosen, "is_active", True):
            problems[name] = [_("“%(name)s” cannot be chosen any more. Choose another.") % {"name": chosen}]
    return problems
