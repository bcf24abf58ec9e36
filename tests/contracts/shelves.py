"""A kind that no catalog has, for declarations that are planted to be refused."""

from typing import Any

from django.core.checks import CheckMessage
from django.db import models
from django.db.models import Deferrable, Model

from settings_sync.declaring import checks
from settings_sync.declaring.options import Category, ModelSync
from tenants.rights import Right

SHELF = Category("shelf", "Shelf")


class ShelfRight(Right):
    READ = "shelf.read", "shelves: read"


class Declared(ModelSync):
    category = SHELF
    natural_key = "name"
    fields = ("name",)


def unique_name(name: str) -> models.UniqueConstraint:
    return models.UniqueConstraint(fields=["name_key"], deferrable=Deferrable.IMMEDIATE, name=name)


def ids(model: type[Model] | None = None) -> list[str]:
    """The numbers of what the checks refuse, of one model or of all."""
    found = checks.check_declarations()
    return [str(message.id) for message in found if model is None or message.obj is model]


def only(found: list[Any], number: str) -> CheckMessage:
    """The one message that there is, which has this number."""
    assert [message.id for message in found] == [f"settings_sync.{number}"], found
    message: CheckMessage = found[0]
    return message
