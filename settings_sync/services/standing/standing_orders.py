"""Making, changing, pausing and trying standing orders of a main administration."""

import hashlib
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from accounts.models import User
from audit.models import record
from settings_sync.declaring.kinds import all_kinds
from settings_sync.engine.reading.index import look_at
from settings_sync.exceptions import (
    NotTheMain,
    OrderNameNotUsable,
    OrderNameTaken,
    OrderWithoutPackage,
    OrderWithoutTargets,
    TooManyOrders,
    UnknownGroup,
    UnknownPackage,
    UnknownPolicy,
)
from settings_sync.models import OrderMoment, Package, Plan, StandingOrder, SyncTarget
from settings_sync.permissions import NotAllowed, may_run_sync, syncable_keys
from settings_sync.planning.moments import When
from settings_sync.planning.policies import POLICIES
from settings_sync.planning.stages import Who
from settings_sync.services.assignments.assigned import as_value
from settings_sync.services.notices.telling import tell_order
from settings_sync.services.plans.plans import create_plan
from settings_sync.services.rollouts.reading import read_rings
from settings_sync.services.runs.runs import cancel_runs_of
from tenants.exceptions import Refusal
from tenants.groups import groups_of
from tenants.models import Administration
from tenants.readable_names import is_visible

from .timetables import check_timetable, database_now, groups_in, quiet_of, read_timetable, timetable_of

LONGEST = 100
MOST = 200
State = StandingOrder.State


@dataclass(frozen=True)
class Content:
    """What an order says; `when`, `windows`, `rings`, `policies` and `approval` as they are kept."""

    name: str
    package: uuid.UUID
    groups: Sequence[str]
    when: Mapping[str, Any]
    windows: Mapping[str, Any] = field(default_factory=dict)
    time_zone: str = "Europe/Amsterdam"
    rings: Mapping[str, Any] = field(default_factory=dict)
    policies: Mapping[str, str] = field(default_factory=dict)
    approval: Mapping[str, bool] = field(default_factory=dict)


def free_name(main: Administration, package: Package) -> str:
    """The name of a package as that of an order, with a number where there is one already."""
    orders = StandingOrder.objects.filter(administration=main)
    taken = {name.lower() for name in orders.values_list("name", flat=True)}
    endings = ("", *(f" {number}" for number in range(2, MOST + 2)))
    names = (package.name[: LONGEST - len(ending)] + ending for ending in endings)
    return next(name for name in names if name.lower() not in taken)


def list_orders(*, acting_user: User, main: Administration) -> "QuerySet[StandingOrder]":
    """The standing orders of a main administration, by name; none for who may not sync."""
    if not may_run_sync(acting_user, main):
        return StandingOrder.objects.none()
    found = StandingOrder.objects.filter(administration=main)
    return found.select_related("administration", "package", "by_right_of")


def find_order(*, acting_user: User, main: Administration, order_id: uuid.UUID) -> StandingOrder | None:
    """One of them, or None."""
    return list_orders(acting_user=acting_user, main=main).filter(pk=order_id).first()


def create_order(*, acting_user: User, main: Administration, content: Content, is_on: bool = True) -> StandingOrder:
    """Make an order; from now on it works by the right of whoever made it.

    Raises NotAllowed, NotTheMain, UnknownPackage, UnknownGroup, UnknownPolicy, TimetableNotUsable, NeverOpen,
    RingsNotUsable, OrderNameNotUsable, OrderNameTaken or TooManyOrders.
    """
    _guard(acting_user, main)
    if StandingOrder.objects.filter(administration=main).count() >= MOST:
        raise TooManyOrders(most=MOST)
    order = StandingOrder(administration=main, state=State.ON if is_on else State.PAUSED)
    _fill(order, content)
    _keep(acting_user, order, "order.created")
    return order


def update_order(*, acting_user: User, order: StandingOrder, content: Content) -> StandingOrder:
    """Let an order be this, by the right of whoever says so; what was due before is over. Raises as `create_order`."""
    _guard(acting_user, order.administration)
    with transaction.atomic():
        order = _locked(order)
        _fill(order, content)
        if order.state == State.DONE:
            order.state = State.ON
        _keep(acting_user, order, "order.changed")
        # What waits for a window may have another one now.
        SyncTarget.objects.filter(run__order=order, state=SyncTarget.State.QUEUED).update(not_before=None)
    return order


