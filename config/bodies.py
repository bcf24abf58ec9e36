"""Bodies that come in pieces: Django reads as much as `Content-Length` says, and these do not have one."""

from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any

from django.conf import settings

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]


class KnownLength:
    """Collects a body that comes in pieces (`Transfer-Encoding: chunked`) before Django would take it for empty.

    No more is read than one byte above the limit, which is enough for Django and for the API to refuse it.
    """

    def __init__(self, application: Application) -> None:
        self.application = application

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        if "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower() and not environ.get("CONTENT_LENGTH"):
            try:
                body = environ["wsgi.input"].read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
            except OSError:  # the pieces do not fit together, or the sender is gone
                start_response("400 Bad Request", [("Content-Length", "0"), ("Connection", "close")])
                return []
            environ = {**environ, "wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body))}
        return self.application(environ, start_response)
