"""System checks of the declarations: what is not declared well is refused at start, and told which file to open."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db.models import (
    CASCADE,
    SET_DEFAULT,
    SET_NULL,
    Field,
    ForeignKey,
    GeneratedField,
    ManyToManyField,
    Model,
)

from settings_sync.models.items import Item, Part

from .field_checks import HANDLED_BY_THE_ENGINE, check_fields, check_sorts
from .joint_checks import check_categories, check_order, check_parts
from .kinds import root_in, tenant_models
from .options import ModelSync
from .refusals import file_of, refused
from .registry import registry

NEVER = object()
"""What a constraint that knows no deferring says of it: it looks at one row alone."""


@register(Tags.models)
def check_declarations(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Every check below, over every model of every tenant app."""
    messages: list[CheckMessage] = [*_shared_and_tenant()]
    declared_models = [model for model in tenant_models() if model in registry.declared]
    circles = [*check_parts(declared_models)]
    if circles:
        return [*messages, *circles]
    for model in tenant_models():
        declared = registry.declared.get(model)
        misplaced = [*_table_of_its_own(model)]
        if misplaced or model._meta.proxy:
            messages += misplaced
        elif declared is not None:
            messages += _declared_model(model, declared)
        elif model in registry.excluded:
            messages += _excluded_model(model)
        else:
            messages.append(_unclassified(model))
    if not messages:
        messages += check_order(declared_models)
    return [*messages, *check_categories(declared_models)]


def _file(model: type[Model]) -> str:
    return f"{model._meta.app_label}/sync.py"


def _shared_and_tenant() -> Iterator[Error]:
    for app in set(settings.SHARED_APPS) & set(settings.TENANT_APPS):
        yield Error(
            f"{app} stands in SHARED_APPS and in TENANT_APPS: its empty tables in an administration"
            " would hide the shared ones.",
            hint="Keep it in one of the two lists in config/settings.py.",
            id="settings_sync.E001",
        )


def _unclassified(model: type[Model]) -> Error:
    return refused(
        model,
        2,
        "is neither declared nor excluded: would a sync carry it or not?",
        f"Open {_file(model)} and either @register({model.__name__}) or exclude({model.__name__}, reason=…).",
    )


def _table_of_its_own(model: type[Model]) -> Iterator[Error]:
    """Documents, triggers and rights go by tables: a row that stands in two would be half a setting in each."""
    hint = f"Open {file_of(model)} and give {model.__name__} a table of its own; an abstract model shares fields."
    is_declared = model in registry.declared
    if model._meta.proxy:
        if is_declared:
            yield refused(model, 32, "is a proxy: the table that it shares is declared by the model behind it.", hint)
        return
    for parent in model._meta.parents:
        if is_declared or parent in registry.declared:
            yield refused(model, 32, f"has its rows in two tables, that of {_label(parent)} as well.", hint)
    if is_declared and not model._meta.managed:
        yield refused(model, 32, "is not managed: no migration would make its table in an administration.", hint)


def _declared_model(model: type[Model], declared: type[ModelSync]) -> list[Error]:
    found = [*_named_fields_exist(model, declared)] or [*check_sorts(model, declared)]
    if found:
        return found
    return [
        *check_fields(model, declared),
        *_every_field_classified(model, declared),
        *_shape(model, declared),
        *_references(model, declared),
        *_defaults(model, declared),
        *_unique_keys(model),
    ]


def _names(declared: type[ModelSync]) -> list[str]:
    single = [declared.part_of, declared.part_key, declared.natural_key, declared.label]
    grouped = [name for group in declared.merge_together for name in group]
    return [*declared.fields, *declared.local, *declared.links, *grouped, *(name for name in single if name)]


def _named_fields_exist(model: type[Model], declared: type[ModelSync]) -> Iterator[Error]:
    known = {field.name for field in model._meta.get_fields()}
    for name in dict.fromkeys(_names(declared)):
        if name not in known:
            yield refused(model, 3, f"has no field {name!r}.", f"Open {_file(model)}; {declared.__name__} names it.")


def _every_field_classified(model: type[Model], declared: type[ModelSync]) -> Iterator[Error]:
    stated = {*declared.fields, *declared.local, *declared.links, declared.part_of}
    for field in _own_fields(model):
        if field.name in stated or field.name in HANDLED_BY_THE_ENGINE or isinstance(field, GeneratedField):
            continue
        yield refused(
            model,
            4,
            f"does not say whether {field.name!r} travels.",
            f"Open {_file(model)} and put it in fields, local or links of {declared.__name__}.",
        )
    for name in set(declared.fields) & set(declared.local):
        yield refused(model, 5, f"says of {name!r} that it travels and that it stays.", f"Open {_file(model)}.")


