"""Whether the product is well: for load balancers and for whoever waits until it is up."""

import logging

import psycopg
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from settings_sync.services.doctor.answering import broker_answers, worker_answers
from tenants.plain_connections import plain_parameters

logger = logging.getLogger(__name__)

OK = "ok"
DEGRADED = "degraded"
DOWN = "down"
DATABASE_ANSWERS_WITHIN_SECONDS = 3
"""The least that libpq waits is 2."""


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """This process answers; nothing else is looked at."""
    return JsonResponse({"status": OK})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when the database answers, else 503; without broker or worker, syncs are accepted and carried out later."""
    database = database_state()
    broker = OK if broker_answers() else DEGRADED
    worker = OK if broker == OK and worker_answers() else DEGRADED
    body = {"status": OK if database == OK else DOWN, "database": database, "broker": broker, "worker": worker}
    if database == OK:
        return JsonResponse(body)
    return JsonResponse(body, status=503, headers={"Retry-After": "5"})


def database_state() -> str:
    """`ok` when the database takes a connection and answers within a few seconds, else `down`.

    A connection of its own: one that stands already would wait as long as a database that hangs does.
    """
    try:
        parameters = plain_parameters(connect_timeout=DATABASE_ANSWERS_WITHIN_SECONDS)
        with psycopg.connect(**parameters, autocommit=True) as database:
            database.execute("SELECT 1")
    except psycopg.Error as error:
        logger.warning("The database does not answer: %s", error)
        return DOWN
    return OK
