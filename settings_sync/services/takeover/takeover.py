"""Taking over an acquired administration: all of its settings coupled with the main's in one sitting.

The sitting is a preview of everything for that administration, in which nothing comes that nobody decided about. What
is decided is stored with that preview, so that it can be gone on with after an interruption.
"""

import uuid
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.models import User
from settings_sync.declaring.kinds import Kind, all_kinds
from settings_sync.declaring.usage import in_words
from settings_sync.engine.reading.index import look_at, read_documents
from settings_sync.exceptions import CannotCouple
from settings_sync.models import Change, Decision, Document, Plan, PlanTarget, SnapshotItem
from settings_sync.planning.likeness import Portrait, portrait
from settings_sync.planning.verdicts import Action, Word
from settings_sync.services.deciding.deciding import DEFAULT_PATH, Asked, decide
from settings_sync.services.plans.plans import create_plan
from settings_sync.services.plans.usage import count_open
from settings_sync.wording.wording import why_planned
from tenants.models import Administration

SUGGESTED = 5
NEW = "new"
OTHER = "other"
"""What stands for adding a setting beside the administration's own, and for what was decided on its own page."""


@dataclass(frozen=True)
class Own:
    """A setting of the administration's own: what uses it, and with which of the main's it is coupled.

    `followed` tells that it came from the main administration, which removed it since and may have made it anew.
    """

    uid: uuid.UUID
    kind: str
    label: str
    is_archived: bool
    uses: tuple[str, ...]
    coupled_with: str = ""
    followed: bool = False

    @property
    def category(self) -> str:
        return all_kinds()[self.kind].category.key

    @property
    def order(self) -> int:
        return all_kinds()[self.kind].category.order

    @property
    def kind_label(self) -> str:
        return capfirst(str(all_kinds()[self.kind].label))


@dataclass(frozen=True)
class TakeoverRow:
    """A setting of the main administration that the other has under no common uid.

    `choice` is what was decided: "" for nothing yet, `new`, `other`, or the uid of the other's setting.
    `digest` is of the main's document of it.
    """

    id: int
    uid: uuid.UUID
    kind: str
    kind_label: str
    category: str
    label: str
    choice: str
    coupled: Own | None
    is_held: bool
    reason: str
    verdict: str = ""
    digest: bytes = b""


@dataclass(frozen=True)
class Counts:
    """How far the sitting is."""

    total: int
    coupled: int
    added: int
    held: int
    open: int
    own_left: int


@dataclass(frozen=True)
class Takeover:
    """All unmatched settings of the main administration, beside all of the other's own."""

    plan: Plan
    target: PlanTarget
    rows: tuple[TakeoverRow, ...]
    own: tuple[Own, ...]
    counts: Counts

    @property
    def administration(self) -> Administration:
        return self.target.administration


def start_takeover(*, acting_user: User, main: Administration, slug: str) -> Plan:
    """Begin with an administration: a preview of everything, in which what nobody decides about is skipped.

    Raises what `create_plan` raises.
    """
    categories = [category.key for category in all_kinds().categories]
    plan = create_plan(acting_user=acting_user, main=main, targets=[slug], categories=categories)
    asked = [Asked(change.uid, Word.SKIP, slug) for change in unmatched(plan.targets.get())]
    return decide(acting_user=acting_user, plan=plan, version=plan.version, decisions=asked) if asked else plan


def find_open_takeover(*, acting_user: User, main: Administration, slug: str) -> Plan | None:
    """The latest sitting of this user about this administration alone that was neither carried out nor has expired."""
    found = Plan.objects.filter(administration=main, requested_by=acting_user, kind=Plan.Kind.SYNC, run=None)
    # A sitting begins with decisions; a preview without any is somebody's ordinary one.
    found = found.filter(expires_at__gt=timezone.now(), targets__decisions__isnull=False)
    found = found.filter(targets__administration__slug=slug).order_by("-created_at").distinct()
    return next((plan for plan in found[:5] if plan.targets.count() == 1), None)


