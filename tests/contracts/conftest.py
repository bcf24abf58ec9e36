"""Filling an administration costs more than looking at it, so a database stands for a whole module here."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db.models import Model

from settings_sync.declaring import checks
from settings_sync.declaring.options import ModelSync
from settings_sync.declaring.registry import Registry, registry
from tenants import rights
from tests.contracts.shelves import ShelfRight


@pytest.fixture
def db(standing: None) -> None:
    """Instead of pytest-django's: no transaction around each test, and nothing is rolled back."""


@pytest.fixture
def open_registry() -> Iterator[Registry]:
    """The registry, whose changes are undone after the test."""
    with registry.changed_for_test() as changed:
        yield changed


@pytest.fixture
def plant(open_registry, monkeypatch):
    """Let the checks see these models only, declared or excluded as told; returns what they say."""
    monkeypatch.setitem(rights._registered, "shelf", rights.Module(999, "Shelves", ShelfRight))

    def planted(*declared: tuple[type[Model], type[ModelSync]], excluded: tuple[type[Model], ...] = ()) -> list[Any]:
        for model, declaration in declared:
            open_registry.declared[model] = declaration
        for model in excluded:
            open_registry.excluded[model] = "daily data"
        monkeypatch.setattr(checks, "tenant_models", lambda: [*(model for model, _ in declared), *excluded])
        return checks.check_declarations()

    return planted


@pytest.fixture
def planted(plant):
    """As `plant`, for the numbers alone."""
    return lambda *declared, **more: [message.id for message in plant(*declared, **more)]
