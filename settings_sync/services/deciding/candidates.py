"""An administration's own settings that one of the main administration can be coupled with."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from settings_sync.declaring.kinds import all_kinds
from settings_sync.declaring.usage import in_words
from settings_sync.engine.reading.index import look_at, read_documents
from settings_sync.models import Change, Document, Plan, SnapshotItem
from settings_sync.planning.likeness import by_name, most_alike
from settings_sync.planning.values import Entry
from settings_sync.services.plans.plans import snapshot_labels
from settings_sync.services.plans.usage import count_open
from settings_sync.services.previews.change_details import Place, content_of

SUGGESTIONS = 8


@dataclass(frozen=True)
class Candidate:
    """A setting of the administration's own, and in words what uses it there.

    `places` is its content as people see it, where it is shown.
    """

    uid: uuid.UUID
    label: str
    uses: tuple[str, ...] = ()
    is_alike: bool = False
    places: tuple[Place, ...] = ()


def list_candidates(plan: Plan, change: Change) -> list[Candidate]:
    """The administration's own settings of that kind, and what the main removed: those that are called alike first."""
    own = _own_entries(plan, change)
    uses = count_open(change.plan_target.administration.schema_name, {change.kind: [entry.uid for entry in own]})
    words = {uid: tuple(said for _name, said in in_words(used)) for uid, used in uses.per_item.items()}
    return [
        Candidate(entry.uid, entry.label, words.get(entry.uid, ()), alike)
        for entry, alike in _sorted(own, change.label)
    ]


def with_content(plan: Plan, change: Change, candidate: Candidate) -> Candidate:
    """The same with its content as people see it."""
    administration = change.plan_target.administration
    labels = {str(uid): entry.label for (_kind, uid), entry in look_at(administration).entries.items()}
    found = read_documents(administration.schema_name, {(change.kind, candidate.uid)})
    kind = all_kinds()[change.kind]
    known = {**labels, **snapshot_labels(plan)}
    places = (place for one in found.values() for place in content_of(kind, one.body, known))
    return replace(candidate, places=tuple(places))


def is_exactly_equal(change: Change, same: Candidate) -> bool:
    """Whether natural key and name are the same to the letter: only then coupling is the likely answer."""
    # Without a look at documents where the names differ already, as they mostly do.
    if same.label != change.label or change.source_digest is None:
        return False
    key = (change.kind, same.uid)
    found = read_documents(change.plan_target.administration.schema_name, {key}).get(key)
    source = Document.objects.filter(digest=bytes(change.source_digest)).first()
    name = all_kinds()[change.kind].natural_key
    return found is not None and source is not None and found.body.get(name) == source.body.get(name)


def _own_entries(plan: Plan, change: Change) -> list[Entry]:
    local = look_at(change.plan_target.administration)
    items = SnapshotItem.objects.filter(snapshot=plan.snapshot_id, kind=change.kind)
    followed = set(items.values_list("uid", flat=True))
    return [entry for key, entry in local.entries.items() if key[0] == change.kind and key[1] not in followed]


def _sorted(own: Sequence[Entry], label: str) -> Iterator[tuple[Entry, bool]]:
    by_uid = {str(entry.uid): entry for entry in own}
    # By name alone: the content of every own setting would have to be read to compare it, and this opens with a click.
    others = [by_name(uid, entry.label) for uid, entry in by_uid.items()]
    alike = [by_uid[likeness.uid] for likeness in most_alike(by_name("", label), others, limit=SUGGESTIONS)]
    rest = sorted((entry for entry in own if entry not in alike), key=lambda entry: entry.label.casefold())
    yield from ((entry, True) for entry in alike)
    yield from ((entry, False) for entry in rest)