def delete_order(*, acting_user: User, order: StandingOrder) -> None:
    """Forget an order; the runs that it made stay, and what is left of them is stopped. Raises NotAllowed."""
    main = order.administration
    _guard(acting_user, main)
    with transaction.atomic():
        cancel_runs_of(_locked(order), acting_user)
        record("order.deleted", actor=acting_user, administration=main, order=str(order.pk), name=order.name)
        order.delete()


def pause_order(*, acting_user: User, order: StandingOrder) -> StandingOrder:
    """Let nothing of it begin any more until it is resumed: what is left of its runs is stopped. Raises NotAllowed."""
    _guard(acting_user, order.administration)
    with transaction.atomic():
        order = _locked(order)
        if order.state == State.ON:
            _set_state(order, State.PAUSED)
            _record("order.paused", acting_user, order)
            cancel_runs_of(order, acting_user)
    return order


def resume_order(*, acting_user: User, order: StandingOrder) -> StandingOrder:
    """Switch it on again, by the right of whoever does; moments that have gone by meanwhile are not caught up on.

    Raises NotAllowed, OrderWithoutPackage, NeverOpen or TimetableNotUsable.
    """
    _guard(acting_user, order.administration)
    with transaction.atomic():
        order = _locked(order)
        if order.package is None:
            raise OrderWithoutPackage
        now = database_now()
        check_timetable(timetable_of(order), now)
        if order.state != State.ON:
            order.since = now
            order.by_right_of = acting_user
            order.seen_mark = order.done_mark = mark_of(order)
            _set_state(order, State.ON)
            schedule(order)
            order.save()
            _record("order.resumed", acting_user, order)
    return order


def try_order(*, acting_user: User, order: StandingOrder) -> Plan:
    """The plan that it would carry out now, to look at; nothing is started.

    Raises NotAllowed, OrderWithoutPackage, OrderWithoutTargets, or as `create_plan`.
    """
    _guard(acting_user, order.administration)
    return plan_order(acting_user, order)


def plan_order(user: User, order: StandingOrder) -> Plan:
    """Make the plan of an order, by the right of this user: its package for all administrations of its groups to which
    they may sync."""
    main = order.administration
    categories, items = _choice_of(order)
    active = main.children.filter(state=Administration.State.ACTIVE)
    members = [child for child in active if set(child.groups) & set(order.groups)]
    if not members:
        raise OrderWithoutTargets
    reached = syncable_keys(user, main)
    targets = [child.slug for child in members if child.pk in reached]
    if not targets:
        raise NotAllowed("sync.run")
    policies = dict(order.policies)
    return create_plan(
        acting_user=user, main=main, targets=targets, categories=categories, items=items, policies=policies
    )


def _choice_of(order: StandingOrder) -> tuple[list[str], list[uuid.UUID]]:
    """What its plans are about: the categories that its package holds whole, and what else it holds."""
    if order.package is None:
        raise OrderWithoutPackage
    package = as_value(order.package)
    category_of = {kind.key: kind.category.key for kind in all_kinds()}
    contents = contents_of(order)
    excepted = {
        uid: category_of[kind] for kind, uid in look_at(order.administration).entries if uid in package.excepted
    }
    held = set(category_of.values()) if package.is_everything else set(package.categories)
    # Only from a whole category is removed elsewhere what was removed in the main. Of what was excepted and is gone
    # there nobody knows the category any more, and then none is whole.
    whole = held - set(excepted.values()) if package.excepted <= excepted.keys() else set()
    return sorted(whole), [uid for kind, uid in contents if category_of[kind] not in whole]


def contents_of(order: StandingOrder) -> dict[tuple[str, uuid.UUID], bytes]:
    """The settings of an order's package as they stand in the main administration: (kind, uid) → digest."""
    if order.package is None:
        raise OrderWithoutPackage
    package = as_value(order.package)
    category_of = {kind.key: kind.category.key for kind in all_kinds()}
    entries = look_at(order.administration).entries
    return {
        key: entry.digest for key, entry in sorted(entries.items()) if package.holds(category_of[entry.kind], entry.uid)
    }


def mark_of(order: StandingOrder) -> str:
    """Another text for each other state of the package in the main administration; empty for other sorts of orders."""
    if order.when["kind"] != When.PUBLISHED or order.package is None:
        return ""
    digest = hashlib.sha256()
    for (_kind, uid), content in contents_of(order).items():
        digest.update(uid.bytes + content)
    return digest.hexdigest()


