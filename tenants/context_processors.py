"""What every page needs to know of the administration it shows."""

from typing import Any

from django.http import HttpRequest

from .permissions import may_switch


def current_administration(request: HttpRequest) -> dict[str, Any]:
    """`administration`, whether there is another one to switch to, and `rights`; empty outside an administration."""
    administration = getattr(request, "administration", None)
    if administration is None:
        return {"administration": None, "can_switch": False, "rights": frozenset()}
    return {
        "administration": administration,
        "can_switch": may_switch(request.user, administration),
        "rights": request.rights,  # type: ignore[attr-defined]
    }