def read_takeover(target: PlanTarget) -> Takeover:
    """The sitting as it stands: every unmatched setting of the main and every own one of the administration.

    A fixed number of queries, however many settings there are.
    """
    changes = list(unmatched(target))
    decisions = _decisions_of(target)
    labels = {change.uid: change.label for change in changes}
    chosen = {row.couple_with: labels[uid] for uid, row in decisions.items() if row.couple_with and uid in labels}
    own = _read_own(target, chosen)
    by_uid = {one.uid: one for one in own}
    rows = sorted((_row(change, decisions.get(change.uid), by_uid) for change in changes), key=_place)
    states = Counter(_state_of(row) for row in rows)
    left = sum(not one.coupled_with and not one.is_archived and not one.followed for one in own)
    counts = Counts(len(rows), states["coupled"], states["new"], states["held"], states["open"], left)
    return Takeover(target.plan, target, tuple(rows), tuple(own), counts)


def decide_takeover(
    *,
    acting_user: User,
    takeover: Takeover,
    version: int,
    choices: Mapping[uuid.UUID, str],
    defaults: Mapping[uuid.UUID, bool] | None = None,
) -> Plan:
    """Store choices by the uid of the main's setting: "" for not yet, `new`, or the uid of an own setting.

    `defaults` tells of settings of the main that are the default there whether they become it here as well.

    All of it or nothing, as one round of decisions. What stands already is left as it is. Raises what `decide` raises.
    """
    # With what stood already: a setting may have been given away in an earlier round.
    standing = {row.uid: row.choice for row in takeover.rows}
    _refuse_doubles(takeover, {**standing, **{uid: choice for uid, choice in choices.items() if uid in standing}})
    slug = takeover.administration.slug
    changed = {uid: choice for uid, choice in choices.items() if standing.get(uid, choice) != choice}
    asked = [_asked(uid, choice, slug) for uid, choice in changed.items() if choice != OTHER]
    asked += [_asked_default(uid, takes, slug) for uid, takes in (defaults or {}).items() if uid in standing]
    # No round, or the version would go up and whoever looks at it would have to begin again.
    if not asked:
        return takeover.plan
    return decide(acting_user=acting_user, plan=takeover.plan, version=version, decisions=asked)


def _refuse_doubles(takeover: Takeover, choices: Mapping[uuid.UUID, str]) -> None:
    """One own setting becomes one of the main's. Raises CannotCouple."""
    labels = {row.uid: row.label for row in takeover.rows}
    given = dict[str, uuid.UUID]()
    for uid, choice in choices.items():
        if choice in ("", NEW, OTHER):
            continue
        if choice in given:
            reason = _("that one was chosen for “%(name)s” as well.") % {"name": labels[given[choice]]}
            raise CannotCouple(label=labels[uid], reason=reason)
        given[choice] = uid


def unmatched(target: PlanTarget) -> "QuerySet[Change]":
    """The changes about settings of the main that the administration never followed and has under no common uid; also
    those that were coupled, whether or not they are held now."""
    new = Change.objects.filter(plan_target=target, base_digest__isnull=True, source_digest__isnull=False)
    coupled = Decision.objects.filter(plan_target=target, word=Word.COUPLE, path="").values("uid")
    return new.filter(Q(local_digest__isnull=True) | Q(uid__in=coupled)).order_by("id")


def _asked(uid: uuid.UUID, choice: str, slug: str) -> Asked:
    if choice == "":
        return Asked(uid, Word.SKIP, slug)
    # What nobody decides about comes by itself, so the skip that it began with is withdrawn.
    if choice == NEW:
        return Asked(uid, None, slug)
    return Asked(uid, Word.COUPLE, slug, couple_with=uuid.UUID(choice))


def _asked_default(uid: uuid.UUID, takes: bool, slug: str) -> Asked:
    return Asked(uid, Word.OVERWRITE if takes else Word.KEEP_LOCAL, slug, path=DEFAULT_PATH)


def _decisions_of(target: PlanTarget) -> dict[uuid.UUID, Decision]:
    return {row.uid: row for row in Decision.objects.filter(plan_target=target, path="")}


def _row(change: Change, decision: Decision | None, own: Mapping[uuid.UUID, Own]) -> TakeoverRow:
    kind = all_kinds()[change.kind]
    coupled = decision.couple_with if decision and decision.word == Word.COUPLE else None
    is_held = change.action == Action.HOLD
    return TakeoverRow(
        id=change.pk,
        uid=change.uid,
        kind=change.kind,
        kind_label=capfirst(str(kind.label)),
        category=change.category,
        label=change.label,
        choice=_choice(decision),
        coupled=own.get(coupled) if coupled else None,
        is_held=is_held,
        reason=why_planned(change, where=change.plan_target.administration.name) if is_held else "",
        verdict=change.verdict,
        digest=bytes(change.source_digest or b""),
    )


