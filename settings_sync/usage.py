"""Which documents of daily data are counted when a setting is used; declared in a `sync.py`, like what is excluded."""

from django.db.models import CASCADE, ForeignKey, Model

counted: dict[str, type[Model]] = {}


def count_usage(**documents: type[Model]) -> None:
    """Declare documents by the name under which they are counted, such as `work_orders=WorkOrder`."""
    counted.update(documents)


def document_column(model: type[Model], document: type[Model]) -> str | None:
    """The column by which a row of `model` tells its document: its own key, or that of the document it is a part of."""
    if model is document:
        return model._meta.pk.column
    for field in model._meta.local_fields:
        is_part = isinstance(field, ForeignKey) and field.remote_field.on_delete is CASCADE
        if is_part and field.related_model is document:
            return field.column
    return None
