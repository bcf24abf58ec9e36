"""The rings of a run by API: pausing them, letting them go on, and approving one. The run tells how far they are."""

import uuid
from collections.abc import Callable
from typing import Any

from django.urls import reverse
from rest_framework.request import Request
from rest_framework.response import Response

from settings_sync.api.protocol.authentication import user_of
from settings_sync.api.protocol.documenting import describe
from settings_sync.api.protocol.idempotency import answer_once
from settings_sync.api.visibility import find_run
from settings_sync.models import SyncRun
from settings_sync.services.standing.steering import approve_ring, pause_rings, resume_rings
from settings_sync.shapes.answers import shape_runs
from settings_sync.shapes.base import Body, NoFields
from settings_sync.shapes.rings import RingWordBody
from settings_sync.shapes.runs import RunShape

from .base import RUN, TokenView, created


class SteeringView(TokenView):
    """A view that steers the rings of a run. `POST runs/{id}/cancel/` stops them."""

    scopes = {"POST": RUN}

    takes: type[Body] = NoFields

    def steer(self, request: Request, run_id: uuid.UUID, service: Callable[..., SyncRun], **what: Any) -> Response:
        """Let the service do it with what the body says, and answer with the run."""
        user = user_of(request)
        run = find_run(request, run_id)

        def answer(given: dict[str, Any]) -> Response:
            steered = service(acting_user=user, run=run, **what, **given)
            return created(shape_runs([steered], user)[0], reverse("api:run", args=[run.pk]), status=202)

        return answer_once(request, answer, prepare=lambda: self.checked(self.takes, request.data))


class PauseRings(SteeringView):
    """Pausing."""

    @describe("Pause the rings of a run", RunShape, status=202)
    def post(self, request: Request, run_id: uuid.UUID) -> Response:
        """Nothing more begins until they go on; what has begun is finished."""
        return self.steer(request, run_id, pause_rings)


class ResumeRings(SteeringView):
    """Going on."""

    @describe("Let the rings of a run go on", RunShape, status=202)
    def post(self, request: Request, run_id: uuid.UUID) -> Response:
        """They go on where they were."""
        return self.steer(request, run_id, resume_rings)


class ApproveRing(SteeringView):
    """Approving."""

    takes = RingWordBody

    @describe("Approve a ring", RunShape, body=RingWordBody, status=202)
    def post(self, request: Request, run_id: uuid.UUID, number: int) -> Response:
        """A ring that waits for that begins, or once it is not paused any more; a word may be given with it."""
        return self.steer(request, run_id, approve_ring, number=number)
