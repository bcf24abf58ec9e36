"""A plan in words, in the reader's language: reasons, and values as people know them.

The words of a verdict and of an action stand with them, in `planning/verdicts.py`.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from settings_sync.declaring.kinds import Column, Kind, Table, all_kinds
from settings_sync.declaring.registry import registry
from settings_sync.models import Change, file_in_words
from settings_sync.planning.lists import entry_of, field_path
from settings_sync.planning.values import NeededBy
from settings_sync.planning.verdicts import Action, Verdict

NAMED = 3
"""Of how many settings that use something the name is told."""

REASONS: dict[str, str] = {
    Verdict.NEW: gettext_noop("Does not exist in {where} yet."),
    Verdict.REJOINED: gettext_noop("Is equal in {where} already; from now on it is followed."),
    Verdict.BEHIND: gettext_noop("The main administration has changed it since the last sync."),
    Verdict.ALREADY_EQUAL: gettext_noop("Was changed in {where} in the same way."),
    Verdict.NAME_TAKEN: gettext_noop("“{holder}” of {where} has the same name."),
    Verdict.NAME_HELD: gettext_noop(
        "Its name belongs in {where} to “{holder}”, which is not in this sync; choose that as well."
    ),
    Verdict.DEFAULT_TAKEN: gettext_noop("“{holder}” is the default in {where}; only one can be."),
    Verdict.CHANGED_LOCALLY: gettext_noop("Was changed in {where}; the main administration has not changed it since."),
    Verdict.BOTH_CHANGED: gettext_noop("Was changed in {where} and in the main administration."),
    Verdict.REMOVED_LOCALLY: gettext_noop("Was removed in {where}."),
    Verdict.REMOVED_IN_SOURCE: gettext_noop("Was removed in the main administration."),
    Verdict.GONE: gettext_noop("Is gone on both sides."),
    Verdict.NEEDS_HELD: gettext_noop("Needs {kind} “{needs}” ({path}), which is held back."),
    Verdict.UNRESOLVED: gettext_noop("Points at something that does not exist in the main administration ({path})."),
    Verdict.PINNED: gettext_noop("Is pinned by {where}."),
    Verdict.LOCKED: gettext_noop("Is required by the main administration; what was changed in {where} is put back."),
    Verdict.NOT_HERE: gettext_noop("A package says that it is not to come to {where}."),
    Verdict.INVALID: gettext_noop("Cannot be written as it would be in {where}: {problem}"),
    Verdict.GIVES_WAY: gettext_noop("Is no longer the default in {where}: “{holder}” becomes it."),
}

REFINED: dict[tuple[str, str], str] = {
    (Verdict.NAME_TAKEN, "archived"): gettext_noop("“{holder}” of {where}, which is archived, has the same name."),
    (Verdict.NAME_TAKEN, "holder_action=update"): gettext_noop(
        "Its name belongs in {where} to “{holder}”, which is in this sync too and keeps it."
    ),
    (Verdict.NAME_TAKEN, "remade"): gettext_noop(
        "The main administration removed “{holder}” and made this one under the same name. It can take the place of the"
        " other in {where}, or come beside it under another name."
    ),
    (Verdict.NAME_TAKEN, "coupling"): gettext_noop(
        "Cannot be coupled any more: the other setting is gone, or follows something else."
    ),
    (Verdict.BOTH_CHANGED, "lost"): gettext_noop(
        "What stood in {where} before is not known any more; make a new preview."
    ),
    (Verdict.BOTH_CHANGED, "update"): gettext_noop(
        "Was changed in {where} and in the main administration; the changes are put together."
    ),
    (Verdict.BOTH_CHANGED, "update overwrites"): gettext_noop(
        "Was changed in {where} and in the main administration; what was changed in {where} is replaced."
    ),
    (Verdict.BOTH_CHANGED, "keep"): gettext_noop(
        "Was changed in {where} and in the main administration; what {where} has stays."
    ),
    (Verdict.CHANGED_LOCALLY, "update"): gettext_noop("Was changed in {where}; that is put back."),
    (Verdict.REMOVED_LOCALLY, "keep"): gettext_noop("Was removed in {where}, and stays away."),
    (Verdict.REMOVED_LOCALLY, "create"): gettext_noop("Was removed in {where}, and comes back."),
    (Verdict.REMOVED_IN_SOURCE, "keep"): gettext_noop("Was removed in the main administration; in {where} it stays."),
    (Verdict.REMOVED_IN_SOURCE, "keep changed"): gettext_noop(
        "Was removed in the main administration; it was changed in {where}, so it stays."
    ),
    (Verdict.REMOVED_IN_SOURCE, "keep kept"): gettext_noop(
        "Was removed in the main administration; something in it is pinned or agreed in {where}, so it stays."
    ),
    (Verdict.REMOVED_IN_SOURCE, "archive"): gettext_noop(
        "Was removed in the main administration; in {where} it is archived."
    ),
    (Verdict.REMOVED_IN_SOURCE, "archive archived_instead=used"): gettext_noop(
        "Was removed in the main administration; it is used in {where} by {users}, so it is archived and not deleted."
    ),
    (Verdict.REMOVED_IN_SOURCE, "keep archived_instead=used"): gettext_noop(
        "Was removed in the main administration and is archived in {where}; it is not deleted because it is used"
        " by {users}."
    ),
    (Verdict.REMOVED_IN_SOURCE, "keep unused"): gettext_noop(
        "Was removed in the main administration and is archived in {where}; nothing uses it any more, so it can"
        " be deleted."
    ),
    (Verdict.REMOVED_IN_SOURCE, "archive archived_instead=kind"): gettext_noop(
        "Was removed in the main administration; settings like this are archived and never deleted."
    ),
    (Verdict.REMOVED_IN_SOURCE, "delete"): gettext_noop(
        "Was removed in the main administration; in {where} it is deleted."
    ),
    (Verdict.NEW, "couple"): gettext_noop(
        "A setting of {where} becomes this one; what points at it goes on pointing at it."
    ),
    (Verdict.NEW, "couple replaces"): gettext_noop(
        "Takes the place of the one that the main administration removed; what points at that goes on pointing at it."
    ),
    (Verdict.REMOVED_IN_SOURCE, "remade_as"): gettext_noop(
        "Was removed in the main administration, which made “{remade_as}” under the same name; what becomes of both is"
        " decided with that one."
    ),
    (Verdict.REMOVED_IN_SOURCE, "replaced_by"): gettext_noop(
        "Was removed in the main administration; “{replaced_by}”, made under the same name, takes its place in {where}."
    ),
    (Verdict.NEW, "couple own_parts"): gettext_noop(
        "A setting of {where} becomes this one; what points at it goes on pointing at it, and the parts"
        " that only it has stay."
    ),
    (Verdict.LOCKED, "pinned"): gettext_noop(
        "Is required by the main administration but pinned by {where}; decide what is to happen."
    ),
    (Verdict.LOCKED, "create"): gettext_noop("Was removed in {where}, but it is required by the main administration."),
    (Verdict.INVALID, "in_main"): gettext_noop(
        "Cannot work as it is in the main administration; put it right in that one first. {problem}"
    ),
    (Verdict.INVALID, "path"): gettext_noop(
        "Put together, {path} would belong to something that was removed; decide about the setting as a whole."
    ),
}
"""What is said instead when a fact is known, something is done, or both: “fact”, “action” or “action fact”."""

RECOUPLED = gettext_noop("Becomes again the setting that it was before that sync; what points at it goes along.")
"""Also where the content is equal, and where what is taken back was itself the taking back of a coupling."""

TAKEN_BACK: dict[tuple[str, str], str] = {
    **{(verdict, "couple"): RECOUPLED for verdict in Verdict},
    (Verdict.BEHIND, ""): gettext_noop("Becomes again what it was before."),
    (Verdict.NEW, ""): gettext_noop("Was removed by that sync, and comes back."),
    (Verdict.REMOVED_IN_SOURCE, "delete"): gettext_noop("Was added by that sync, and is deleted again."),
    (Verdict.REMOVED_IN_SOURCE, "archive"): gettext_noop("Was added by that sync, and is archived."),
    (Verdict.REMOVED_IN_SOURCE, "archive archived_instead=used"): gettext_noop(
        "Was added by that sync; it is used by now, by {users}, so it is archived and not deleted."
    ),
    (Verdict.REMOVED_IN_SOURCE, "keep"): gettext_noop("Was added by that sync, and stays."),
    (Verdict.REMOVED_LOCALLY, "keep"): gettext_noop("Was removed in {where} after that sync, and stays away."),
    (Verdict.REMOVED_LOCALLY, "create"): gettext_noop(
        "Was removed in {where} after that sync, and becomes again what it was before."
    ),
    (Verdict.BOTH_CHANGED, ""): gettext_noop("Was changed in {where} after that sync."),
    (Verdict.BOTH_CHANGED, "update"): gettext_noop(
        "Was changed in {where} after that sync; the changes are put together."
    ),
    (Verdict.BOTH_CHANGED, "update overwrites"): gettext_noop(
        "Was changed in {where} after that sync; becomes again what it was before."
    ),
    (Verdict.CHANGED_LOCALLY, ""): gettext_noop("Was changed in {where} after that sync, and stays."),
    (Verdict.NAME_TAKEN, "coupling=stands"): gettext_noop(
        "Cannot be coupled again: “{holder}” was made in {where} anew since."
    ),
}
"""The same where a plan takes a sync back."""


HOLDER_CHOSEN: dict[str, str] = {
    Action.HOLD: gettext_noop(
        "Its name belongs in {where} to “{holder}”, which is in this sync too but held back itself; decide"
        " about that first."
    ),
    Action.KEEP: gettext_noop(
        "Its name belongs in {where} to “{holder}”, which is in this sync too but stays as it is in {where}."
    ),
    Action.SKIP: gettext_noop(
        "Its name belongs in {where} to “{holder}”, which is in this sync too but is pinned by {where}."
    ),
}
"""What is said of a name whose holder was chosen as well, by what happens to that holder."""


def why_planned(change: Change, *, undoes: bool = False, where: str = "") -> str:
    """Why a plan does what it does with the item of a change; `undoes` for a plan that takes a sync back. `where` names
    the administration, or those in which the same is so."""
    facts = {**change.facts, "needs_by_kind": change.kind}
    return reason_of(change.verdict, facts, change.action, undoes=undoes, where=where)


def reason_of(
    verdict: str, facts: Mapping[str, Any], action: str = "", *, undoes: bool = False, where: str = ""
) -> str:
    """Why a plan does what it does with an item, as one sentence; `undoes` for a plan that takes a sync back.

    The administration is called by its name, `where`: whoever reads it sits in another one, where “here” misleads.
    """
    sentence = HOLDER_CHOSEN.get(facts.get("holder_action", "")) if verdict == Verdict.NAME_HELD else None
    sentence = sentence or _refined(verdict, facts, action, undoes=undoes) or REASONS.get(verdict)
    if sentence is None:
        return ""
    needed = all_kinds().by_key.get(facts.get("needs_kind", ""))
    path = path_in_words(facts.get("needs_by_kind", ""), str(facts.get("path", "")))
    shown = {**facts, "path": path, "kind": needed.label if needed else "…", "users": users_in_words(facts)}
    shown["where"] = where or _("the sub-administration")
    return _(sentence).format_map(_Known(shown))


def names_in_words(names: Sequence[str]) -> str:
    """Administrations by their names, as a sentence has them; of many their number."""
    if len(names) > NAMED:
        return ngettext("%d administration", "%d administrations", len(names)) % len(names)
    return str(get_text_list(list(names), _("and")))


def users_in_words(facts: Mapping[str, Any]) -> str:
    """What uses an item: the settings by name, the rows of daily data by number."""
    kinds = all_kinds().by_key
    users = facts.get("users", [])
    said = [f"{kinds[one['kind']].label} “{one['label']}”" for one in users[:NAMED] if one["kind"] in kinds]
    if more := len(users) - NAMED if len(users) > NAMED else 0:
        said.append(ngettext("%d other setting", "%d other settings", more) % more)
    models = {model._meta.db_table: model._meta for model in registry.excluded}
    for table, number in facts.get("rows", {}).items():
        if table in models:
            noun = models[table].verbose_name if number == 1 else models[table].verbose_name_plural
            said.append(f"{number} {noun}")
    return ", ".join(said) or "…"


class _Known(dict[str, Any]):
    """Facts; one that was not kept is left out of the sentence."""

    def __missing__(self, key: str) -> str:
        return "…"


def _refined(verdict: str, facts: Mapping[str, Any], action: str, *, undoes: bool) -> str | None:
    known = [word for name, value in facts.items() for word in (name, f"{name}={value}")]
    cases = [*(f"{action} {word}" for word in known), *known, action, ""]
    tables = [TAKEN_BACK, REFINED] if undoes else [REFINED]
    for table in tables:
        for case in cases:
            if (verdict, case) in table:
                return table[verdict, case]
    return None


def needed_by_in_words(needed_by: NeededBy) -> str:
    """For example: needed by workflow “Onderhoud”, step 3."""
    kind = all_kinds().by_key.get(needed_by.kind)
    place = path_in_words(needed_by.kind, needed_by.path)
    return _("needed by {kind} “{label}”, {place}").format(
        kind=kind.label if kind else needed_by.kind, label=needed_by.label, place=place
    )


def path_in_words(kind_key: str, path: str) -> str:
    """`step/3/form` as “step 3, form”; the uid of a part is left out, and an entry of a list is named."""
    if entry := entry_of(path):
        return f"{path_in_words(kind_key, field_path(path))}, “{entry}”"
    kind = all_kinds().by_key.get(kind_key)
    steps = path.split("/")
    if kind is None or len(steps) not in (1, 3):
        return path.replace("/", " ")
    if len(steps) == 1:
        return str(_field_label(kind, "", steps[0]))
    if not steps[1].isdigit():
        return f"{kind.part(steps[0]).label}, {_field_label(kind, steps[0], steps[2])}"
    return f"{kind.part(steps[0]).label} {steps[1]}, {_field_label(kind, steps[0], steps[2])}"


def _field_label(kind: Kind, part: str, field: str) -> str | Promise:
    column = column_of(kind, part, field)
    link = next((link.label for link in kind.links if link.name == field), field)
    return column.label if column else link


def column_of(kind: Kind, part: str, field: str) -> Column | None:
    """The column of a field of the item (`part` empty) or of one of its parts; None for links and order."""
    return column_of_table(kind.part(part) if part else kind.root, field)


def column_of_table(table: Table, field: str) -> Column | None:
    """The column of a field of one table; None when the table has no such field."""
    return next((column for column in table.columns if column.name == field), None)


def value_in_words(column: Column | None, value: Any, labels: Mapping[str, str]) -> str:
    """A value as people know it: references by name, choices by label, yes and no, lists with commas."""
    if isinstance(value, list):
        return ", ".join(value_in_words(None, item, labels) for item in value)
    if column is not None and value is None and not column.is_nullable:
        value = column.default
    if value is None or value == "" or value == []:
        return ""
    if column is not None and column.is_file:
        return file_in_words(str(value))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Decimal):
        return str(number_format(value))
    if isinstance(value, dict):
        return ", ".join(f"{key}: {value_in_words(None, item, labels)}" for key, item in value.items())
    chosen = dict(column.choices) if column else {}
    return str(chosen.get(value) or labels.get(str(value)) or value)
