"""What the values of a document must satisfy: the rules of its columns, of names, and of its catalog."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from settings_sync.declaring.kinds import Kind, Table, field_of
from settings_sync.planning.problems import Problem, added
from tenants.readable_names import problem_of_name

from .incoming import PARTS, UID, Problems

Body = Mapping[str, Any]


def problems_of_values(kind: Kind, body: Body, former: Body | None) -> Problems:
    """Messages per place about values that a column, or people, cannot have.

    What is as it was before stays out of it: rules may have become stricter since it was written.
    """
    problems: Problems = {}
    standing = dict(_rows(kind, former)) if former is not None else {}
    for (table, place, uid), row in _placed_rows(kind, body):
        was = standing.get((table, uid))
        for column in table.columns:
            value = row.get(column.name, column.default)
            is_kept = was is not None and was.get(column.name, column.default) == value
            if column.reference is None and value is not None and not is_kept:
                found = _problems_of_value(field_of(table.model, column.name), value)
                problems |= {f"{place}{column.name}": found} if found else {}
    return problems


def problems_of_catalog(kind: Kind, body: Body, former: Body | None) -> Problems:
    """Messages per place that the catalog has about a document, apart from what it had about the former one."""
    validate = kind.root.declaration.validate
    try:
        found = list(validate(body))
        if not found:
            return {}
        new = added(found, [] if former is None else validate(former))
    except (AttributeError, KeyError, TypeError, ValueError):
        # Rules are written for what an editor can make; what gets past the columns and still is none is no document.
        return {"": [_("The rules of this setting cannot read the document. Compare it with one that stands there.")]}
    problems: Problems = {}
    for problem in new:
        problems.setdefault(_place_of(kind, body, problem), []).append(str(problem))
    return problems


def _problems_of_value(field: Any, value: Any) -> list[str]:
    if isinstance(field, models.CharField) and not field.blank and not field.choices:
        problem = problem_of_name(value)
        if problem:
            return [problem]
    try:
        field.clean(value, None)
    except ValidationError as refused:
        return [str(message) for message in refused.messages]
    return []


def _placed_rows(kind: Kind, body: Body) -> Iterator[tuple[tuple[Table, str, str], Body]]:
    """Each row of a document with its table, its place in what was sent and its uid, which an item has none of."""
    yield (kind.root, "", ""), body
    for part in kind.parts:
        for number, row in enumerate(body.get(PARTS, {}).get(part.name, ())):
            yield (part, f"{PARTS}.{part.name}.{number}.", row[UID]), row


def _rows(kind: Kind, body: Body) -> Iterator[tuple[tuple[Table, str], Body]]:
    for (table, _place, uid), row in _placed_rows(kind, body):
        yield (table, uid), row


def _place_of(kind: Kind, body: Body, problem: str) -> str:
    """Where a problem of a catalog stands, by what it says to be about: the uid of a part, the name of a field."""
    words = set(_words_in(getattr(problem, "about", None)))
    for (table, place, uid), _row in _placed_rows(kind, body):
        names = [column.name for column in table.columns if column.name in words]
        if uid and uid in words:
            return f"{place}{names[0]}" if names else place[:-1]
    own = [column.name for column in kind.root.columns if column.name in words]
    return own[0] if own else ""


def _words_in(about: Any) -> Iterator[str]:
    if isinstance(about, str) and not isinstance(about, Problem):
        yield about
    elif isinstance(about, (tuple, frozenset)):
        for word in about:
            yield from _words_in(word)
