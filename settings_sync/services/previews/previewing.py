"""A plan as people read it: per change the fields that differ, in the words of the screen."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from settings_sync.declaring.kinds import Kind, Table, all_kinds
from settings_sync.engine.reading.composed import shape_of
from settings_sync.models import Change, Document, Plan
from settings_sync.planning.differences import Difference, differences
from settings_sync.planning.pairing import with_uids
from settings_sync.planning.values import NeededBy
from settings_sync.planning.verdicts import Verdict
from settings_sync.services.plans.plans import snapshot_labels
from settings_sync.wording.wording import column_of, column_of_table, needed_by_in_words, value_in_words, why_planned

LONG_TEXT = 120
"""Characters from which a value is shown as a text of its own."""


@dataclass(frozen=True)
class FieldPreview:
    """One field: its label and its values in words; `path` and `raw` are for programs.

    `is_text` for a text of any length, which may hold markup; a name or a code is read as it is written.
    """

    path: str
    label: str
    base: str
    source: str
    local: str
    result: str
    raw: Difference
    is_long: bool = False
    is_text: bool = False

    @property
    def is_changed(self) -> bool:
        """Whether the sync writes this field."""
        return bool(self.raw.local != self.raw.result)


@dataclass(frozen=True)
class PlacePreview:
    """The fields of the item itself (no title), or of one part, such as “field CO-gehalte”; `trail` is above it."""

    part: str
    title: str
    status: str
    trail: str = ""
    fields: list[FieldPreview] = field(default_factory=list)


@dataclass(frozen=True)
class ChangePreview:
    """One change with its reason and its places."""

    change: Change
    kind_label: str
    reason: str
    needed_by: list[str]
    places: list[PlacePreview]


def preview_changes(
    plan: Plan, changes: Iterable[Change], known: Mapping[str, str] | None = None
) -> list[ChangePreview]:
    """Changes as people read them; a fixed number of queries, however many changes there are.

    `known` gives the names, by uid, of what the main administration does not have.
    """
    rows = list(changes)
    bodies = _bodies(rows)
    labels = {**(known or {}), **snapshot_labels(plan)}
    return [_preview(change, bodies, labels, undoes=plan.is_undo) for change in rows]


def differences_of(changes: Iterable[Change]) -> dict[int, list[Difference]]:
    """The differing paths of each change, by the change's id; what stands the same in many places is compared once."""
    rows = list(changes)
    bodies = _bodies(rows)
    made: dict[Hashable, list[Difference]] = {}
    found = {}
    for change in rows:
        # By what happened as well: what was held after all brings nothing, whatever was planned.
        same = (change.verdict, change.action, change.happened, *_digests_of(change))
        if same not in made:
            made[same] = _differences(change, bodies)
        found[change.pk] = made[same]
    return found


def _bodies(changes: list[Change]) -> dict[bytes, Mapping[str, Any]]:
    digests = {digest for change in changes for digest in _digests_of(change)}
    found = Document.objects.filter(digest__in=digests - {None}).values_list("digest", "body")
    return {bytes(digest): body for digest, body in found}


def _digests_of(change: Change) -> tuple[bytes | None, ...]:
    """Of the documents that a change is about: base, source, local, result."""
    digests = (change.base_digest, change.source_digest, change.local_digest, change.result_digest)
    return tuple(bytes(digest) if digest is not None else None for digest in digests)


def _differences(change: Change, bodies: Mapping[bytes, Mapping[str, Any]]) -> list[Difference]:
    # Equal, gone, or shown as a whole: there are no two sides to set beside each other.
    if change.verdict in (Verdict.REJOINED, Verdict.ALREADY_EQUAL, Verdict.GONE, Verdict.REMOVED_IN_SOURCE):
        return []

    base, source, local, result = _documents(change, bodies)
    result = result if change.outcome.brings_content else None
    return differences(base=base, source=source, local=local, result=result)


def _documents(change: Change, bodies: Mapping[bytes, Mapping[str, Any]]) -> list[Mapping[str, Any] | None]:
    """Base, source, local and result."""
    found = [bodies.get(digest or b"") for digest in _digests_of(change)]
    return [None if body is None else with_uids_to_be(change, body) for body in found]


def documents_of_change(change: Change) -> list[Mapping[str, Any] | None]:
    """The documents that one change is about, base, source, local and result; None for what is not there any more."""
    return _documents(change, _bodies([change]))


def with_uids_to_be(change: Change, body: Mapping[str, Any]) -> Mapping[str, Any]:
    """A document of a change in which parts that get another uid have it already, so that they are seen as one."""
    if not change.pairs:
        return body
    pairs = tuple((part, old, new) for part, old, new in change.pairs)
    return with_uids(body, pairs, shape_of(all_kinds()[change.kind]))


