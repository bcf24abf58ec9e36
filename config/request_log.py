"""A line in the log per request."""

from django.http import HttpRequest
from django_structlog.middlewares import RequestMiddleware


class RequestLog(RequestMiddleware):
    """Names the path and not what was asked there: people search for customers by name."""

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        """For example: GET /a/van-dijk/customers/."""
        return f"{request.method} {request.path}"
