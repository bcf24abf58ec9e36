"""What became of a setting that was written, in one line: which fields changed, and which parts came or went."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from settings_sync.declaring.kinds import all_kinds
from settings_sync.models import Change, Document
from settings_sync.planning.differences import differences
from settings_sync.services.previews.change_details import Mode, is_shown
from settings_sync.services.previews.previewing import Names, PlacePreview, name_parts, places_of, with_uids_to_be

NAMED = 3
"""How many fields, and how many parts, are called by their names."""


def changed_fields_in_words(changes: Iterable[Change]) -> dict[int, str]:
    """By the id of each change what differs between what stood there and what it became; one query.

    Nothing is said of what was made or removed as a whole, and of what is not kept any more.
    """
    pairs = {row.pk: (row, _digest(row.local_digest), _digest(row.result_digest)) for row in changes}
    digests: set[bytes] = set()
    for _row, old, new in pairs.values():
        if old and new:
            digests |= {old, new}
    bodies = dict(_bodies(digests)) if digests else {}
    return {
        pk: "; ".join(_words(row.kind, with_uids_to_be(row, bodies[old]), bodies[new]))
        for pk, (row, old, new) in pairs.items()
        if old in bodies and new in bodies
    }


def _digest(stored: bytes | memoryview | None) -> bytes:
    return bytes(stored or b"")


def _bodies(digests: Iterable[bytes]) -> Iterator[tuple[bytes, Mapping[str, Any]]]:
    for digest, body in Document.objects.filter(digest__in=digests).values_list("digest", "body"):
        yield bytes(digest), body


def _words(kind_key: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    kind = all_kinds()[kind_key]
    # The new one first: a part is called what it is called now.
    names = name_parts(kind, [new, old])
    places = places_of(kind, differences(base=None, source=new, local=old, result=new), {}, names)
    changed = [place for place in places if place.status == "changed"]
    fields = [words for place in changed for words in _fields(place, names)]
    if fields:
        said = ngettext("%(number)d field changed: %(names)s", "%(number)d fields changed: %(names)s", len(fields))
        yield said % {"number": len(fields), "names": _listed(fields)}
    if added := [place.title for place in places if place.status == "added"]:
        yield _("added: %(names)s") % {"names": _listed(added)}
    if removed := [place.title for place in places if place.status == "removed"]:
        yield _("removed: %(names)s") % {"names": _listed(removed)}


def _fields(place: PlacePreview, names: Names) -> Iterator[str]:
    for field in place.fields:
        if not is_shown(field, Mode.UPDATE):
            continue
        part = names.get(field.raw.steps[1]) if place.part else None
        yield _("%(field)s of %(part)s") % {"field": field.label, "part": part.words} if part else field.label


def _listed(names: Sequence[str]) -> str:
    more = len(names) - NAMED
    shown = ", ".join(names[:NAMED])
    return shown if more <= 0 else f"{shown} {_('and %(number)s more') % {'number': more}}"
