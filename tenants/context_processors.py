"""What every page needs to know of the administration it shows."""

from typing import Any

from django.http import HttpRequest

from .permissions import reachable_administrations


def current_administration(request: HttpRequest) -> dict[str, Any]:
    """`administration`, the `switcher` list for the top bar and `rights`; empty outside an administration."""
    administration = getattr(request, "administration", None)
    if administration is None:
        return {"administration": None, "switcher": [], "rights": frozenset()}
    return {
        "administration": administration,
        "switcher": reachable_administrations(request.user),
        "rights": request.rights,  # type: ignore[attr-defined]
    }
