"""Every error as `application/problem+json` (RFC 9457), and the list of types that the docs page shows."""

import inspect
import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.signals import got_request_exception
from django.db import IntegrityError, InterfaceError, OperationalError
from django.http import Http404, HttpResponse, JsonResponse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import APIException, NotAuthenticated, NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from settings_sync.exceptions import DocumentRefused, PlanUsed, SyncError
from tenants.constraints import broken_by
from tenants.exceptions import AdministrationError, Refusal
from tenants.permissions import NotAllowed
from tenants.rights import find_right
from webhooks.exceptions import WebhookError

logger = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = "5"
TREES = (SyncError, AdministrationError, WebhookError)


@dataclass(frozen=True)
class ProblemType:
    """One value of `type`, as the docs page lists it."""

    code: str
    status: int
    title: str | Promise
    description: str | Promise


GENERIC = (
    ProblemType("malformed-json", 400, _("Malformed JSON"), _("The body is not JSON as this API takes it.")),
    ProblemType("bad-request", 400, _("Bad request"), _("The request could not be understood at all.")),
    ProblemType("invalid-input", 400, _("Invalid input"), _("`errors` says per field what is wrong with it.")),
    ProblemType("invalid-cursor", 400, _("Invalid cursor"), _("A cursor is taken from `next` or `previous` as it is.")),
    ProblemType(
        "idempotency-key-missing",
        400,
        _("Idempotency key missing"),
        _("This request needs the header Idempotency-Key."),
    ),
    ProblemType("not-authenticated", 401, _("Not authenticated"), _("Send `Authorization: Bearer <token>`.")),
    ProblemType(
        "token-not-accepted", 401, _("Token not accepted"), _("The token is not known, has expired or was revoked.")
    ),
    ProblemType("scope-missing", 403, _("Scope missing"), _("The token lacks the scope that this takes.")),
    ProblemType("not-allowed", 403, _("Not allowed"), _("The token's user does not have the right to do this.")),
    ProblemType("not-found", 404, _("Not found"), _("There is nothing here, or nothing that this token may see.")),
    ProblemType("method-not-allowed", 405, _("Method not allowed"), _("This address does not know this method.")),
    ProblemType("not-acceptable", 406, _("Not acceptable"), _("The API answers with application/json.")),
    ProblemType(
        "request-in-progress", 409, _("Request in progress"), _("The first request with this key has not ended yet.")
    ),
    ProblemType("clash", 409, _("Clash"), _("What was sent clashes with what somebody else saved at the same moment.")),
    ProblemType(
        "precondition-failed",
        412,
        _("Precondition failed"),
        _("The plan, or the setting, is no longer what If-Match says."),
    ),
    ProblemType("precondition-required", 428, _("Precondition required"), _("This request needs a header If-Match.")),
    ProblemType("unsupported-media-type", 415, _("Unsupported media type"), _("The API takes application/json.")),
    ProblemType(
        "idempotency-key-reused", 422, _("Idempotency key reused"), _("This key was sent with another request before.")
    ),
    ProblemType("too-many-requests", 429, _("Too many requests"), _("Wait as long as `Retry-After` says.")),
    ProblemType("server-error", 500, _("Server error"), _("Something went wrong on our side; it has been logged.")),
    ProblemType("unavailable", 503, _("Unavailable"), _("Try again after as long as `Retry-After` says.")),
)
TITLES = {problem.code: problem.title for problem in GENERIC}
CODES_BY_STATUS = {
    401: "not-authenticated",
    403: "not-allowed",
    404: "not-found",
    405: "method-not-allowed",
    406: "not-acceptable",
    415: "unsupported-media-type",
    429: "too-many-requests",
}


def problem_types() -> list[ProblemType]:
    """Every type that an answer, or the `error` of a target, can have; by status and code."""
    trees = (problem for tree in TREES for problem in _of_tree(tree))
    # What is general keeps its description where an error of the trees has the same code.
    named = {problem.code: problem for problem in (*trees, *GENERIC)}
    return sorted(named.values(), key=lambda problem: (problem.status, problem.code))


def problem_response(error: Exception, context: Mapping[str, Any]) -> Response:
    """The answer to any error that a view raises; REST framework calls this."""
    problem, headers = _problem(error)
    if problem["status"] == 500:
        logger.exception("The API failed: %s", error, exc_info=error)
        request: Request | None = context.get("request")
        got_request_exception.send(sender=None, request=request and request._request)
    return Response(problem, status=problem["status"], headers=headers, content_type=CONTENT_TYPE)


