"""Plans: previewing a sync."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from rest_framework.request import Request
from rest_framework.response import Response

from settings_sync.api.protocol.authentication import user_of
from settings_sync.api.protocol.documenting import describe
from settings_sync.api.protocol.idempotency import answer_once
from settings_sync.api.protocol.pagination import page_of_rows
from settings_sync.api.protocol.preconditions import VersionDiffers, tagged, version_asked
from settings_sync.api.visibility import among_visible, find_plan
from settings_sync.declaring.kinds import all_kinds
from settings_sync.exceptions import PlanChanged
from settings_sync.models import Plan
from settings_sync.planning.verdicts import Word
from settings_sync.services.deciding.deciding import Asked, decide
from settings_sync.services.plans.category_rights import among_readable
from settings_sync.services.plans.plans import create_plan
from settings_sync.services.previews.previewing import plan_changes
from settings_sync.shapes.answers import shape_changes, shape_plan
from settings_sync.shapes.decisions import DecisionBody
from settings_sync.shapes.plans import ChangeShape, ChangesQuery, NewPlan, PlanShape

from .base import PREVIEW, TokenView, created

MOST_DECISIONS = 1000


class Plans(TokenView):
    """Making plans."""

    scopes = {"POST": PREVIEW}

    @describe("Preview a sync", PlanShape, body=NewPlan, status=201, later=202)
    def post(self, request: Request) -> Response:
        """What each administration would get. Nothing is written but the plan.

        Without `categories` and without `items` it is about all shared settings.
        """

        def make() -> Plan:
            return create_plan(acting_user=user_of(request), main=self.main, **self._read(request))

        return answer_once(request, lambda plan: made_plan(request, plan), prepare=make)

    def _read(self, request: Request) -> dict[str, Any]:
        given: dict[str, Any] = self.checked(NewPlan, request.data)
        # An empty list is a choice of nothing, and is refused. A run in one step must choose: nobody looks at its plan.
        if given.keys().isdisjoint({"categories", "items"}):
            given["categories"] = [category.key for category in all_kinds().categories]
        return given


class OnePlan(TokenView):
    """One plan."""

    scopes = {"GET": PREVIEW}

    @describe("Show a plan", PlanShape)
    def get(self, request: Request, plan_id: uuid.UUID) -> Response:
        """Its state, and its counts per administration."""
        plan = find_plan(request, plan_id)
        return Response(_shaped(request, plan), headers=tagged(plan))


class PlanDecisions(TokenView):
    """Deciding."""

    scopes = {"PATCH": PREVIEW}

    @describe("Decide about the items of a plan", PlanShape, body=[DecisionBody], is_list=True, matches=True)
    def patch(self, request: Request, plan_id: uuid.UUID) -> Response:
        """Make the plan anew with these decisions, all of them or none; it gets a new version."""
        plan = find_plan(request, plan_id)
        given = DecisionBody(data=request.data, many=True, allow_empty=False, max_length=MOST_DECISIONS)
        given.is_valid(raise_exception=True)
        version = version_asked(request, plan)
        decisions = [_asked(row) for row in given.validated_data]
        try:
            plan = decide(acting_user=user_of(request), plan=plan, version=version, decisions=decisions)
        except PlanChanged:  # somebody else decided since the version was compared
            raise VersionDiffers from None
        return Response(_shaped(request, plan), headers=tagged(plan))


class PlanChanges(TokenView):
    """The changes of a plan."""

    scopes = {"GET": PREVIEW}

    @describe("List the changes of a plan", ChangeShape, query=ChangesQuery, paginated=True)
    def get(self, request: Request, plan_id: uuid.UUID) -> Response:
        """Item by item, with the fields that differ."""
        plan = find_plan(request, plan_id)
        narrowed = self.checked(ChangesQuery, request.query_params.dict())
        readable = among_readable(user_of(request), plan.administration, plan_changes(plan, **narrowed))
        changes = among_visible(request, readable, "plan_target__administration")
        return Response(page_of_rows(request, changes, "id").shaped(shape_changes))


def _asked(given: Mapping[str, Any]) -> Asked:
    word = given["decision"]
    return Asked(
        item=given["item"],
        word=Word(word) if word else None,
        target=given.get("target", ""),
        path=given.get("path", ""),
        couple_with=given.get("with"),
        name=given.get("name", ""),
        reason=given.get("reason", ""),
        review_on=given.get("review_on"),
    )


def made_plan(request: Request, plan: Plan) -> Response:
    """The answer to what made a plan, which may still be computing."""
    status = 201 if plan.state == Plan.State.READY else 202
    return created(_shaped(request, plan), reverse("api:plan", args=[plan.pk]), status=status)


def _shaped(request: Request, plan: Plan) -> dict[str, object]:
    return shape_plan(plan, among_visible(request, plan.targets.select_related("administration")))
