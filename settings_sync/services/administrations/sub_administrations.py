"""The sub-administrations that one user may enter: how far in line, synced when, and what asks attention."""

import uuid
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import QuerySet
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from settings_sync.declaring.kinds import all_kinds
from settings_sync.models import SyncTarget
from tenants.administrations import right_to_retry
from tenants.models import Administration, Membership, Role
from tenants.plain_names import plain
from tenants.rights import AdministrationRight, SyncRight

from .alignment import Counts, Total, alignment_of, totals_of

NOT_COUNTED = Total({})
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
class _Latest:
    """The sync that an administration got last."""

    run_id: uuid.UUID
    state: str
    counts: Counts
    may_begin: bool


@dataclass(frozen=True)
class _Facts:
    """What was read for all rows together."""

    main: Administration
    totals: Mapping[uuid.UUID, Total]
    synced: Mapping[uuid.UUID, LastSync]
    latest: Mapping[uuid.UUID, _Latest]
    main_rights: Collection[str] = field(default_factory=frozenset)


def list_subs(*, acting_user: User, main: Administration) -> list[SubAdministration]:
    """Every sub-administration of `main` that the user may enter, by name; a fixed number of queries."""
    subs = _read_subs(acting_user, main, Membership.objects.filter(administration__parent=main))
    return sorted(subs, key=lambda sub: sub.name.casefold())


def find_sub(*, acting_user: User, main: Administration, administration_id: uuid.UUID) -> SubAdministration | None:
    """One row of that list, or None when there is no such row (any more)."""
    found = Membership.objects.filter(administration__parent=main, administration=administration_id)
    return next(iter(_read_subs(acting_user, main, found)), None)


def _read_subs(user: User, main: Administration, memberships: "QuerySet[Membership]") -> list[SubAdministration]:
    # By membership, with which the rights in each come along; of the roles there are few.
    found = memberships.filter(user=user).select_related("administration")
    # The row of a deleted one stays, because runs and the trail name it.
    rows = list(found.exclude(administration__state="deleted"))
    roles = Role.objects.in_bulk({row.role_id for row in rows})
    rights = {key: frozenset(role.rights) for key, role in roles.items()}
    facts = _read_facts(user, main, [row.administration for row in rows])
    # Once, because each asks for a translation.
    labels = {state.value: str(state.label) for state in Administration.State}
    return [_sub(row.administration, rights[row.role_id], facts, labels) for row in rows]


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
        if (not sought or sought in plain(sub.name) or sought in sub.slug)
        and is_shown(sub)
        and (not group or group in sub.groups)
    ]
    return sorted(found, key=lambda sub: sub.urgency) if sort == "attention" else found


SHOWN: dict[str, Callable[[SubAdministration], bool]] = {
    "behind": lambda sub: sub.is_behind,
    "attention": lambda sub: bool(sub.attention),
    "never": lambda sub: sub.is_active and sub.last_sync is None,
}


def count_settings(main: Administration) -> list[CategoryCount]:
    """How many settings the main administration has in each category."""
    counts = alignment_of([main])[main.pk]
    return [
        CategoryCount(category.key, str(category.label), counts.get(category.key, {}).get("items"))
        for category in all_kinds().categories
    ]


def _read_facts(user: User, main: Administration, administrations: list[Administration]) -> _Facts:
    role = Membership.objects.filter(user=user, administration=main).select_related("role").first()
    return _Facts(
        main=main,
        totals=totals_of(administrations),
        synced=_last_syncs(administrations),
        latest=_latest_syncs(administrations),
        main_rights=frozenset(role.role.rights) if role else frozenset(),
    )


def _last_syncs(administrations: Collection[Administration]) -> dict[uuid.UUID, LastSync]:
    """The last sync that brought something, by administration."""
    done = SyncTarget.objects.filter(administration__in=administrations, state=SyncTarget.State.SUCCEEDED)
    done = done.exclude(finished_at=None).order_by("administration_id", "-finished_at").distinct("administration_id")
    rows = list(done.values_list("administration", "run", "finished_at", "run__requested_by"))
    names = {key: str(user) for key, user in User.objects.in_bulk({row[3] for row in rows if row[3]}).items()}
    return {key: LastSync(run_id, at, names.get(user_id, "")) for key, run_id, at, user_id in rows if at is not None}


def _latest_syncs(administrations: Collection[Administration]) -> dict[uuid.UUID, _Latest]:
    """The last sync, which may have failed or be under way, by administration."""
    found = SyncTarget.objects.filter(administration__in=administrations)
    latest = found.order_by("administration_id", "-run__created_at").distinct("administration_id")
    rows = latest.values_list("administration", "run", "state", "counts", "may_begin")
    return {key: _Latest(*row) for key, *row in rows}


def _sub(
    administration: Administration, rights: frozenset[str], facts: _Facts, labels: Mapping[str, str]
) -> SubAdministration:
    total = facts.totals.get(administration.pk, NOT_COUNTED)
    latest = facts.latest.get(administration.pk)
    # While a worker makes or deletes it, a deletion would come in between.
    is_stable = administration.state in (Administration.State.ACTIVE, Administration.State.FAILED)
    failed = administration.state == Administration.State.FAILED
    return SubAdministration(
        id=administration.pk,
        slug=administration.slug,
        name=administration.name,
        state=administration.state,
        state_label=labels[administration.state],
        state_detail=administration.went_wrong,
        groups=tuple(administration.groups),
        counts=total.counts,
        last_sync=facts.synced.get(administration.pk),
        attention=tuple(_attention(administration, total, latest)),
        cannot_sync=_why_not(administration, rights, facts.main),
        damage=administration.went_wrong if administration.damage else "",
        # Whose ring is still to come has its turn in hours or days, and is not busy until then.
        is_busy=latest is not None and latest.state in SyncTarget.OPEN and latest.may_begin,
        may_delete=is_stable and AdministrationRight.DELETE in rights & set(facts.main_rights),
        may_retry=failed and right_to_retry(administration) in facts.main_rights,
    )


def _waiting(number: int) -> str:
    return ngettext("%d waits for a decision", "%d wait for a decision", number) % number


def _attention(administration: Administration, total: Total, latest: _Latest | None) -> Iterable[Attention]:
    if administration.state == Administration.State.FAILED:
        yield Attention("failed", _("could not be deleted") if administration.was_made else _("could not be made"))
    if administration.damage:
        yield Attention("damaged", _("data is missing"))
    conflicts = total.counts.get("conflict", 0)
    if conflicts:
        yield Attention("conflict", _waiting(conflicts))
    names = total.counts.get("names_taken", 0)
    if names:
        yield Attention("name", ngettext("%d name exists already", "%d names exist already", names) % names)
    if total.review_on is not None:
        day = formats.date_format(total.review_on, "SHORT_DATE_FORMAT")
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
