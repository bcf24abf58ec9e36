"""The inbox of deviations by API: what was changed in subs, and what is decided about it."""

from collections.abc import Mapping
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from settings_sync.api.protocol.authentication import token_in_words, user_of
from settings_sync.api.protocol.documenting import describe
from settings_sync.api.protocol.idempotency import answer_once
from settings_sync.api.protocol.pagination import page_of_rows
from settings_sync.permissions import NotAllowed, may_run_sync
from settings_sync.services.inbox.deciding import Asked, Door, Prepared, carry_out, prepare
from settings_sync.services.inbox.entries import Filters, deviations_of, list_entries
from settings_sync.shapes.deviations import (
    DecidedDeviationBody,
    DecidedDeviationShape,
    DeviationQuery,
    DeviationShape,
    shape_deviations,
    shape_outcomes,
)

from .base import READ_RUNS, RUN, TokenView

MOST_DECISIONS = 200
ORDERS = {"newest": ("-newest", "id"), "work": ("-work", "-newest", "id")}


class Deviations(TokenView):
    """The inbox of the token's main administration."""

    scopes = {"GET": READ_RUNS}

    @describe("List the deviations", DeviationShape, query=DeviationQuery, paginated=True)
    def get(self, request: Request) -> Response:
        """What was changed in sub-administrations; equal ones of many are one. By `work` what open documents use comes
        first."""
        asked = self.checked(DeviationQuery, _without_page(request))
        main = self.main
        user = user_of(request)
        if not may_run_sync(user, main):
            raise NotAllowed("sync.run")
        order = ORDERS[asked.pop("sort")]
        filters = Filters(**asked)
        page = page_of_rows(request, list_entries(acting_user=user, main=main, filters=filters), *order)
        return Response(page.shaped(lambda rows: shape_deviations(rows, deviations_of(user, main, rows, filters))))


class DecideDeviations(TokenView):
    """Deciding about deviations."""

    scopes = {"POST": RUN}

    @describe(
        "Decide about deviations",
        DecidedDeviationShape,
        body=[DecidedDeviationBody],
        is_list=True,
        answers_list=True,
    )
    def post(self, request: Request) -> Response:
        """One answer for each. What is put back or accepted is a run; what is taken over becomes the main's, and comes
        with a plan that offers it to the others."""
        given: Any = DecidedDeviationBody(data=request.data, many=True, max_length=MOST_DECISIONS)  # type: ignore[call-arg]

        user = user_of(request)

        def checked() -> list[Prepared]:
            given.is_valid(raise_exception=True)
            return prepare(acting_user=user, main=self.main, decisions=[_asked(row) for row in given.validated_data])

        def make(prepared: list[Prepared]) -> Response:
            door = Door("api", token_in_words(request))
            return Response(shape_outcomes(carry_out(acting_user=user, prepared=prepared, door=door)))

        return answer_once(request, make, prepare=checked)


def _asked(row: Mapping[str, Any]) -> Asked:
    return Asked(row["deviation"], row["decision"], row.get("reason", ""), row.get("until"))


def _without_page(request: Request) -> dict[str, str]:
    return {name: value for name, value in request.query_params.dict().items() if name not in ("limit", "cursor")}
