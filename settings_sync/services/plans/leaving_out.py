"""Administrations of which nothing can be planned are left out of a plan, which says so and goes on with the others."""

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

from django.db import ProgrammingError, connection, transaction

from settings_sync.exceptions import (
    AdministrationDamaged,
    DocumentsOutdated,
    HeadsDiffer,
    LeftOut,
    LeftOutOutdated,
    LeftOutWaiting,
    SyncError,
)
from settings_sync.models import PlanTarget
from tenants.damage import UNREADABLE
from tenants.models import Administration
from tenants.schemas import WrongSchema
from tenants.wholeness import note_damage

logger = logging.getLogger(__name__)
Planned = TypeVar("Planned")

WHEN_ALL_ARE: dict[str, type[SyncError]] = {
    LeftOut.code: AdministrationDamaged,
    LeftOutWaiting.code: HeadsDiffer,
    LeftOutOutdated.code: DocumentsOutdated,
}
"""What is refused when every administration is left out, by why the first one is."""


def whole_targets(targets: Iterable[PlanTarget]) -> list[PlanTarget]:
    """Those whose administration is as the code expects it; the others are left out of their plan, with the reason."""
    listed = list(targets)
    damaged = note_damage(target.administration for target in listed)
    for target in listed:
        if target.administration in damaged:
            _leave_out(target, _damaged(target, damaged[target.administration]))
    return [target for target in listed if target.administration not in damaged]


def attempt(target: PlanTarget, plan: Callable[[PlanTarget], Planned]) -> Planned | None:
    """Plan one administration; None when it was left out after all: it could not be read, waits for an update, or what
    would be written there is of before one."""
    name = target.administration.name
    try:
        return plan(target)
    except HeadsDiffer:
        _leave_out(target, LeftOutWaiting(name=name))
        return None
    except DocumentsOutdated as outdated:
        _leave_out(target, LeftOutOutdated(name=name, **outdated.facts))
        return None
    except (ProgrammingError, WrongSchema, AdministrationDamaged):
        if connection.in_atomic_block:
            raise  # nothing can be read or written any more before that ends
        logger.exception("Administration %s is left out of preview %s", target.administration.slug, target.plan_id)
        _leave_out(
            target, _damaged(target, note_damage([target.administration]).get(target.administration, UNREADABLE))
        )
        return None


def refuse_when_none(targets: Iterable[PlanTarget]) -> None:
    """Raises AdministrationDamaged, HeadsDiffer or DocumentsOutdated when every administration is left out."""
    listed = list(targets)
    if all(target.left_out for target in listed):
        first = listed[0].left_out
        raise WHEN_ALL_ARE[first["code"]](**first["facts"])


def refuse_damaged(administration: Administration) -> None:
    """Raises AdministrationDamaged when an administration is not whole."""
    damage = note_damage([administration]).get(administration)
    if damage is not None:
        raise AdministrationDamaged(name=administration.name, damage=damage)


def _damaged(target: PlanTarget, damage: str) -> LeftOut:
    return LeftOut(name=target.administration.name, damage=damage)


def _leave_out(target: PlanTarget, error: SyncError) -> None:
    target.left_out = {"code": error.code, "facts": error.facts}
    target.counts = {}
    target.standing = 0
    target.affected = {}
    target.rehearsal = {}
    with transaction.atomic():
        target.changes.all().delete()
        target.save(update_fields=["left_out", "counts", "standing", "affected", "rehearsal"])