def _own_fields(model: type[Model]) -> list[Any]:
    return [*model._meta.local_fields, *model._meta.local_many_to_many]


def _shape(model: type[Model], declared: type[ModelSync]) -> Iterator[Error]:
    hint = f"Open {_file(model)} and the model."
    if declared.part_of is None:
        if not issubclass(model, Item):
            yield refused(model, 6, "is declared as an item but is no settings_sync.models.Item.", hint)
        if declared.category is None or declared.natural_key is None:
            yield refused(model, 7, "needs a category and a natural_key.", hint)
        return
    up = model._meta.get_field(declared.part_of)
    if not issubclass(model, Part):
        yield refused(model, 6, "is declared as a part but is no settings_sync.models.Part.", hint)
    if not isinstance(up, ForeignKey) or up.related_model not in registry.declared:
        yield refused(model, 8, f"is part of {declared.part_of!r}, which is no foreign key to a declared model.", hint)
    if declared.links:
        yield refused(model, 9, "is a part and declares links; only items can.", hint)


def _references(model: type[Model], declared: type[ModelSync]) -> Iterator[Error]:
    for field in _own_fields(model):
        if not isinstance(field, ForeignKey | ManyToManyField) or field.name == declared.part_of:
            continue
        if field.name not in (*declared.fields, *declared.links):
            continue
        target = field.related_model
        is_own_kind = root_in(registry, target) is root_in(registry, model)
        if target not in registry.declared:
            yield refused(
                model,
                10,
                f"points with {field.name!r} at {_label(target)}, which never travels.",
                f"Open {_file(model)}.",
            )
        elif registry.declared[target].part_of and not is_own_kind:
            yield refused(
                model,
                11,
                f"points with {field.name!r} at a part of another item; point at the item.",
                "Open the model.",
            )
        elif isinstance(field, ForeignKey) and not field.null and is_own_kind:
            yield refused(
                model, 12, f"points with {field.name!r} into its own kind, so it must be nullable.", "Open the model."
            )
        elif isinstance(field, ForeignKey) and field.remote_field.on_delete in (CASCADE, SET_NULL, SET_DEFAULT):
            yield refused(
                model,
                13,
                f"would change by itself when what {field.name!r} points at is deleted.",
                "Use on_delete=PROTECT or RESTRICT in the model.",
            )


def _label(model: type[Model]) -> str:
    return str(model._meta.label)


def _defaults(model: type[Model], declared: type[ModelSync]) -> Iterator[Error]:
    for name in declared.fields:
        field: Any = model._meta.get_field(name)
        if isinstance(field, Field) and field.null and field.has_default() and field.get_default() is not None:
            yield refused(
                model,
                14,
                f"has a nullable field {name!r} with a default: absent and empty would look alike in a document.",
                "Give the model's field no default, or make it not null.",
            )


def _unique_keys(model: type[Model]) -> Iterator[Error]:
    for constraint in model._meta.constraints:
        # An exclusion constraint is one too, of a sort that only PostgreSQL knows.
        if getattr(constraint, "deferrable", NEVER) is None:
            yield refused(
                model,
                15,
                f"has the unique constraint {constraint.name!r}, which cannot be deferred:"
                " values could not be swapped.",
                "Make it deferrable; use a stored generated column instead of a condition or an expression.",
            )
    for names in model._meta.unique_together:
        yield refused(
            model,
            15,
            f"has unique_together on {', '.join(names)}, which cannot be deferred: values could not be swapped.",
            f"Open {file_of(model)} and use a deferrable UniqueConstraint instead.",
        )
    for field in model._meta.local_fields:
        if field.unique and not field.primary_key and field.name != "uid":
            yield refused(
                model, 15, f"has a unique field {field.name!r}.", "Use a deferrable UniqueConstraint instead."
            )


def _excluded_model(model: type[Model]) -> Iterable[Error]:
    for field in _own_fields(model):
        target = field.related_model
        if not isinstance(field, ForeignKey) or target not in registry.declared:
            continue
        if registry.declared[target].part_of:
            yield refused(
                model,
                16,
                f"points with {field.name!r} at a part; daily data may point at items only.",
                "Open the model.",
            )
        if field.remote_field.on_delete in (CASCADE, SET_NULL, SET_DEFAULT):
            yield refused(
                model,
                17,
                f"would be changed when the setting behind {field.name!r} is deleted.",
                "Use on_delete=PROTECT, RESTRICT or DO_NOTHING in the model.",
            )
