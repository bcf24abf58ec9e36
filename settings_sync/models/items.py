"""The bases of every model whose rows travel: an item, and a part of an item."""

import binascii
import hashlib
import uuid
from base64 import b64decode
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Case, F, Func, GeneratedField, Value, When
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


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


class File(models.TextField):  # type: ignore[type-arg]
    """The content of a file, in base64: so a document holds it as it holds any text, and everything that is done with
    documents is done with files. Their size is for the catalog to limit.

    People are told how large it is, and a checksum by which two of one size are told apart.
    """

    def clean(self, value: Any, model_instance: Any) -> Any:
        """Raises ValidationError for what is no base64."""
        cleaned = super().clean(value, model_instance)
        try:
            b64decode(cleaned, validate=True)
        except (binascii.Error, ValueError) as error:
            raise ValidationError(_("This is not a file in base64.")) from error
        return cleaned


def size_of_file(content: str) -> int:
    """How many bytes a file in base64 has."""
    return len(content) * 3 // 4 - content[-2:].count("=")


def file_in_words(content: str) -> str:
    """A file as people are told of it."""
    if not content:
        return ""
    mark = hashlib.sha256(content.encode()).hexdigest()[:6]
    return _("%(size)s (checksum %(mark)s)") % {"size": filesizeformat(size_of_file(content)), "mark": mark}


class Item(models.Model):
    """One setting that travels as a whole. `uid` is the same in every administration; the primary key is local."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    is_archived = models.BooleanField(gettext_lazy("archived"), default=False)

    class Meta:
        abstract = True


class Part(models.Model):
    """A row that belongs to an item and travels with it. `position` is local: only the order of parts travels."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    position = models.PositiveIntegerField(gettext_lazy("position"), default=0)

    class Meta:
        abstract = True
        ordering = ["position"]
