"""What every page needs to know of who looks at it."""

from typing import Any

from django.http import HttpRequest


def acting(request: HttpRequest) -> dict[str, Any]:
    """`acting`: who acts on whose behalf and how long yet, or None."""
    return {"acting": getattr(request, "acting", None)}