def _place(row: TakeoverRow) -> tuple[int, str, str]:
    """Where a row stands: by category as they are shown everywhere, then by kind and name."""
    return all_kinds()[row.kind].category.order, row.kind_label, row.label.casefold()


def _choice(decision: Decision | None) -> str:
    if decision is None:
        return NEW
    if decision.word == Word.COUPLE:
        return str(decision.couple_with)
    return "" if decision.word == Word.SKIP else OTHER


def _state_of(row: TakeoverRow) -> str:
    if row.is_held:
        return "held"
    return {"": "open", NEW: NEW, OTHER: NEW}.get(row.choice, "coupled")


def _read_own(target: PlanTarget, chosen: Mapping[uuid.UUID, str]) -> list[Own]:
    """The settings that may become one of the main's, by kind and name: not those that follow what the main has, and
    those that have its uid."""
    administration = target.administration
    local = look_at(administration)
    in_main = set(SnapshotItem.objects.filter(snapshot=target.plan.snapshot_id).values_list("kind", "uid"))
    entries = [entry for key, entry in local.entries.items() if key not in in_main]
    uids: dict[str, list[uuid.UUID]] = defaultdict(list)
    for entry in entries:
        uids[entry.kind].append(entry.uid)
    uses = count_open(administration.schema_name, uids).per_item
    found = [
        Own(
            uid=entry.uid,
            kind=entry.kind,
            label=entry.label,
            is_archived=entry.is_archived,
            uses=tuple(words for _name, words in in_words(uses.get(entry.uid, {}))),
            coupled_with=chosen.get(entry.uid, ""),
            followed=entry.key in local.bases,
        )
        for entry in entries
    ]
    return sorted(found, key=lambda own: (own.kind, own.label.casefold(), str(own.uid)))


@dataclass(frozen=True)
class Portraits:
    """The settings of both sides as they are compared: the main's by uid, the own ones by uid as text."""

    source: Mapping[uuid.UUID, Portrait]
    own: Mapping[str, Portrait]


def read_portraits(takeover: Takeover, rows: Collection[TakeoverRow]) -> Portraits:
    """What the rows and the own settings of their kinds look like; a query per kind, and two more."""
    kinds = {row.kind for row in rows}
    own = read_documents(
        takeover.administration.schema_name, {(one.kind, one.uid) for one in takeover.own if one.kind in kinds}
    )
    found = Change.objects.filter(pk__in=[row.id for row in rows]).values_list("uid", "source_digest")
    digests = {uid: bytes(digest) for uid, digest in found if digest is not None}
    stored = Document.objects.filter(pk__in=list(digests.values())).values_list("pk", "body")
    bodies = {bytes(key): body for key, body in stored}
    labels = _labels(takeover)
    return Portraits(
        {row.uid: _portrait(row.kind, row.uid, bodies[digests[row.uid]], labels) for row in rows},
        {str(key[1]): _portrait(key[0], key[1], found.body, labels) for key, found in own.items()},
    )


def _labels(takeover: Takeover) -> dict[str, str]:
    """The names of the settings of both sides by uid."""
    main = SnapshotItem.objects.filter(snapshot=takeover.plan.snapshot_id).values_list("uid", "label")
    labels = {str(uid): label for uid, label in main}
    return labels | {str(one.uid): one.label for one in takeover.own}


def _portrait(kind_key: str, uid: uuid.UUID, body: Mapping[str, Any], labels: Mapping[str, str]) -> Portrait:
    kind = all_kinds()[kind_key]
    return portrait(
        str(uid), body, key_field=kind.natural_key, name_field=kind.item_label, known_by=_known_by(kind), labels=labels
    )


def _known_by(kind: Kind) -> dict[str, tuple[str, ...]]:
    """The fields by which people know a part of each sort."""
    return {
        part.name: tuple(name for name in (part.declaration.label, part.declaration.part_key) if name)
        for part in kind.parts
    }