def problem_page(code: str, status: int, detail: str) -> HttpResponse:
    """The answer where no view of the API was reached, so that nothing of REST framework can give it."""
    return JsonResponse(_generic(code, status, detail), status=status, content_type=CONTENT_TYPE)


def _problem(error: Exception) -> tuple[dict[str, Any], dict[str, str]]:
    if isinstance(error, TREES):
        body = _body(error.code, error.status, _title(error.code), error.detail)
        return {**body, **_more(error)}, {}
    if isinstance(error, (NotAllowed, PermissionDenied)):
        return _generic("not-allowed", 403, _which_right(error)), {}
    if isinstance(error, Http404):
        return _generic("not-found", 404, NotFound.default_detail), {}
    if isinstance(error, ValidationError):
        body = _generic("invalid-input", 400, _("The request is not right; see errors."))
        return {**body, "errors": dict(flat_errors(error.detail))}, {}
    if isinstance(error, APIException):
        return _generic(_code(error), error.status_code, error.detail), _headers(error)
    if isinstance(error, IntegrityError):
        return _generic("clash", 409, broken_by(error).sentence), {}
    if isinstance(error, (OperationalError, InterfaceError)):
        detail = _("The database does not answer now. Try again in a moment.")
        return _generic("unavailable", 503, detail), {"Retry-After": RETRY_AFTER_SECONDS}
    return _generic("server-error", 500, _("Something went wrong on our side. Nothing more is known here.")), {}


def _more(error: Exception) -> dict[str, Any]:
    """What a problem tells besides its words."""
    if isinstance(error, DocumentRefused):
        return {"errors": error.errors}
    # Whoever lost the first answer finds the run that came of it.
    return {"run": str(error.facts["run"])} if isinstance(error, PlanUsed) else {}


def _which_right(error: Exception) -> str:
    """What the token's user lacks, by the name that a role shows of it."""
    right = find_right(getattr(error, "right", ""))
    if right is not None:
        return _("You do not have the right to do this here: {right}.").format(right=right.label)
    return str(_("You do not have the right to do this here."))


def _generic(code: str, status: int, detail: object) -> dict[str, Any]:
    return _body(code, status, TITLES[code], detail)


def _body(code: str, status: int, title: str | Promise, detail: object) -> dict[str, Any]:
    return {"type": code, "title": str(title), "status": status, "detail": str(detail)}


def _code(error: APIException) -> str:
    """The type of one of REST framework's own errors, or of ours that has a code of its own."""
    if error.default_code in TITLES:
        return error.default_code
    return CODES_BY_STATUS.get(error.status_code, "server-error" if error.status_code >= 500 else "invalid-input")


def _headers(error: APIException) -> dict[str, str]:
    headers = {}
    wait = getattr(error, "wait", None)
    if wait is not None:
        headers["Retry-After"] = str(int(wait) + 1)
    if isinstance(error, NotAuthenticated) or error.status_code == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="eenlijn"'
    return headers


def flat_errors(detail: Any, path: str = "") -> Iterator[tuple[str, list[str]]]:
    """REST framework's nested errors as field → messages; `targets.0` is the first of a list, "" the whole body."""
    if isinstance(detail, Mapping):
        for name, below in detail.items():
            yield from flat_errors(below, _joined(path, name))
        return
    if any(isinstance(row, Mapping) for row in detail):
        for number, below in enumerate(detail):
            yield from flat_errors(below, f"{path}.{number}")
        return
    yield path, [str(message) for message in detail]


def _joined(path: str, name: Any) -> str:
    if name == "non_field_errors":
        return path
    return f"{path}.{name}" if path else str(name)


def _title(code: str) -> str:
    """`plan-used` as “Plan used”: one title for a type, whichever refusal has it."""
    return code.replace("-", " ").capitalize()


def _of_tree(root: type[Refusal]) -> Iterator[ProblemType]:
    for error in root.__subclasses__():
        description = re.sub(r"\{\w+\}", "…", gettext(inspect.getdoc(error) or ""))
        yield ProblemType(error.code, error.status, _title(error.code), description)
        yield from _of_tree(error)
