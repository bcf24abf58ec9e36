"""What a token may see: its main administration and the subs that its user may reach. All else is not found."""

import uuid
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404
from rest_framework.request import Request

from settings_sync.api.protocol.authentication import token_of, user_of
from settings_sync.models import Plan, SyncRun
from settings_sync.permissions import may_see_administrations, may_see_runs
from settings_sync.services.previews.plan_overview import find_plan as find_plan_of
from settings_sync.services.runs import run_overview
from tenants.models import Administration


def visible_administrations(request: Request) -> "QuerySet[Administration]":
    """The administrations of the token's main that its user may enter."""
    main = token_of(request).administration
    found = Administration.objects.existing().reachable_by(request.user).filter(Q(pk=main.pk) | Q(parent=main))
    return found.select_related("parent")


def find_administration(request: Request, slug: str) -> Administration:
    """One of those. Raises Http404."""
    found = visible_administrations(request).filter(slug=slug).first()
    if found is None:
        raise Http404
    return found


def find_active_administration(request: Request, slug: str) -> Administration:
    """One of those that has a schema to look into. Raises Http404."""
    found = find_administration(request, slug)
    if found.state != Administration.State.ACTIVE:
        raise Http404
    return found


def sees_administrations(request: Request) -> bool:
    """Whether the token's user may look at how far the administrations of the token's main are in line."""
    return may_see_administrations(user_of(request), token_of(request).administration)


def find_plan(request: Request, plan_id: uuid.UUID) -> Plan:
    """A plan of the token's main that its user may look at. Raises Http404."""
    main = find_administration(request, token_of(request).administration.slug)
    plan = find_plan_of(acting_user=user_of(request), main=main, plan_id=plan_id)
    if plan is None:
        raise Http404
    return plan


def visible_runs(request: Request) -> "QuerySet[SyncRun]":
    """The runs of the token's main that its user may see: the same as in the history on the page."""
    main = visible_administrations(request).filter(pk=token_of(request).administration_id).first()
    if main is None or not may_see_runs(user_of(request), main):
        return SyncRun.objects.none()
    return run_overview.visible_runs(user_of(request), main)


def find_run(request: Request, run_id: uuid.UUID) -> SyncRun:
    """One of those. Raises Http404."""
    run = visible_runs(request).filter(pk=run_id).first()
    if run is None:
        raise Http404
    return run


def among_visible(request: Request, rows: Any, path: str = "administration") -> Any:
    """Targets or changes, without those in administrations that the user may not enter; `path` leads there.

    What happened in an administration that nobody can enter any more stays visible.
    """
    entered = Q(**{f"{path}__in": visible_administrations(request).values("pk")})
    return rows.filter(entered | Q(**{f"{path}__state__in": Administration.GONE}))
