"""What brings a schema to the head, where something else than migrations stands in the way."""

import pytest
from django.db.migrations.exceptions import MigrationSchemaMissing
from django.db.migrations.recorder import MigrationRecorder

from tenants.schema_upgrades import migrate_schema
from tenants.template_schema import create_empty_schema


def test_a_list_of_migrations_that_another_process_made_meanwhile_is_used(db: None, monkeypatch: pytest.MonkeyPatch):
    ensure_schema = MigrationRecorder.ensure_schema
    refused: list[bool] = []

    def lose_the_race(self: MigrationRecorder) -> None:
        ensure_schema(self)
        if not refused:
            refused.append(True)
            raise MigrationSchemaMissing("relation already exists")

    monkeypatch.setattr(MigrationRecorder, "ensure_schema", lose_the_race)
    monkeypatch.setattr("tenants.schema_upgrades.all_migrations", frozenset)
    create_empty_schema("a_raced")
    migrate_schema("a_raced")
    assert refused


def test_one_that_cannot_be_made_is_an_error(db: None, monkeypatch: pytest.MonkeyPatch):
    def refuse(self: MigrationRecorder) -> None:
        raise MigrationSchemaMissing("no room")

    monkeypatch.setattr(MigrationRecorder, "ensure_schema", refuse)
    create_empty_schema("a_refused")
    with pytest.raises(MigrationSchemaMissing, match="no room"):
        migrate_schema("a_refused")
