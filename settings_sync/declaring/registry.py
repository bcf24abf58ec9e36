"""Which models travel. Only `<app>/sync.py` files register here, and each is found like an `admin.py`."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from django.db.models import Model

from .options import ModelSync

Declared = TypeVar("Declared", bound=type[ModelSync])


class AlreadyRegistered(Exception):
    """A model was declared twice."""


class Registry:
    """Every declaration: the models that travel, and those that do not, each with its reason.

    `edition` is another number after each change: what was derived from an earlier edition is out of date.
    """

    def __init__(self) -> None:
        self.edition = 0
        self.declared: dict[type[Model], type[ModelSync]] = {}
        self.excluded: dict[type[Model], str] = {}

    def register(self, model: type[Model]) -> Callable[[Declared], Declared]:
        """Class decorator: `@register(Form) class FormSync(ModelSync)`. Raises AlreadyRegistered."""

        def decorate(declaration: Declared) -> Declared:
            self._refuse_second(model, f"{declaration.__module__}.{declaration.__qualname__}")
            self.declared[model] = declaration
            self.edition += 1
            return declaration

        return decorate

    def exclude(self, *models: type[Model], reason: str) -> None:
        """State that these models never travel, and why. Raises AlreadyRegistered, or ValueError without a reason."""
        if not reason.strip():
            raise ValueError("Say why these models never travel.")
        for model in models:
            self._refuse_second(model, f"exclude({model.__name__})")
            self.excluded[model] = reason
        self.edition += 1

    def _refuse_second(self, model: type[Model], second: str) -> None:
        first = self.declared.get(model)
        if first is not None:
            where = f"{first.__module__}.{first.__qualname__}"
            raise AlreadyRegistered(f"{model._meta.label} is declared by {where} already; {second} came second.")
        if model in self.excluded:
            raise AlreadyRegistered(
                f"{model._meta.label} is excluded already ({self.excluded[model]}); {second} came second."
            )

    def withdraw(self, model: type[Model]) -> None:
        """Forget what was declared about a model, so that a test may declare something else."""
        self.declared.pop(model, None)
        self.excluded.pop(model, None)
        self.edition += 1

    @contextmanager
    def changed_for_test(self) -> Iterator["Registry"]:
        """Undo every declaration made or withdrawn inside the block: the door for tests that plant one."""
        declared = dict(self.declared)
        excluded = dict(self.excluded)
        try:
            yield self
        finally:
            self.declared = declared
            self.excluded = excluded
            self.edition += 1


registry = Registry()
register = registry.register
exclude = registry.exclude
