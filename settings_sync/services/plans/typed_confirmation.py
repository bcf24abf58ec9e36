"""Which plans ask for a typed confirmation: those that remove, and those that overwrite much."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from settings_sync.exceptions import ConfirmationRequired
from settings_sync.models import Change, Plan, SyncPolicy

DEFAULT_MAX_SHARE = 25
"""Percent of an administration's settings that may be overwritten or removed without asking."""

FEW = 5
"""Fewer settings than this are looked over at a glance, however small the administration."""


@dataclass(frozen=True)
class Confirmation:
    """What has to be typed, a name or its slug, and why, in words."""

    phrase: str
    slug: str
    reasons: tuple[str, ...]


def confirmation_of(plan: Plan) -> Confirmation | None:
    """The confirmation that a plan asks for; None when it asks for none."""
    reasons = tuple(_reasons(plan))
    return Confirmation(plan.administration.name, plan.administration.slug, reasons) if reasons else None


def check_confirmation(plan: Plan, typed: str) -> None:
    """Raises ConfirmationRequired when a plan asks for a confirmation and this is not it."""
    asked = confirmation_of(plan)
    if asked is not None and not plan.administration.is_named_by(typed):
        raise ConfirmationRequired(phrase=asked.phrase, slug=asked.slug, reasons=" ".join(asked.reasons))


def _reasons(plan: Plan) -> Iterator[str]:
    changes = Change.objects.filter(plan_target__plan=plan)
    removed = changes.filter(action__in=["archive", "delete"]).count()
    if removed:
        yield ngettext("%d setting is removed or archived.", "%d settings are removed or archived.", removed) % removed
    is_empty = plan.snapshot is not None and plan.kind == Plan.Kind.SYNC and not plan.snapshot.items.exists()
    if is_empty and changes.exists():
        yield _("The main administration has no settings at all.")
    share = _max_share(plan)
    for name, lost, standing in _losses(plan):
        # Multiplied and not divided: an administration may have no settings at all.
        if lost >= FEW and lost * 100 > share * standing:
            yield _("In %(name)s %(lost)d of %(standing)d settings are overwritten or removed.") % {
                "name": name,
                "lost": lost,
                "standing": standing,
            }


def _max_share(plan: Plan) -> int:
    own = SyncPolicy.objects.filter(administration=plan.administration_id).values_list("max_share", flat=True).first()
    return DEFAULT_MAX_SHARE if own is None else own


def _losses(plan: Plan) -> list[tuple[str, int, int]]:
    """Per administration how many settings lose what was made there, of how many."""
    lost = Q(changes__facts__has_key="overwrites", changes__action="update")
    lost |= Q(changes__action__in=["couple", "archive", "delete"])
    counted = plan.targets.annotate(lost=Count("changes", filter=lost)).order_by("position")
    return list(counted.values_list("administration__name", "lost", "standing"))