def schedule(order: StandingOrder) -> None:
    """Note when something may be due next; without anything to come a single moment is done."""
    if order.when["kind"] == When.PUBLISHED:
        order.look_at = database_now()
        return
    order.look_at = timetable_of(order).look_again(order.since)
    if order.look_at is None and order.when["kind"] == When.ONCE and order.state == State.ON:
        _set_state(order, State.DONE)


def stop_order(order: StandingOrder, refusal: Refusal) -> None:
    """Stop an order that cannot go on, with the reason, and what is left of its runs; call it with the order locked."""
    facts = {name: str(fact) for name, fact in refusal.facts.items()}
    _set_state(order, State.STOPPED, refusal.code, facts)
    record(
        "order.stopped",
        administration=order.administration,
        order=str(order.pk),
        name=order.name,
        reason=refusal.code,
    )
    tell_order(order, refusal.code, facts)
    cancel_runs_of(order, None)


def latest_moments(order: StandingOrder) -> "QuerySet[OrderMoment]":
    """What came of its moments, latest first."""
    return order.moments.select_related("run")[:20]


def _guard(user: User, main: Administration) -> None:
    if not main.is_main:
        raise NotTheMain(name=main.name)
    if not may_run_sync(user, main):
        raise NotAllowed("sync.run")


def _locked(order: StandingOrder) -> StandingOrder:
    found = StandingOrder.objects.select_for_update(of=("self",)).select_related("administration", "package")
    return found.get(pk=order.pk)


def _fill(order: StandingOrder, content: Content) -> None:
    main = order.administration
    table = read_timetable(content.when, content.windows, content.time_zone, content.groups)
    check_timetable(table, database_now())
    if table.when == When.PUBLISHED:
        quiet_of(content.when)
    package = Package.objects.filter(pk=content.package, administration=main).first()
    if package is None:
        raise UnknownPackage
    known = groups_of(list(main.children.existing()))
    # One that nobody is in any more may stay where it stands.
    former = {*(order.groups or ()), *groups_in(order.windows)}
    for name in [*content.groups, *sorted(groups_in(content.windows))]:
        if name not in known and name not in former:
            raise UnknownGroup(name=name)
    if not content.groups:
        raise OrderWithoutTargets
    _check_rings(content, known, order)
    for policy, value in content.policies.items():
        if value not in POLICIES.get(policy, ()):
            raise UnknownPolicy(policy=policy, value=value)
    order.package = package
    order.name = " ".join(content.name.split())
    order.groups = list(dict.fromkeys(content.groups))
    order.when = dict(content.when)
    order.windows = dict(content.windows)
    order.time_zone = content.time_zone
    order.rings = dict(content.rings)
    order.policies = dict(content.policies)
    order.approval = dict(content.approval)


def _check_rings(content: Content, known: Collection[str], order: StandingOrder) -> None:
    former = {stage.group for stage in read_rings(order.rings).stages}
    for stage in read_rings(content.rings).stages:
        # One that nobody is in any more may stay, as among its groups; it then waits for somebody in it.
        if stage.who == Who.GROUP and stage.group not in known and stage.group not in former:
            raise UnknownGroup(name=stage.group)


def _keep(user: User, order: StandingOrder, action: str) -> None:
    if not is_visible(order.name) or not order.name.isprintable() or len(order.name) > LONGEST:
        raise OrderNameNotUsable(most=LONGEST)
    order.by_right_of = user
    # What was due before it said this is not caught up on.
    order.since = database_now()
    order.seen_mark = order.done_mark = mark_of(order)
    schedule(order)
    try:
        with transaction.atomic():
            order.save()
            _record(action, user, order, when=order.when, groups=order.groups)
    # Asked of the database: two may give one name in the same moment.
    except IntegrityError:
        raise OrderNameTaken(name=order.name) from None


def _set_state(order: StandingOrder, state: str, code: str = "", facts: Mapping[str, str] | None = None) -> None:
    order.state = state
    order.state_code = code
    order.state_facts = dict(facts or {})
    if not order._state.adding:
        order.save(update_fields=["state", "state_code", "state_facts"])


def _record(action: str, user: User, order: StandingOrder, **more: Any) -> None:
    main = order.administration
    record(action, actor=user, administration=main, order=str(order.pk), name=order.name, **more)
