"""`Idempotency-Key`: the same request twice has its effect once, and gets the same answer."""

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import APIException, ParseError
from rest_framework.request import Request
from rest_framework.response import Response

from settings_sync.models import IdempotencyRecord
from settings_sync.shapes.encoding import AnswerEncoder
from tenants import exact_json
from tenants.failpoints import reach
from tenants.session_locks import session_lock

from .authentication import token_of

KEPT = timedelta(hours=24)
LONGEST_KEY = 255


class KeyMissing(ParseError):
    """This request needs a header Idempotency-Key: a text of your own, another one for every new request."""

    default_code = "idempotency-key-missing"
    default_detail = _(
        "This request needs a header Idempotency-Key: a text of your own, another one for every new request."
    )


class KeyMalformed(ParseError):
    """An Idempotency-Key has 1 to 255 visible ASCII characters."""

    default_code = "invalid-input"
    default_detail = _("An Idempotency-Key has 1 to 255 visible ASCII characters.")


class KeyReused(APIException):
    """This Idempotency-Key was sent with another request before."""

    status_code = 422
    default_code = "idempotency-key-reused"
    default_detail = _("This Idempotency-Key was sent with another request before. Choose a new key.")


class RequestInProgress(APIException):
    """The first request with this Idempotency-Key is still in progress."""

    status_code = 409
    default_code = "request-in-progress"
    default_detail = _("The first request with this Idempotency-Key is still in progress. Try again in a moment.")
    wait = 0


def answer_once(
    request: Request,
    act: Callable[[Any], Response],
    *,
    prepare: Callable[[], Any] = lambda: None,
    is_required: bool = False,
) -> Response:
    """The answer that `act(prepare())` gives, or the one that it gave when this key was sent before.

    `prepare` may take long and leaves nothing behind that counts; what `act` writes is committed together with the note
    that it was done. Only what succeeded is kept: a refused request may be sent again with the same key.
    """
    key = _read_key(request, is_required)
    request.data  # noqa: B018 # what is not JSON as this API takes it is refused, also where no field is asked for
    if key is None:
        prepared = prepare()
        with transaction.atomic():
            return act(prepared)
    with _one_at_a_time(request, key):
        former = _find_answer(request, key)
        if former is not None:
            return former
        prepared = prepare()
        with transaction.atomic():
            response = act(prepared)
            _keep(request, key, response)
        reach("answer.after-commit")
    _forget_old()
    return response


def _read_key(request: Request, is_required: bool) -> str | None:
    key = request.headers.get("Idempotency-Key")
    if key is None:
        if is_required:
            raise KeyMissing
        return None
    if not (0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable() and key.strip()):
        raise KeyMalformed
    return key


@contextmanager
def _one_at_a_time(request: Request, key: str) -> Iterator[None]:
    """Hold this token's key in the database while the request lasts; raises RequestInProgress when another one does.

    A lock of the session, because preparing takes transactions of its own; it goes with the connection.
    """
    lock = int.from_bytes(hashlib.sha256(f"{token_of(request).pk}\n{key}".encode()).digest()[:8], signed=True)
    with session_lock(lock, wait=False) as is_mine:
        if not is_mine:
            raise RequestInProgress
        yield


def _find_answer(request: Request, key: str) -> Response | None:
    record = IdempotencyRecord.objects.filter(
        token=token_of(request), key=key, created_at__gt=timezone.now() - KEPT
    ).first()
    if record is None:
        return None
    if record.request_hash != _hash(request):
        raise KeyReused
    headers = {"Idempotency-Replayed": "true", **({"Location": record.location} if record.location else {})}
    return Response(exact_json.load(record.body), status=record.status, headers=headers)


def _keep(request: Request, key: str, response: Response) -> None:
    IdempotencyRecord.objects.filter(token=token_of(request), key=key).delete()
    IdempotencyRecord.objects.create(
        token=token_of(request),
        key=key,
        request_hash=_hash(request),
        status=response.status_code,
        location=response.headers.get("Location", ""),
        body=json.dumps(response.data, cls=AnswerEncoder),
    )


def _forget_old() -> None:
    IdempotencyRecord.objects.filter(created_at__lte=timezone.now() - KEPT).delete()


def _hash(request: Request) -> str:
    """Equal for equal requests: method, address and meaning of the body."""
    stated = [request.method, request.get_full_path(), request.data]
    return hashlib.sha256(json.dumps(stated, sort_keys=True, cls=AnswerEncoder).encode()).hexdigest()
