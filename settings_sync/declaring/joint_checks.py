"""Checks of what declarations come to together: parts of each other, kinds that need each other, one category twice."""

from collections.abc import Iterator
from typing import Any

from django.core.checks import Error
from django.db.models import Model

from tenants.rights import find_right

from .kinds import field_of, written_before
from .options import Category
from .refusals import file_of, refused
from .registry import registry


def check_parts(models: list[type[Model]]) -> Iterator[Error]:
    """Parts that are, at some height, part of themselves. While there are any, no other check can follow parts up."""
    shown: set[Any] = set()
    for model in models:
        circle = _circle(model)
        if circle and model not in shown:
            shown.update(circle)
            way = " → ".join(above._meta.label for above in (*circle, model))
            files = ", ".join(dict.fromkeys(file_of(registry.declared[above]) for above in circle))
            yield refused(model, 20, f"is a part of itself ({way}): no item holds it.", f"Open {files} (part_of).")


def _circle(model: Any) -> list[Any]:
    """The models from this one up until it comes again; empty when it does not."""
    way: list[Any] = []
    above = model
    while above in registry.declared and above not in way:
        way.append(above)
        above = _parent(above)
    return way if above is model else []


def _parent(model: Any) -> Any:
    part_of = registry.declared[model].part_of or ""
    known = {field.name for field in model._meta.get_fields()}
    return getattr(field_of(model, part_of), "related_model", None) if part_of in known else None


def check_order(models: list[type[Model]]) -> Iterator[Error]:
    """Kinds of which each would have to be written before the other."""
    shown: set[Any] = set()
    for model in models:
        circle = _needs_itself(model)
        if circle and model not in shown:
            shown.update(circle)
            way = " → ".join(needed._meta.label for needed in (*circle, model))
            files = ", ".join(dict.fromkeys(file_of(needed) for needed in circle))
            yield refused(
                model,
                21,
                f"needs what needs it ({way}): neither could be written first.",
                f"Open {files}; make one of the foreign keys null=True, or take one of the links away.",
            )


def _needs_itself(model: Any) -> list[Any]:
    """The shortest way from a kind over what it needs back to it; empty when there is none."""
    ways: list[list[Any]] = [[model]]
    seen: set[Any] = set()
    for way in ways:
        for needed in sorted(written_before(registry, way[-1]), key=lambda found: found._meta.label):
            if needed is model:
                return way
            if needed not in seen:
                seen.add(needed)
                ways.append([*way, needed])
    return []


def check_categories(models: list[type[Model]]) -> Iterator[Error]:
    """Categories that are made twice, or that nobody can be given the right to read."""
    first: dict[str, tuple[Category, type[Model]]] = {}
    for model in models:
        declared = registry.declared[model]
        category = declared.category
        if declared.part_of or category is None:
            continue
        if category.key not in first:
            first[category.key] = (category, model)
            yield from _right(model, category)
        elif category is not first[category.key][0]:
            other = first[category.key][1]
            yield refused(
                model,
                22,
                f"makes another category with the key {category.key!r} than {other._meta.label}.",
                f"Open {file_of(declared)}: import the category from {file_of(registry.declared[other])},"
                " or give it a key of its own.",
            )


def _right(model: type[Model], category: Category) -> Iterator[Error]:
    if find_right(f"{category.key}.read") is None:
        app = model._meta.app_config
        yield refused(
            model,
            23,
            f"is chosen under {category.key!r}, and no role can hold the right {category.key}.read:"
            " nobody could see or sync it.",
            f"Open {app.label if app else model._meta.app_label}/rights.py and register a Module with that right;"
            f" the key stands in {file_of(registry.declared[model])}.",
        )
