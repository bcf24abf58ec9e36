"""The sub-administrations that one user may enter: how far in line, synced when, and what asks attention."""

import unicodedata
import uuid
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import QuerySet
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from settings_sync.declaring.kinds import all_kinds
from settings_sync.models import SyncTarget
from tenants.administrations import right_to_retry
from tenants.models import Administration, Membership
from tenants.rights import AdministrationRight, SyncRight

from .alignment import Counts, alignment_of, reviews_due, summed

PRESENT = ("in_line", "behind", "changed_locally", "conflict")
# Each is more than all after it together, so that the gravest decides whatever else there is.
WEIGHTS = {"failed": 1000, "damaged": 1000, "sync_failed": 100, "conflict": 10, "name": 5, "review": 2, "held": 1}


@dataclass(frozen=True)
class LastSync:
    """The latest sync that an administration received."""

    run_id: uuid.UUID
    at: datetime
    by: str


@dataclass(frozen=True)
class Attention:
    """One thing that somebody should look at; `run_id` tells where, when it is about a run."""

    code: str
    words: str
    run_id: uuid.UUID | None = None


@dataclass(frozen=True)
class SubAdministration:
    """One row of a list of sub-administrations. `cannot_sync` says why it cannot be synced now; empty when it can.
    `damage` says what its database has lost; its counts are then of before."""

    id: uuid.UUID
    slug: str
    name: str
    state: str
    state_label: str
    state_detail: str
    groups: tuple[str, ...]
    counts: Counts
    last_sync: LastSync | None
    attention: tuple[Attention, ...] = ()
    cannot_sync: str = ""
    damage: str = ""
    is_busy: bool = False
    may_delete: bool = False
    may_retry: bool = False

    @property
    def is_active(self) -> bool:
        return self.state == Administration.State.ACTIVE

    @property
    def is_changing(self) -> bool:
        """Whether a worker is making or deleting it, so that its row should be looked at again."""
        return self.state in (Administration.State.PROVISIONING, Administration.State.DELETING)

    @property
    def is_counted(self) -> bool:
        return bool(self.counts)

    @property
    def is_empty(self) -> bool:
        """Whether it has no settings at all, neither its own nor the main's."""
        return not any(self.counts.get(word) for word in (*PRESENT, "own"))

    @property
    def is_untouched(self) -> bool:
        """Whether no sync has ever brought anything here."""
        return self.last_sync is None and not any(self.counts.get(word) for word in PRESENT)

    @property
    def is_behind(self) -> bool:
        """Whether a sync would bring something."""
        return self.is_active and not self.damage and bool(self.counts.get("behind") or self.counts.get("missing"))

    @property
    def urgency(self) -> tuple[int, int, str]:
        """Sorts what asks attention first, then what is furthest behind."""
        weight = sum(WEIGHTS[item.code] for item in self.attention)
        return (-weight, -self.counts.get("behind", 0) - self.counts.get("missing", 0), self.name.casefold())


@dataclass(frozen=True)
class CategoryCount:
    """How many settings of one category the main administration has; None while nobody has counted them."""

    key: str
    label: str
    items: int | None


@dataclass(frozen=True)
class _Facts:
    """What was read for all rows together."""

    main: Administration
    counts: Mapping[uuid.UUID, Counts]
    synced: Mapping[uuid.UUID, SyncTarget]
    latest: Mapping[uuid.UUID, SyncTarget]
    reviews: Mapping[uuid.UUID, date] = field(default_factory=dict)
    main_rights: Collection[str] = field(default_factory=frozenset)


def list_subs(*, acting_user: User, main: Administration) -> list[SubAdministration]:
    """Every sub-administration of `main` that the user may enter, by name; a fixed number of queries."""
    # By membership, with which the rights in each come along.
    found = Membership.objects.filter(user=acting_user, administration__parent=main)
    # The row of a deleted one stays, because runs and the trail name it.
    rows = list(found.select_related("administration", "role").exclude(administration__state="deleted"))
    facts = _read_facts(acting_user, main, [row.administration for row in rows])
    subs = [_sub(row.administration, frozenset(row.role.rights), facts) for row in rows]
    return sorted(subs, key=lambda sub: sub.name.casefold())


def find_sub(*, acting_user: User, main: Administration, administration_id: uuid.UUID) -> SubAdministration | None:
    """One row of that list, or None when there is no such row (any more)."""
    found = Membership.objects.filter(user=acting_user, administration__parent=main, administration=administration_id)
    row = found.select_related("administration", "role").exclude(administration__state="deleted").first()
    if row is None:
        return None
    return _sub(row.administration, frozenset(row.role.rights), _read_facts(acting_user, main, [row.administration]))


def choose_subs(
    subs: Iterable[SubAdministration], *, query: str = "", show: str = "", group: str = "", sort: str = ""
) -> list[SubAdministration]:
    """Narrow a list by name or address, by `show` (behind, attention, never) and group.

    With `sort` "attention" what is urgent comes first.
    """
    is_shown = SHOWN.get(show, bool)
    sought = plain(query)
    found = [
        sub
        for sub in subs
        if (sought in plain(sub.name) or sought in sub.slug) and is_shown(sub) and (not group or group in sub.groups)
    ]
    return sorted(found, key=lambda sub: sub.urgency) if sort == "attention" else found