def _preview(
    change: Change, bodies: Mapping[bytes, Mapping[str, Any]], labels: Mapping[str, str], *, undoes: bool
) -> ChangePreview:
    kind = all_kinds()[change.kind]
    found = _differences(change, bodies)
    base, source, local, _result = _documents(change, bodies)
    # The first that has a part names it: what both renamed is called as the main calls it.
    names = name_parts(kind, [document for document in (source, local, base) if document])
    return ChangePreview(
        change=change,
        kind_label=str(kind.label),
        reason=why_planned(change, undoes=undoes, where=change.plan_target.administration.name),
        needed_by=[needed_by_in_words(NeededBy(**reason)) for reason in change.needed_by],
        places=places_of(kind, found, {**labels, **{uid: name.words for uid, name in names.items()}}, names),
    )


@dataclass(frozen=True)
class PartName:
    """What people call one part, where it stands among all of them, and the part that it belongs to."""

    words: str
    title: str
    place: tuple[tuple[int, int], ...]
    above: str = ""


Names = Mapping[str, PartName]


def name_parts(kind: Kind, documents: list[Mapping[str, Any]]) -> dict[str, PartName]:
    """Each part by uid: known by its label or key field, else by its number; placed below the part above it."""
    found: dict[str, PartName] = {}
    for document in documents:
        for part in kind.parts:
            for number, row in enumerate(document.get("parts", {}).get(part.name, ()), start=1):
                above = found.get(str(row.get(part.parent_name)))
                # Parts of two documents may have one number; then the one that was met first goes first.
                found.setdefault(row["uid"], _part_name(part, row, (number, len(found)), above))
    return found


def _part_name(part: Table, row: Mapping[str, Any], place: tuple[int, int], above: PartName | None) -> PartName:
    said = ""
    for key in (part.declaration.label, part.declaration.part_key):
        said = said or (value_in_words(column_of_table(part, key), row.get(key), {}) if key else "")
    numbered = f"{part.label} {place[0]}"
    title = f"{part.label} “{said}”" if said else numbered
    if above is None:
        return PartName(said or numbered, title, (place,))
    return PartName(said or numbered, title, (*above.place, place), above.title)


def places_of(kind: Kind, found: list[Difference], labels: Mapping[str, str], names: Names) -> list[PlacePreview]:
    places: dict[str, PlacePreview] = {}
    for row in found:
        part, uid, name = _split(row)
        # The order is about all parts and of none, so it is told at the setting itself.
        if name == "order" and not uid and part:
            place = places.setdefault("", PlacePreview("", "", "changed"))
            place.fields.append(_field(kind, part, "order", row, labels))
            continue
        place = places.setdefault(uid, _place(part, uid, row, names))
        if name:
            place.fields.append(_field(kind, part, name, row, labels))
    return [places[uid] for uid in sorted(places, key=lambda uid: names[uid].place if uid in names else ())]


def _split(row: Difference) -> tuple[str, str, str]:
    """(part, uid, field) of a path; the field is empty for whether the part is there at all."""
    steps = row.steps
    if len(steps) == 1:
        return "", "", steps[0]
    if steps[1] == "order":
        return steps[0], "", "order"
    return steps[0], steps[1], steps[2] if len(steps) == 3 else ""


def _place(part: str, uid: str, row: Difference, names: Names) -> PlacePreview:
    if not part:
        return PlacePreview("", "", "changed")
    status = "changed"
    if len(row.steps) == 2:
        status = "added" if row.result and not row.local else "removed"
        if row.local == row.result:
            status = "kept" if row.local else "missing"
    name = names.get(uid)
    return PlacePreview(part, name.title if name else uid, status, name.above if name else "")


def _field(kind: Kind, part: str, name: str, row: Difference, labels: Mapping[str, str]) -> FieldPreview:
    column = None if _is_order_of_parts(part, name) else column_of(kind, part, name)
    words = [value_in_words(column, value, labels) for value in (row.base, row.source, row.local, row.result)]
    base, source, local, result = words
    is_long = max(map(len, words)) > LONG_TEXT
    is_text = column is not None and column.db_type == "text" and not column.is_file
    label = _label(kind, part, name)
    return FieldPreview(row.path, label, base, source, local, result, raw=row, is_long=is_long, is_text=is_text)


def _is_order_of_parts(part: str, name: str) -> bool:
    """Whether a place is the order of parts; a setting itself may have a field of that name, as free fields do."""
    return bool(part) and name == "order"


def _label(kind: Kind, part: str, name: str) -> str:
    if _is_order_of_parts(part, name):
        return _("order of {parts}").format(parts=kind.part(part).model._meta.verbose_name_plural)
    column = column_of(kind, part, name)
    if column:
        return str(column.label)
    if part and name == kind.part(part).parent_name:
        above = kind.part(part).parent
        return str(above.label) if above else name
    return str(next((link.label for link in kind.links if link.name == name), name))


def plan_changes(plan: Plan, *, target: str = "", action: str = "", category: str = "") -> "QuerySet[Change]":
    """The stored changes of a plan, narrowed by an administration's slug, an action or a category."""
    found = Change.objects.filter(plan_target__plan=plan).select_related(
        "plan_target__administration", "plan_target__plan"
    )
    if target:
        found = found.filter(plan_target__administration__slug=target)
    if action:
        found = found.filter(action=action)
    if category:
        found = found.filter(category=category)
    return found.order_by("plan_target__position", "id")
