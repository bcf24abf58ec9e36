"""The oracle's documents as rows of the catalogs' own tables: written by Django's ORM, and read back by it."""

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction

from tenants.models import Administration
from tenants.schemas import inside

from .catalog import KINDS, Kind, PartKind
from .documents import Document, Key, part_values
from .worlds import Items

ABOVE = {"section": "form", "field": "section", "step": "workflow"}


def write(administration: Administration, edits: Iterable[tuple[Key, Document | None, Document | None]]) -> None:
    """Make items that read as the first document read as the second; None is absent. All at once, as one edit."""
    with inside(administration), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for key, before, after in edits:
            _write_item(KINDS[key[0]], key[1], before, after)


def _write_item(kind: Kind, uid: str, before: Document | None, after: Document | None) -> None:
    rows = apps.get_model(kind.key).objects
    if after is None:
        rows.filter(uid=uid).delete()
        return
    values = {name: _stored(kind.references, name, after[name]) for name in ("is_archived", *kind.values)}
    values = {_column(kind.references, name): value for name, value in values.items()}
    if before is None:
        rows.create(uid=uid, **values)
    elif any(before[name] != after[name] for name in ("is_archived", *kind.values)):
        rows.filter(uid=uid).update(**values)
    _write_links(kind, uid, before, after)
    for part in reversed(kind.parts):
        _remove_parts(part, before or {}, after)
    for part in kind.parts:
        _write_parts(kind, part, uid, before or {}, after)


def _write_links(kind: Kind, uid: str, before: Document | None, after: Document) -> None:
    for link, other in kind.links.items():
        if after[link] != (before[link] if before else frozenset()):
            item = apps.get_model(kind.key).objects.get(uid=uid)
            getattr(item, link).set(apps.get_model(other).objects.filter(uid__in=after[link]))


def _remove_parts(part: PartKind, before: Document, after: Document) -> None:
    gone = set(before.get(f"{part.name}/order", ())) - set(after[f"{part.name}/order"])
    if gone:
        apps.get_model(part.table).objects.filter(uid__in=gone).delete()


def _write_parts(kind: Kind, part: PartKind, uid: str, before: Document, after: Document) -> None:
    rows, above = apps.get_model(part.table).objects, ABOVE[part.name]
    item = apps.get_model(kind.key).objects.get(uid=uid).pk if not part.above else None
    is_moved = before.get(f"{part.name}/order") != after[f"{part.name}/order"]
    for position, part_uid in enumerate(after[f"{part.name}/order"], start=1):
        values = part_values(after, part, part_uid)
        is_new = f"{part.name}/{part_uid}" not in before
        if not is_new and not is_moved and values == part_values(before, part, part_uid):
            continue
        owner = item if item is not None else _local_key(f"forms_catalog.{above}", values.pop(above))
        row = {_column(part.references, name): _stored(part.references, name, v) for name, v in values.items()}
        row |= {f"{above}_id": owner, "position": position}
        if is_new:
            rows.create(uid=part_uid, **row)
        else:
            rows.filter(uid=part_uid).update(**row)


def _column(references: Any, name: str) -> str:
    return f"{name}_id" if name in references else name


def _stored(references: Any, name: str, value: Any) -> Any:
    if name in references:
        return _local_key(references[name], value) if value else None
    return list(value) if isinstance(value, tuple) else value


def _local_key(model: str, uid: str) -> int:
    return int(apps.get_model(model).objects.values_list("pk", flat=True).get(uid=uid))


def read(administration: Administration) -> tuple[Items, dict[Key, int]]:
    """Every item of the oracle's kinds, and the local key of each."""
    with inside(administration):
        items: Items = {}
        keys: dict[Key, int] = {}
        for kind in KINDS.values():
            for row in _rows(kind.key, [*kind.values, "is_archived"], kind.references):
                items[kind.key, row["uid"]] = _document(kind, row)
                keys[kind.key, row["uid"]] = row["pk"]
            _read_links(kind, items)
            _read_parts(kind, items)
        return items, keys


def _rows(model: str, names: Iterable[str], references: Any, *more: str, order: tuple[str, ...] = ()) -> list[dict]:
    columns = {name: f"{name}__uid" if name in references else name for name in names}
    found = apps.get_model(model).objects.order_by(*order).values("pk", "uid", *columns.values(), *more)
    return [
        {"pk": row["pk"], "uid": str(row["uid"]), **{n: _plain(row[c]) for n, c in columns.items()}}
        | {name: _plain(row[name]) for name in more}
        for row in found
    ]


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(value)
    return value if value is None or isinstance(value, bool | int) else str(value)


def _document(kind: Kind, row: dict[str, Any]) -> Document:
    values = {name: row[name] for name in ("is_archived", *kind.values)}
    return values | {link: frozenset() for link in kind.links} | {f"{part.name}/order": () for part in kind.parts}


def _read_links(kind: Kind, items: Items) -> None:
    model: type[models.Model] = apps.get_model(kind.key)
    for link in kind.links:
        for uid, other in model.objects.exclude(**{link: None}).values_list("uid", f"{link}__uid"):  # type: ignore[attr-defined]
            document = items[kind.key, str(uid)]
            document[link] = document[link] | {str(other)}


def _read_parts(kind: Kind, items: Items) -> None:
    for part in kind.parts:
        owner = "section__form__uid" if part.above else f"{ABOVE[part.name]}__uid"
        order = ("section__position", "position") if part.above else ("position",)
        more = [owner, "section__uid"] if part.above else [owner]
        names = [name for name in part.values if name != part.above]
        for row in _rows(part.table, names, part.references, *more, order=order):
            document, path = items[kind.key, row[owner]], f"{part.name}/{row['uid']}"
            document[path] = True
            document.update({f"{path}/{name}": row[name] for name in names})
            if part.above:
                document[f"{path}/{part.above}"] = row["section__uid"]
            document[f"{part.name}/order"] += (row["uid"],)
