"""What every page needs to know of the administration it shows."""

from typing import Any

from django.http import HttpRequest

from .models import Administration
from .permissions import reachable_administrations

SWITCHER_AT_ONCE = 40
"""Administrations that stand in the top bar of every page; of more the rest is found by searching."""


def current_administration(request: HttpRequest) -> dict[str, Any]:
    """`administration`, the `switcher` list for the top bar and `rights`; empty outside an administration."""
    administration = getattr(request, "administration", None)
    if administration is None:
        return {"administration": None, "switcher": [], "switcher_more": 0, "rights": frozenset()}
    reachable = reachable_administrations(request.user)
    switcher = _at_once(reachable, administration)
    return {
        "administration": administration,
        "switcher": switcher,
        "switcher_more": len(reachable) - len(switcher),
        "rights": request.rights,  # type: ignore[attr-defined]
    }


def _at_once(reachable: list[Administration], current: Administration) -> list[Administration]:
    """All of them, or of many the main administrations, the one that is open and the first of the others."""
    if len(reachable) <= SWITCHER_AT_ONCE:
        return reachable
    first = [row for row in reachable if row.is_main or row.pk == current.pk]
    rest = [row for row in reachable if row not in first and row.parent_id == current.main.pk]
    shown = {row.pk for row in [*first, *rest][:SWITCHER_AT_ONCE]}
    return [row for row in reachable if row.pk in shown]
