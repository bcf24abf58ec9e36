"""Every rule of the database has a sentence in the words of people, in both languages, and no screen shows its name."""

from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models
from django.utils import translation
from django.utils.translation import gettext_lazy

from catalog_kit.editing import refused_by_database
from reference_data.models import WorkType
from settings_sync.exceptions import RuleBroken
from tenants import constraints
from tenants.constraints import broken_by, broken_rule, own_words
from tenants.schemas import inside
from tests.conftest import make_administration

EVERY_CONSTRAINT = """
    SELECT owner.relname, found.conname
    FROM pg_constraint found JOIN pg_class owner ON owner.oid = found.conrelid
    WHERE found.contype IN ('c', 'f', 'p', 'u', 'x')
      AND owner.relnamespace IN (current_schema()::regnamespace, 'public'::regnamespace)
    UNION
    SELECT owner.relname, unique_index.relname
    FROM pg_index found
    JOIN pg_class owner ON owner.oid = found.indrelid
    JOIN pg_class unique_index ON unique_index.oid = found.indexrelid
    WHERE found.indisunique AND owner.relnamespace IN (current_schema()::regnamespace, 'public'::regnamespace)
"""


@pytest.fixture
def administration(db: None) -> Any:
    return make_administration("Van Dijk")


def every_constraint() -> list[tuple[str, str]]:
    """The table and the name of each one in the entered administration and in the shared schema, of our own tables."""
    ours = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    with connection.cursor() as cursor:
        cursor.execute(EVERY_CONSTRAINT)
        return sorted((table, name) for table, name in cursor.fetchall() if table in ours)


def test_every_constraint_has_a_sentence_without_its_name_in_both_languages(administration: Any):
    with inside(administration):
        found = every_constraint()
    assert len(found) > 300
    sentences: dict[str, dict[Any, str]] = {"en": {}, "nl": {}}
    for language, told in sentences.items():
        with translation.override(language):
            told.update(
                {(table, name): broken.sentence for table, name in found if (broken := broken_rule(table, name))}
            )
    assert [rule for rule in found if rule not in sentences["en"]] == []
    assert [rule for rule in found if sentences["en"][rule] == sentences["nl"][rule]] == []
    assert [name for (_table, name), words in sentences["nl"].items() if name in words or not words.endswith(".")] == []


def test_a_sentence_is_about_a_constraint_that_there_is(administration: Any):
    with inside(administration):
        names = {name for _table, name in every_constraint()}
    assert set(own_words()) <= names


def test_a_constraint_without_a_sentence_is_noticed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(constraints, "own_words", dict)
    assert broken_rule("reference_data_worktype", "reference_data_worktype_takes_time") is None


def test_a_check_of_more_than_one_thing_says_nothing_by_itself(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(constraints, "own_words", dict)
    assert broken_rule("settings_sync_assignment", "settings_sync_assignment_to_one") is None


def test_a_check_that_breaks_is_told_beside_its_field(administration: Any):
    with inside(administration), translation.override("en"), pytest.raises(IntegrityError) as broken:
        WorkType.objects.create(name="Onderhoud", default_minutes=0)
    with translation.override("en"):
        assert refused_by_database(broken.value).problems == {"default_minutes": ["Work takes at least one minute."]}


@pytest.mark.parametrize(
    ("row", "field", "words"),
    [
        ({"name": " "}, "name", "“Name” is empty. Fill it in."),
        ({"name": "Onderhoud", "default_minutes": -1}, "default_minutes", "cannot be below zero"),
        ({"name": "Onderhoud", "description": None}, "description", "“Description” is empty. Fill it in."),
        ({"name": "STORING"}, "name", "Another one has this name already."),
    ],
)
def test_what_a_constraint_says_by_itself_needs_no_sentence(administration: Any, row: Any, field: str, words: str):
    with inside(administration):
        WorkType.objects.create(name="Storing")
        with pytest.raises(IntegrityError) as error:
            WorkType.objects.create(**row)
    with translation.override("en"):
        broken = broken_by(error.value)
    assert broken.field == field
    assert words in broken.sentence


def test_a_form_of_django_says_the_same(administration: Any):
    with inside(administration), translation.override("en"), pytest.raises(Exception) as refused:
        WorkType(name="Onderhoud", default_minutes=0).validate_constraints()
    assert "Work takes at least one minute." in str(refused.value)
    assert "reference_data_" not in str(refused.value)


def test_a_rule_without_words_is_never_named():
    rule = models.CheckConstraint(condition=models.Q(pk__gt=0), name="some_app_some_rule")
    assert "some_app_some_rule" not in rule.get_violation_error_message()


def test_a_run_tells_a_broken_rule_in_the_language_of_its_reader():
    refused = RuleBroken(
        fact="violates check", table="reference_data_worktype", rule="reference_data_worktype_takes_time"
    )
    with translation.override("nl"):
        assert "Werk duurt minstens één minuut." in refused.detail


def test_words_are_kept_until_they_are_read():
    assert all(isinstance(words, type(gettext_lazy(""))) for _field, words in own_words().values())
