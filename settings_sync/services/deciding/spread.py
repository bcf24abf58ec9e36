"""How a question is spread: which value how many administrations have, who changed it there, and when."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from settings_sync.engine.reading.edits import LoggedEdit, latest_of, read_edits
from settings_sync.models import Change, Document, Plan
from settings_sync.planning.differences import flatten
from settings_sync.planning.lists import field_path
from settings_sync.services.previews.previewing import ChangePreview, FieldPreview, preview_changes

NAMED = 5
FIELDS = 20
"""Of how many fields it is told; a form may have thousands."""


@dataclass(frozen=True)
class Holder:
    """An administration with a value; `change_id` leads to its page, and `edit` tells who last changed it there."""

    change_id: int
    name: str
    edit: LoggedEdit | None
    is_here: bool


@dataclass(frozen=True)
class SpreadValue:
    """One value in words, and the administrations that have it; some of them by name."""

    words: str
    number: int
    holders: tuple[Holder, ...]

    @property
    def more(self) -> int:
        return self.number - len(self.holders)

    @property
    def is_here(self) -> bool:
        return any(holder.is_here for holder in self.holders)

    @property
    def logged(self) -> list[Holder]:
        """The administrations of which is known who changed it there."""
        return [holder for holder in self.holders if holder.edit]


@dataclass(frozen=True)
class Spread:
    """A field that both sides changed: the main's value with who changed it, and every other value."""

    label: str
    source: str
    base: str
    source_edit: LoggedEdit | None
    values: tuple[SpreadValue, ...]
    total: int


def spread_of(plan: Plan, change: Change, preview: ChangePreview, others: Sequence[Change]) -> list[Spread]:
    """Per field that both sides changed, which values there are; a fixed number of queries, however many ask the same.

    `others` are the changes of the same item where the same is asked.
    """
    paths = {field_path(path) for path, _side in change.conflicts}
    fields = {}
    for place in preview.places:
        for field in place.fields:
            if field.path in paths:
                label = " › ".join(filter(None, (place.trail, place.title, field.label)))
                fields[field.path] = (label, field)
    if not fields:
        return []
    changes = [change, *others]
    places = [row.plan_target.administration for row in changes]
    schemas = [administration.schema_name for administration in places if not administration.is_gone]
    edits = read_edits([plan.administration.schema_name, *schemas], change.kind, change.uid)
    words = _words(plan, changes, preview)
    names = part_names(_bodies(changes))
    return [
        _spread(plan, changes, label, field, words, edits, _names_at(path, names))
        for path, (label, field) in islice(fields.items(), FIELDS)
    ]


def same_values(change: Change, others: Sequence[Change]) -> list[Change]:
    """Those of the other changes whose administrations have the same values where both sides changed something."""
    digests = {bytes(row.local_digest) for row in [change, *others] if row.local_digest is not None}
    bodies = dict(Document.objects.filter(digest__in=digests).values_list("digest", "body"))
    values = {bytes(digest): flatten(body) for digest, body in bodies.items()}
    paths = [field_path(path) for path, _side in change.conflicts]
    ours = _at(values, change, paths)
    return [other for other in others if paths and ours == _at(values, other, paths)]


def _at(values: Mapping[bytes, Mapping[str, Any]], change: Change, paths: Sequence[str]) -> list[Any]:
    found = values.get(bytes(change.local_digest), {}) if change.local_digest is not None else {}
    return [found.get(path) for path in paths]


def _words(plan: Plan, changes: Sequence[Change], preview: ChangePreview) -> dict[bytes, dict[str, FieldPreview]]:
    """Per local document the fields in words; administrations with equal documents are worked out once."""
    # From the end, so that of equal ones the first is kept: the change of the page, worded already.
    firsts = {bytes(row.local_digest): row for row in reversed(changes) if row.local_digest is not None}
    first = preview.change
    rest = [row for row in firsts.values() if row.pk != first.pk]
    found = [preview, *(preview_changes(plan, rest) if rest else [])]
    return {
        bytes(one.change.local_digest): {field.path: field for place in one.places for field in place.fields}
        for one in found
        if one.change.local_digest is not None
    }


def _spread(
    plan: Plan,
    changes: Sequence[Change],
    label: str,
    field: FieldPreview,
    words: Mapping[bytes, Mapping[str, FieldPreview]],
    edits: Mapping[str, Sequence[LoggedEdit]],
    names: frozenset[str],
) -> Spread:
    name = field.path.rsplit("/", 1)[-1]
    by_value: dict[str, list[Change]] = defaultdict(list)
    for change in changes:
        shown = words.get(bytes(change.local_digest or b""), {}).get(field.path)
        by_value[shown.local if shown else ""].append(change)
    values = [_value(value, holders, changes[0], edits, name, names) for value, holders in by_value.items()]
    return Spread(
        label=label,
        source=field.source,
        base=field.base,
        source_edit=latest_of(edits.get(plan.administration.schema_name, []), name, names),
        values=tuple(sorted(values, key=lambda value: (-value.number, value.words))),
        total=len(changes),
    )


def _value(
    words: str,
    changes: Sequence[Change],
    here: Change,
    edits: Mapping[str, Sequence[LoggedEdit]],
    field: str,
    names: frozenset[str],
) -> SpreadValue:
    # The administration of the page first: it is never among those left out.
    shown = sorted(changes, key=lambda change: change is not here)[:NAMED]
    holders = (
        Holder(
            change.pk,
            change.plan_target.administration.name,
            latest_of(edits.get(change.plan_target.administration.schema_name, []), field, names),
            change is here,
        )
        for change in shown
    )
    return SpreadValue(words, len(changes), tuple(holders))


def _bodies(changes: Sequence[Change]) -> list[Mapping[str, Any]]:
    stored = [digest for row in changes for digest in (row.base_digest, row.source_digest, row.local_digest)]
    digests = {bytes(digest) for digest in stored if digest}
    return list(Document.objects.filter(digest__in=digests).values_list("body", flat=True))


def _names_at(path: str, known: Mapping[tuple[str, str], frozenset[str]]) -> frozenset[str]:
    steps = path.split("/")
    return known.get((steps[0], steps[1]), frozenset()) if len(steps) == 3 else frozenset()


def part_names(bodies: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], frozenset[str]]:
    """Every text of a part in these documents, by part and uid: its names are among them, as the log has them."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for body in bodies:
        for part, rows in body.get("parts", {}).items():
            for row in rows:
                found[part, row["uid"]].update(v.replace("/", "⁄") for v in row.values() if isinstance(v, str))
    return {key: frozenset(names) for key, names in found.items()}
