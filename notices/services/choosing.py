"""Where somebody wants to be told what."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction

from accounts.acting import refuse_while_acting
from accounts.models import User
from audit.models import record

from ..kinds import Kind, all_kinds
from ..models import NoticeChoice


@dataclass(frozen=True)
class Choice:
    """One kind of notice, and where somebody is told of it."""

    kind: Kind
    is_shown: bool
    is_mailed: bool


def choices_of(user: User) -> list[Choice]:
    """Every kind with what this person chose, or what holds while they chose nothing."""
    chosen = {row.kind: row for row in NoticeChoice.objects.filter(user=user)}
    return [
        Choice(kind, row.is_shown, row.is_mailed)
        if (row := chosen.get(kind.key))
        else Choice(kind, True, kind.is_mailed)
        for kind in all_kinds()
    ]


def choose(*, acting_user: User, shown: Collection[str], mailed: Collection[str]) -> None:
    """Remember which kinds somebody is told of in the product, and which by mail; the others they are not."""
    refuse_while_acting()
    rows = [
        NoticeChoice(user=acting_user, kind=kind.key, is_shown=kind.key in shown, is_mailed=kind.key in mailed)
        for kind in all_kinds()
    ]
    with transaction.atomic():
        NoticeChoice.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["user", "kind"], update_fields=["is_shown", "is_mailed"]
        )
        record("notices.chosen", actor=acting_user, shown=sorted(shown), mailed=sorted(mailed))
