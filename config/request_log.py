"""A line in the log per request, and what every line of that request tells: which request, administration and run."""

import re
from typing import Any

from django.http import HttpRequest
from django_structlog.middlewares import RequestMiddleware
from structlog.contextvars import bind_contextvars

TOLD = {"slug": "administration", "run_id": "run", "plan_id": "plan"}
"""What an address is about, by the name that it has in the URL configuration, and what the log calls it."""

LINKS = re.compile(r"^(/account/link/[a-z]+/).*")
"""Whoever reads what follows in such an address could go in with it."""


class RequestLog(RequestMiddleware):
    """Names the path and not what was asked there: people search for customers by name."""

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        """For example: GET /a/van-dijk/customers/."""
        path = LINKS.sub(r"\1…", request.path)
        return f"{request.method} {path}"

    @staticmethod
    def bind_user_id(request: HttpRequest) -> None:
        """Tell whose request it is, by number, and who of support makes it on their behalf."""
        RequestMiddleware.bind_user_id(request)
        acting = getattr(request, "acting", None)
        if acting is not None:
            bind_contextvars(acting_user_id=acting.staff.pk)

    def process_view(self, _request: HttpRequest, _view: Any, _args: Any, kwargs: dict[str, Any]) -> None:
        """Tell every line that follows what the address is about."""
        bind_contextvars(**{word: str(kwargs[name]) for name, word in TOLD.items() if name in kwargs})
