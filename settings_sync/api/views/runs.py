"""Runs: starting, following, cancelling and retrying a sync."""

import uuid
from typing import Any

from django.http import Http404
from django.urls import reverse
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from settings_sync.api.protocol.authentication import token_in_words, user_of
from settings_sync.api.protocol.documenting import describe
from settings_sync.api.protocol.idempotency import answer_once
from settings_sync.api.protocol.pagination import page_of_rows
from settings_sync.api.visibility import among_visible, find_plan, find_run, visible_runs
from settings_sync.models import Plan, SyncRun
from settings_sync.services.plans.category_rights import among_readable
from settings_sync.services.plans.plans import create_plan
from settings_sync.services.previews.happened import with_what_happened
from settings_sync.services.previews.previewing import plan_changes
from settings_sync.services.runs.runs import cancel_run, retry_run, start_run
from settings_sync.services.undos.undoing import create_undo_plan
from settings_sync.shapes.answers import shape_plan, shape_runs, shape_targets, shape_what_happened
from settings_sync.shapes.plans import ChangesQuery, PlanShape
from settings_sync.shapes.runs import (
    ConfirmedPlan,
    HappenedShape,
    OneStepRun,
    RetryBody,
    RunShape,
    TargetShape,
    UndoBody,
    read_new_run,
)

from .base import READ_RUNS, RUN, TokenView, created


class Runs(TokenView):
    """All runs of the main administration."""

    scopes = {"GET": READ_RUNS, "POST": RUN}

    @describe("List the runs", RunShape, paginated=True)
    def get(self, request: Request) -> Response:
        """The newest first."""
        page = page_of_rows(request, visible_runs(request), "-created_at", "-id")
        return Response(page.shaped(lambda runs: shape_runs(runs, user_of(request))))

    @describe("Start a sync", RunShape, body=[ConfirmedPlan, OneStepRun], status=202, key_is_required=True)
    def post(self, request: Request) -> Response:
        """Confirm a plan that was looked at, or plan and run in one step."""
        return answer_once(request, self._start, prepare=lambda: self._plan(request), is_required=True)

    def _plan(self, request: Request) -> dict[str, Any]:
        """The plan to carry out, made first when it was not named."""
        given = read_new_run(request.data)
        said = {"note": given.pop("note"), "confirmation": given.pop("confirmation", "")}
        if "plan" in given:
            return {"plan": find_plan(request, given["plan"]), "version": given["version"], **said}
        plan = create_plan(acting_user=user_of(request), main=self.main, **given)
        return {"plan": plan, "version": plan.version, **said}

    def _start(self, planned: dict[str, Any]) -> Response:
        user = user_of(self.request)
        run = start_run(acting_user=user, door="api", token=token_in_words(self.request), **planned)
        return _accepted(run, user)


class OneRun(TokenView):
    """One run."""

    scopes = {"GET": READ_RUNS}

    @describe("Show a run", RunShape)
    def get(self, request: Request, run_id: uuid.UUID) -> Response:
        """Its state, and what arrived."""
        return Response(shape_runs([find_run(request, run_id)], user_of(request))[0])


class RunTargets(TokenView):
    """The administrations of a run."""

    scopes = {"GET": READ_RUNS}

    @describe("List the targets of a run", TargetShape, paginated=True)
    def get(self, request: Request, run_id: uuid.UUID) -> Response:
        """Per administration its state, receipt and findings."""
        run = find_run(request, run_id)
        targets = run.targets.select_related("administration").prefetch_related("findings")
        page = page_of_rows(request, among_visible(request, targets), "plan_target_id")
        return Response(page.shaped(shape_targets))


class RunTargetChanges(TokenView):
    """What one administration got."""

    scopes = {"GET": READ_RUNS}

    @describe("List the changes of a target", HappenedShape, query=ChangesQuery, paginated=True)
    def get(self, request: Request, run_id: uuid.UUID, slug: str) -> Response:
        """What became of each item in this administration: what was planned, as long as that has not ended."""
        run = find_run(request, run_id)
        if not among_visible(request, run.targets.filter(administration__slug=slug)).exists():
            raise Http404
        narrowed = {**self.checked(ChangesQuery, request.query_params.dict()), "target": slug}
        happened = narrowed.pop("action", "")
        readable = among_readable(user_of(request), run.administration, plan_changes(run.plan, **narrowed))
        changes = with_what_happened(readable)
        changes = changes.filter(happened=happened) if happened else changes
        return Response(page_of_rows(request, changes, "id").shaped(shape_what_happened))


class CancelRun(TokenView):
    """Stopping a run."""

    scopes = {"POST": RUN}

    @describe("Cancel a run", RunShape, status=202)
    def post(self, request: Request, run_id: uuid.UUID) -> Response:
        """Administrations that no worker has started stay as they are; what is busy finishes."""
        run = find_run(request, run_id)
        return answer_once(
            request,
            lambda _: _accepted(cancel_run(acting_user=user_of(request), run=run), user_of(request)),
            prepare=self.nothing_more,
        )


class RetryRun(TokenView):
    """Trying again."""

    scopes = {"POST": RUN}

    @describe("Retry the failed and cancelled targets of a run", RunShape, body=RetryBody, status=202)
    def post(self, request: Request, run_id: uuid.UUID) -> Response:
        """Only what failed, was skipped or was cancelled is queued again; what a later run has decided stays.

        Of a run that was taken back since, 409 `confirmation-required` says what would come back.
        """
        run = find_run(request, run_id)
        return answer_once(
            request,
            lambda given: _accepted(retry_run(acting_user=user_of(request), run=run, **given), user_of(request)),
            prepare=lambda: self.checked(RetryBody, request.data),
        )


class UndoRun(TokenView):
    """Taking a run back."""

    scopes = {"POST": RUN}

    @describe("Take a run back", None, body=UndoBody, answers=[PlanShape, RunShape], status=202)
    def post(self, request: Request, run_id: uuid.UUID) -> Response:
        """A plan of kind undo, to look at, decide about and confirm; with `confirm` the run that carries it out.

        Of many administrations the plan is `computing` for some seconds: ask for it until it is `ready`, or `failed`.
        Where that removes or overwrites much it is refused without the `confirmation` that the answer names.
        """
        run = find_run(request, run_id)
        given = self.checked(UndoBody, request.data)

        def make() -> Plan:
            # Whoever confirms it at once has to be told what it asks for.
            return create_undo_plan(
                acting_user=user_of(request), run=run, targets=given.get("targets", ()), waits=given["confirm"]
            )

        def answer(plan: Plan) -> Response:
            if not given["confirm"]:
                targets = among_visible(request, plan.targets.select_related("administration"))
                return created(shape_plan(plan, targets), reverse("api:plan", args=[plan.pk]), status=202)
            run = start_run(
                acting_user=user_of(request),
                plan=plan,
                version=plan.version,
                door="api",
                token=token_in_words(request),
                confirmation=given["confirmation"],
            )
            return _accepted(run, user_of(request))

        return answer_once(request, answer, prepare=make)


def _accepted(run: SyncRun, user: User) -> Response:
    return created(shape_runs([run], user)[0], reverse("api:run", args=[run.pk]), status=202)
