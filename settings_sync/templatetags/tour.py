"""The tour of a first sync: one step at the top of each page that somebody comes along."""

from typing import Any

from django import template

from settings_sync.services.home.touring import shows_tour
from tenants.rights import SyncRight

register = template.Library()

STEPS = 5


@register.inclusion_tag("sync/tour.html", takes_context=True)
def tour(context: template.Context, step: int) -> dict[str, Any]:
    """One step, for who may sync from here and wants the tour or has never synced yet."""
    administration = context.get("administration")
    may_sync = administration is not None and administration.is_main and SyncRight.RUN in (context.get("rights") or ())
    is_own = not context.get("acting")
    request = context["request"]
    return {
        "shown": may_sync and is_own and shows_tour(request.user),
        "step": step,
        "steps": STEPS,
        "administration": administration,
        "request": request,
        "csrf_token": context.get("csrf_token"),
    }