SHOWN: dict[str, Callable[[SubAdministration], bool]] = {
    "behind": lambda sub: sub.is_behind,
    "attention": lambda sub: bool(sub.attention),
    "never": lambda sub: sub.is_active and sub.last_sync is None,
}


def plain(text: str) -> str:
    """A name as people search it: without accents and capitals."""
    parts = unicodedata.normalize("NFD", text.casefold())
    return "".join(character for character in parts if not unicodedata.combining(character))


def count_settings(main: Administration) -> list[CategoryCount]:
    """How many settings the main administration has in each category."""
    counts = alignment_of([main])[main.pk]
    return [
        CategoryCount(category.key, str(category.label), counts.get(category.key, {}).get("items"))
        for category in all_kinds().categories
    ]


def _read_facts(user: User, main: Administration, administrations: list[Administration]) -> _Facts:
    per_category = alignment_of(administrations)
    role = Membership.objects.filter(user=user, administration=main).select_related("role").first()
    targets = SyncTarget.objects.filter(administration__in=administrations)
    # Two of them: the last that brought something, and the last, which may have failed.
    synced = targets.filter(state=SyncTarget.State.SUCCEEDED).select_related("run__requested_by")
    return _Facts(
        main=main,
        counts={key: summed(counts) for key, counts in per_category.items()},
        synced=_first_each(synced.order_by("administration_id", "-finished_at")),
        latest=_first_each(targets.order_by("administration_id", "-run__created_at")),
        reviews=reviews_due(administrations),
        main_rights=frozenset(role.role.rights) if role else frozenset(),
    )


def _first_each(targets: "QuerySet[SyncTarget]") -> dict[uuid.UUID, SyncTarget]:
    return {target.administration_id: target for target in targets.distinct("administration_id")}


def _sub(administration: Administration, rights: frozenset[str], facts: _Facts) -> SubAdministration:
    counts = facts.counts[administration.pk]
    latest = facts.latest.get(administration.pk)
    # While a worker makes or deletes it, a deletion would come in between.
    is_stable = administration.state in (Administration.State.ACTIVE, Administration.State.FAILED)
    failed = administration.state == Administration.State.FAILED
    return SubAdministration(
        id=administration.pk,
        slug=administration.slug,
        name=administration.name,
        state=administration.state,
        state_label=str(administration.get_state_display()),
        state_detail=administration.went_wrong,
        groups=tuple(administration.groups),
        counts=counts,
        last_sync=_last_sync(facts.synced.get(administration.pk)),
        attention=tuple(_attention(administration, counts, latest, facts.reviews.get(administration.pk))),
        cannot_sync=_why_not(administration, rights, facts.main),
        damage=administration.went_wrong if administration.damage else "",
        is_busy=latest is not None and latest.state in SyncTarget.OPEN,
        may_delete=is_stable and AdministrationRight.DELETE in rights & set(facts.main_rights),
        may_retry=failed and right_to_retry(administration) in facts.main_rights,
    )


def _last_sync(target: SyncTarget | None) -> LastSync | None:
    if target is None or target.finished_at is None:
        return None
    return LastSync(target.run_id, target.finished_at, str(target.run.requested_by or ""))


def _attention(
    administration: Administration, counts: Counts, latest: SyncTarget | None, review_on: date | None
) -> Iterable[Attention]:
    if administration.state == Administration.State.FAILED:
        yield Attention("failed", _("could not be deleted") if administration.was_made else _("could not be made"))
    if administration.damage:
        yield Attention("damaged", _("data is missing"))
    conflicts = counts.get("conflict", 0)
    if conflicts:
        yield Attention("conflict", ngettext("%d conflict", "%d conflicts", conflicts) % conflicts)
    names = counts.get("names_taken", 0)
    if names:
        yield Attention("name", ngettext("%d name exists already", "%d names exist already", names) % names)
    if review_on is not None:
        day = formats.date_format(review_on, "SHORT_DATE_FORMAT")
        yield Attention("review", _("look again since %(day)s") % {"day": day})
    if latest is None:
        return
    if latest.state in (SyncTarget.State.FAILED, SyncTarget.State.SKIPPED):
        yield Attention("sync_failed", _("last sync failed"), latest.run_id)
    held = latest.counts.get("hold", 0) if latest.state in SyncTarget.APPLIED else 0
    if held:
        yield Attention("held", ngettext("%d held back", "%d held back", held) % held, latest.run_id)


def _why_not(administration: Administration, rights: frozenset[str], main: Administration) -> str:
    if administration.state != Administration.State.ACTIVE:
        return str(administration.get_state_display())
    if SyncRight.RUN not in rights:
        return _("you may not sync to this administration")
    if administration.damage:
        return administration.went_wrong
    if administration.migration_head != main.migration_head:
        return _("is on another version than the main administration; it is being updated")
    return ""
