"""The rules of the database in the words of people: one sentence for every constraint of every app.

Most constraints say by themselves what they ask: a name that is unique, a text that is not empty, a key that points at
something. The sentences of the others stand in `constraint_words.py` of the app that has them. They are not Django's
`violation_error_message`, because that is part of a migration, and nobody migrates administrations for a word.
"""

import importlib
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.db import IntegrityError, models
from django.db.models.fields.related import ForeignKey
from django.utils.functional import Promise
from django.utils.module_loading import module_has_submodule
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

NOT_NULL = "23502"
FOREIGN_KEY = "23503"

AT_ONCE = gettext_lazy("Somebody else just saved something that clashes with this. Nothing was saved: try again.")
POINTS_NOWHERE = gettext_lazy("Somebody else changed what this points at, or what points at this. Nothing was saved.")
UNKNOWN = gettext_lazy("The database refused this. Nothing was saved: look over what you filled in, and try again.")


@dataclass(frozen=True)
class Broken:
    """What a constraint asks, and the field of the model that it is about; "" for the row as a whole."""

    sentence: str
    field: str = ""


def broken_by(error: IntegrityError) -> Broken:
    """Return what the database refused, in the reader's language. It never holds the name of a constraint."""
    told = getattr(error.__cause__, "diag", None)
    if told is None:
        return Broken(str(UNKNOWN))
    if getattr(error.__cause__, "sqlstate", None) == NOT_NULL:
        return _empty(told.table_name, told.column_name)
    return broken_rule(told.table_name or "", told.constraint_name or "") or Broken(str(UNKNOWN))


def broken_rule(table: str, constraint: str) -> Broken | None:
    """Return what a constraint of a table asks; None when nobody wrote a sentence for it."""
    field, sentence = own_words().get(constraint, ("", ""))
    if sentence:
        return Broken(str(sentence), field)
    model = _models().get(table)
    if model is None:
        return None
    declared = next((rule for rule in model._meta.constraints if rule.name == constraint), None)
    return _of_declared(model, declared) if declared is not None else _of_column(model, constraint)


def speak_in_forms() -> None:
    """Let the validation of Django's forms and of the admin say the same sentences, instead of a constraint's name."""

    def in_words(rule: models.BaseConstraint) -> str:
        tables = (table for table, model in _models().items() if rule.name in _names_of(model))
        broken = broken_rule(next(tables, ""), rule.name)
        return broken.sentence if broken else str(UNKNOWN)

    models.BaseConstraint.get_violation_error_message = in_words  # type: ignore[assignment, method-assign]


@cache
def own_words() -> dict[str, tuple[str, Promise | str]]:
    """The field and the sentence of each constraint for which an app wrote them, by the name of the constraint."""
    words: dict[str, tuple[str, Promise | str]] = {}
    for app in apps.get_app_configs():
        if module_has_submodule(app.module, "constraint_words"):
            words |= importlib.import_module(f"{app.name}.constraint_words").WORDS
    return words


@cache
def _models() -> dict[str, Any]:
    return {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}


def _names_of(model: Any) -> list[str]:
    return [rule.name for rule in model._meta.constraints]


def _of_declared(model: Any, rule: models.BaseConstraint) -> Broken | None:
    if isinstance(rule, models.UniqueConstraint):
        fields = [model._meta.get_field(name) for name in rule.fields]
        key = next((field for field in fields if hasattr(field, "source")), None)
        # A key made of a name (`settings_sync.models.NameKey`) is about that name; any other is set by the product.
        return _taken(model._meta.get_field(key.source)) if key is not None else Broken(str(AT_ONCE))
    lookup, value = _asked(getattr(rule, "condition", None)) or ("", "")
    name, _dunder, how = str(lookup).partition("__")
    if how == "regex" and value == r"\S":
        return _empty(model._meta.db_table, name)
    if how == "in":
        return Broken(
            _("Choose one of the list for “%(field)s”.") % {"field": _label(model._meta.get_field(name))}, name
        )
    return None


def _asked(condition: Any) -> tuple[str, Any] | None:
    """The one thing that a condition asks, however deep it stands; None where it asks more, or the reverse."""
    while isinstance(condition, models.Q) and len(condition.children) == 1 and not condition.negated:
        (condition,) = condition.children
    return condition if isinstance(condition, tuple) else None


def _of_column(model: Any, constraint: str) -> Broken | None:
    """What belongs to one column, whose constraint the database or Django named after the table and the column."""
    for field in model._meta.concrete_fields:
        if not constraint.startswith(f"{model._meta.db_table}_{field.column}"[:40]):
            continue
        if constraint.endswith("_check"):
            words = _("“%(field)s” cannot be below zero.") % {"field": _label(field)}
            return Broken(words, field.name)
        if isinstance(field, ForeignKey) and "_fk" in constraint:
            return Broken(str(POINTS_NOWHERE))
        if field.unique and not field.primary_key and field.editable:
            return _taken(field)
    is_key = constraint.endswith(("_pkey", "_key", "_uniq"))
    return Broken(str(AT_ONCE)) if is_key else Broken(str(POINTS_NOWHERE)) if "_fk" in constraint else None


def _taken(field: Any) -> Broken:
    words = _("Another one has this %(field)s already. Choose another.") % {"field": field.verbose_name}
    return Broken(words, field.name)


def _empty(table: str, column: str) -> Broken:
    model = _models().get(table)
    field = next((one for one in model._meta.concrete_fields if one.column == column), None) if model else None
    if field is None:
        return Broken(str(UNKNOWN))
    return Broken(_("“%(field)s” is empty. Fill it in.") % {"field": _label(field)}, field.name)


def _label(field: Any) -> str:
    words = str(field.verbose_name)
    return words[:1].upper() + words[1:]
