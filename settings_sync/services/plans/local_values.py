"""What is worth knowing of shared items in which every administration fills in its own values."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from settings_sync.declaring.kinds import all_kinds
from settings_sync.declaring.options import LocalValues, Warned
from settings_sync.models import Document
from settings_sync.planning.values import Key, PlannedChange
from settings_sync.planning.verdicts import Action
from settings_sync.wording.wording import path_in_words
from tenants.models import Administration
from tenants.schemas import inside

NEEDS_ARCHIVED = "needs-archived"
"""The code of a warning that the engine itself gives: what a setting points at is archived in the administration."""

# What is held as well: who decides about it wants to know before it comes.
LOOKED_AT = (Action.CREATE, Action.UPDATE, Action.COUPLE, Action.HOLD)


@dataclass(frozen=True)
class Examined:
    """A document: the placeholders that are filled in locally, and what is typed out in it."""

    names: Collection[str]
    literals: Sequence[Warned]


@dataclass
class Examiner:
    """Looks at documents once for all administrations of a plan; `main` is whose details are looked for."""

    main: Administration
    known: dict[bytes, Examined] = field(default_factory=dict)

    def warnings_of(self, administration: Administration, changes: Iterable[PlannedChange]) -> dict[Key, list[Warned]]:
        """The warnings about each change of one administration; a change without any is left out."""
        changes = list(changes)
        looked_at = {change.key: digest for change in changes if (digest := _digest_of(change))}
        self._examine(looked_at)
        values = read_values(administration, {kind for (kind, _uid), digest in looked_at.items() if self._asks(digest)})
        found = {key: self._warn(key, digest, values) for key, digest in looked_at.items()}
        for change in changes:
            found[change.key] = [*_archived_needs(change), *found.get(change.key, [])]
        return {key: warned for key, warned in found.items() if warned}

    def _warn(self, key: Key, digest: bytes, values: Mapping[str, Mapping[str, Any]]) -> list[Warned]:
        local_values = local_values_of(key[0])
        examined = self.known.get(digest)
        if local_values is None or examined is None:
            return []
        # Values were read only of kinds in which something asks for them.
        missing = local_values.warn_of_missing(examined.names, values[key[0]]) if examined.names else []
        return [*examined.literals, *missing]

    def _asks(self, digest: bytes) -> bool:
        """Whether a document has anything that every administration fills in for itself."""
        return digest in self.known and bool(self.known[digest].names)

    def _examine(self, looked_at: Mapping[Key, bytes]) -> None:
        unknown: dict[str, set[bytes]] = defaultdict(set)
        for (kind, _uid), digest in looked_at.items():
            if digest not in self.known:
                unknown[kind].add(digest)
        for kind, digests in unknown.items():
            self._examine_kind(kind, digests)

    def _examine_kind(self, kind: str, digests: Collection[bytes]) -> None:
        """Of a document no more is read than its texts."""
        local_values = local_values_of(kind)
        assert local_values is not None
        own = local_values.own_details(self.main)
        texts = [f"body__{field}" for field in local_values.fields]
        for digest, *found in Document.objects.filter(digest__in=digests).values_list("digest", *texts):
            document = dict(zip(local_values.fields, found, strict=True))
            literals = local_values.warn_of_literals(document, own, self.main.name)
            self.known[bytes(digest)] = Examined(local_values.names_in(document), literals)


def local_values_of(kind: str) -> LocalValues | None:
    """What an administration fills in for itself in items of this kind; None for most kinds."""
    return all_kinds()[kind].root.declaration.local_values


def read_values(administration: Administration, kinds: Collection[str]) -> dict[str, Mapping[str, Any]]:
    """The values of one administration for items of these kinds."""
    if not kinds:
        return {}
    with inside(administration):
        declared = {kind: local_values_of(kind) for kind in kinds}
        return {kind: values.read(administration) for kind, values in declared.items() if values is not None}


def stored_warnings(warnings: Iterable[Warned]) -> list[dict[str, Any]]:
    """Warnings as a change keeps them."""
    return [asdict(warned) for warned in warnings]


def warnings_in_words(kind: str, warnings: Iterable[Mapping[str, Any]]) -> list[str]:
    """The stored warnings about an item of this kind as sentences."""
    return [_in_words(kind, Warned(one["code"], one["facts"])) for one in warnings]


def _in_words(kind: str, warned: Warned) -> str:
    local_values = local_values_of(kind)
    if warned.code == NEEDS_ARCHIVED:
        # A warning is kept for as long as its plan, and a release may take a kind away meanwhile.
        named = all_kinds().by_key.get(warned.facts["kind"])
        path = path_in_words(kind, warned.facts["path"])
        words = _("Names {kind} “{name}” ({path}), which is archived.")
        return words.format(kind=named.label if named else "…", name=warned.facts["name"], path=path)
    return local_values.in_words(warned) if local_values else ""


def _archived_needs(change: PlannedChange) -> list[Warned]:
    return [Warned(NEEDS_ARCHIVED, need) for need in change.facts.get("archived_needs", ())]


def _digest_of(change: PlannedChange) -> bytes | None:
    """The document that would stand there, where anything may be written and its kind has local values."""
    if change.action not in LOOKED_AT or change.is_unchanged or local_values_of(change.key[0]) is None:
        return None
    return change.result or change.source
