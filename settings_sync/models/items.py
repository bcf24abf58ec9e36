"""The bases of every model whose rows travel: an item, and a part of an item."""

import uuid
from typing import Any

from django.db import models
from django.db.models import Case, F, Func, GeneratedField, Value, When
from django.utils.translation import gettext_lazy as _


class _Normalize(Func):
    """PostgreSQL's `normalize(text)`: NFC, so that two ways of writing é are one name."""

    function = "normalize"
    output_field = models.TextField()


class _Trim(Func):
    function = "btrim"
    output_field = models.TextField()


class _Lower(Func):
    function = "lower"
    output_field = models.TextField()


class NameKey(GeneratedField):
    """A stored column by which names are compared: trimmed, NFC, lower case; null when the row is archived.

    Put a deferrable UniqueConstraint on it (partial and expression uniques cannot be deferrable in PostgreSQL).
    """

    def __init__(self, source: str = "name", **kwargs: Any) -> None:
        self.source = source
        kwargs["expression"] = Case(
            When(is_archived=True, then=Value(None)),
            default=_Lower(_Normalize(_Trim(F(source)))),
            output_field=models.TextField(),
        )
        kwargs["output_field"] = models.TextField(null=True)
        kwargs["db_persist"] = True
        super().__init__(**kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        for made in ("expression", "output_field", "db_persist"):
            kwargs.pop(made, None)
        kwargs["source"] = self.source
        return name, path, args, kwargs


class Item(models.Model):
    """One setting that travels as a whole. `uid` is the same in every administration; the primary key is local."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    is_archived = models.BooleanField(_("archived"), default=False)

    class Meta:
        abstract = True


class Part(models.Model):
    """A row that belongs to an item and travels with it. `position` is local: only the order of parts travels."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        abstract = True
        ordering = ["position"]
