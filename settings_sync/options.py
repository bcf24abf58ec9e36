"""How a catalog declares what travels: `Category`, `ModelSync`, and the words they use."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Category:
    """What an administrator chooses to sync as one: `key` is fixed and appears in the API, `label` is translated."""

    key: str
    label: Any
    order: int = 100


class Removed(models.TextChoices):
    """What becomes of a child's item when the main administration has removed it and the policy is not to keep it."""

    ARCHIVE = "archive", _("archive")
    DELETE = "delete", _("delete")


class ModelSync:
    """Declares how one model travels. Subclass it in `<app>/sync.py` and decorate it with `@register(Model)`.

    For an item:
        category        the Category it is chosen under (required; a part inherits its item's)
        natural_key     the field by which people recognise an item; unique among items that are not archived
        label           the field shown to people (default: natural_key)
        links           many-to-many fields that this item declares; soft, never followed backwards
        removed         what "removed in the source" may do at most (Removed.ARCHIVE by default)
    For a part:
        part_of         the foreign key to the item, or to the part above it
        part_key        the field by which a part without a common uid is recognised among its siblings, or None
    For both:
        fields          the fields that travel, in the order in which people read them; foreign keys to items, or to
                        parts of the same item, travel as uids
        local           the fields that stay: each administration has its own value; a new row gets the field's default
        merge_together  groups of fields that change as one, such as ("type", "options", "default")

    `validate(document)` is pure and returns messages about a document that no catalog would accept; an item whose merge
    fails it is held with that reason.
    """

    category: ClassVar[Category | None] = None
    natural_key: ClassVar[str | None] = None
    label: ClassVar[str | None] = None
    fields: ClassVar[tuple[str, ...]] = ()
    local: ClassVar[tuple[str, ...]] = ()
    links: ClassVar[tuple[str, ...]] = ()
    part_of: ClassVar[str | None] = None
    part_key: ClassVar[str | None] = None
    removed: ClassVar[Removed] = Removed.ARCHIVE
    merge_together: ClassVar[tuple[tuple[str, ...], ...]] = ()

    @classmethod
    def validate(cls, document: Mapping[str, Any]) -> list[str]:
        """Messages about a document that must not be written; none when it is fine. Pure: no database, no clock."""
        return []
