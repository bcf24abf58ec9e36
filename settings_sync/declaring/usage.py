"""Which documents of daily data are counted when a setting is used; declared in a `sync.py`, like what is excluded."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import CASCADE, ForeignKey, Model
from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Document:
    """A kind of document that is counted while it is open, which it is while `column` has one of these values.

    `words` is a plural form with one `%d`, such as `ngettext_lazy("%d open work order", "%d open work orders")`.
    """

    model: type[Model]
    column: str
    open_values: tuple[str, ...]
    words: Any


counted: dict[str, Document] = {}


def count_usage(**documents: Document) -> None:
    """Declare documents by the name under which they are counted, such as `work_orders=Document(WorkOrder, …)`."""
    counted.update(documents)


def in_words(used: Mapping[str, int]) -> list[tuple[str, str]]:
    """(name, words) of what is used, such as “12 open work orders”; what is not used is left out."""
    return [(name, str(document.words % used[name])) for name, document in counted.items() if used.get(name)]


def using_in_words(used: Mapping[str, int]) -> list[tuple[str, str]]:
    """(name, words) of what uses something that a sync changes, such as “12 open work orders use this; they do not
    change”."""
    stays = _("uses this; it does not change"), _("use this; they do not change")
    return [(name, f"{words} {stays[0] if used[name] == 1 else stays[1]}") for name, words in in_words(used)]


def document_column(model: type[Model], document: type[Model]) -> str | None:
    """The column by which a row of `model` tells its document: its own key, or that of the document it is a part of."""
    if model is document:
        return model._meta.pk.column
    for field in model._meta.local_fields:
        is_part = isinstance(field, ForeignKey) and field.remote_field.on_delete is CASCADE
        if is_part and field.related_model is document:
            return field.column
    return None
