"""Approvals by API: what waits, and the word that lets it begin or ends it."""

import uuid
from collections.abc import Callable

from django.http import Http404
from django.urls import reverse
from rest_framework.request import Request
from rest_framework.response import Response

from settings_sync.api.protocol.authentication import user_of
from settings_sync.api.protocol.documenting import describe
from settings_sync.api.protocol.idempotency import answer_once
from settings_sync.api.protocol.pagination import page_of_rows
from settings_sync.models import SyncRun
from settings_sync.services.approvals.approvals import approve, find_approval, list_approvals, reject
from settings_sync.shapes.answers import shape_runs
from settings_sync.shapes.approvals import ApprovalShape, WordBody, shape_approvals
from settings_sync.shapes.runs import RunShape

from .base import READ_RUNS, RUN, TokenView, created


class Approvals(TokenView):
    """What waits or waited for approval."""

    scopes = {"GET": READ_RUNS}

    @describe("List the approvals", ApprovalShape, paginated=True)
    def get(self, request: Request) -> Response:
        """The newest first: what the token's user asked, or may approve."""
        rows = list_approvals(acting_user=user_of(request), main=self.main)
        return Response(page_of_rows(request, rows, "-created_at", "-id").shaped(shape_approvals))


class DecisionView(TokenView):
    """A view that decides about an approval."""

    scopes = {"POST": RUN}

    def decide(self, request: Request, approval_id: uuid.UUID, service: Callable[..., SyncRun]) -> Response:
        """Let the service do it, and answer with the run. Raises Http404."""
        user = user_of(request)
        approval = find_approval(acting_user=user, main=self.main, approval_id=approval_id)
        if approval is None:
            raise Http404

        def answer(given: dict[str, str]) -> Response:
            run = service(acting_user=user, approval=approval, **given)
            return created(shape_runs([run], user)[0], reverse("api:run", args=[run.pk]), status=202)

        return answer_once(request, answer, prepare=lambda: self.checked(WordBody, request.data))


class ApproveRun(DecisionView):
    """Approving."""

    @describe("Approve what waits", RunShape, body=WordBody, status=202)
    def post(self, request: Request, approval_id: uuid.UUID) -> Response:
        """The run begins, as whoever asked for it. Who asked cannot approve (403 `own-approval`)."""
        return self.decide(request, approval_id, approve)


class RejectRun(DecisionView):
    """Rejecting."""

    @describe("Reject what waits", RunShape, body=WordBody, status=202)
    def post(self, request: Request, approval_id: uuid.UUID) -> Response:
        """The run ends as `rejected`; nothing was changed."""
        return self.decide(request, approval_id, reject)
