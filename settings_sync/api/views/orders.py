"""Standing orders by API: making, changing, pausing, trying and deleting them."""

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from django.http import Http404
from django.urls import reverse
from rest_framework.request import Request
from rest_framework.response import Response

from settings_sync.api.protocol.authentication import user_of
from settings_sync.api.protocol.documenting import describe
from settings_sync.api.protocol.idempotency import answer_once
from settings_sync.api.protocol.pagination import page_of_rows
from settings_sync.exceptions import UnknownPackage
from settings_sync.models import StandingOrder
from settings_sync.services.packages.packages import find_package
from settings_sync.services.standing.outlook import last_moments
from settings_sync.services.standing.standing_orders import (
    Content,
    create_order,
    delete_order,
    find_order,
    free_name,
    list_orders,
    pause_order,
    resume_order,
    try_order,
    update_order,
)
from settings_sync.services.standing.timetables import database_now
from settings_sync.shapes.orders import ChangedOrder, NewOrder, OrderShape, shape_orders
from settings_sync.shapes.plans import PlanShape

from .base import READ_RUNS, RUN, SyncView, created
from .plans import made_plan

OPTIONAL = ("windows", "time_zone", "rings", "policies", "approval")
"""What an order needs not say: then it is as in an order that is new."""


class OrderView(SyncView):
    """A view of the standing orders of the token's main administration."""

    def find(self, request: Request, order_id: uuid.UUID) -> StandingOrder:
        """One of them. Raises Http404."""
        order = find_order(acting_user=user_of(request), main=self.main, order_id=order_id)
        if order is None:
            raise Http404
        return order


class Orders(OrderView):
    """All standing orders."""

    scopes = {"GET": READ_RUNS, "POST": RUN}

    @describe("List the standing orders", OrderShape, paginated=True)
    def get(self, request: Request) -> Response:
        """The oldest first."""
        rows = list_orders(acting_user=user_of(request), main=self.main)
        return Response(page_of_rows(request, rows, "created_at", "id").shaped(_shaped))

    @describe("Create a standing order", OrderShape, body=NewOrder, status=201)
    def post(self, request: Request) -> Response:
        """Bring a package to groups by itself, each time as a plan and a run of which the order is the reason."""

        def make(given: dict[str, Any]) -> Response:
            content = self._content(request, given)
            order = create_order(acting_user=user_of(request), main=self.main, content=content)
            return created(_shaped([order])[0], reverse("api:order", args=[order.pk]))

        return answer_once(request, make, prepare=lambda: self.checked(NewOrder, request.data))

    def _content(self, request: Request, given: Mapping[str, Any]) -> Content:
        package = find_package(acting_user=user_of(request), main=self.main, package_id=given["package"])
        if package is None:
            raise UnknownPackage
        said = {name: given[name] for name in OPTIONAL if name in given}
        name = given["name"] if "name" in given else free_name(self.main, package)
        return Content(name=name, package=package.pk, groups=given["groups"], when=given["when"], **_kept(said))


class OneOrder(OrderView):
    """One standing order."""

    scopes = {"GET": READ_RUNS, "PATCH": RUN, "DELETE": RUN}

    @describe("Show a standing order", OrderShape)
    def get(self, request: Request, order_id: uuid.UUID) -> Response:
        """What it says, when it is due next, and what came of it last."""
        return Response(_shaped([self.find(request, order_id)])[0])

    @describe("Change a standing order", OrderShape, body=ChangedOrder)
    def patch(self, request: Request, order_id: uuid.UUID) -> Response:
        """Only what is sent; what it was due before is not caught up on."""
        order = self.find(request, order_id)
        given = _kept(self.checked(ChangedOrder, request.data))
        names = ("name", "groups", "when", *OPTIONAL)
        standing = {"package": order.package_id, **{name: getattr(order, name) for name in names}}
        content = Content(**{**standing, **given})
        return Response(_shaped([update_order(acting_user=user_of(request), order=order, content=content)])[0])

    @describe("Delete a standing order", None, status=204)
    def delete(self, request: Request, order_id: uuid.UUID) -> Response:
        """What it brought stays; what is left of its runs is stopped."""
        delete_order(acting_user=user_of(request), order=self.find(request, order_id))
        return Response(status=204)


class SwitchView(OrderView):
    """A view that switches a standing order."""

    scopes = {"POST": RUN}

    def switch(self, request: Request, order_id: uuid.UUID, service: Callable[..., StandingOrder]) -> Response:
        """Let the service do it, and answer with the order. Raises Http404."""
        order = self.find(request, order_id)

        def act(_nothing: None) -> Response:
            return Response(_shaped([service(acting_user=user_of(request), order=order)])[0])

        return answer_once(request, act, prepare=self.nothing_more)


class PauseOrder(SwitchView):
    """Pausing."""

    @describe("Pause a standing order", OrderShape)
    def post(self, request: Request, order_id: uuid.UUID) -> Response:
        """Nothing of it begins any more until it is resumed."""
        return self.switch(request, order_id, pause_order)


class ResumeOrder(SwitchView):
    """Going on."""

    @describe("Resume a standing order", OrderShape)
    def post(self, request: Request, order_id: uuid.UUID) -> Response:
        """Switch it on again; what it missed meanwhile is not caught up on."""
        return self.switch(request, order_id, resume_order)


class TryOrder(OrderView):
    """Trying dry."""

    scopes = {"POST": RUN}

    @describe("Try a standing order", PlanShape, status=201, later=202)
    def post(self, request: Request, order_id: uuid.UUID) -> Response:
        """The plan of what it would do now; nothing is started."""
        order = self.find(request, order_id)

        def attempt(_nothing: None) -> Response:
            return made_plan(request, try_order(acting_user=user_of(request), order=order))

        return answer_once(request, attempt, prepare=self.nothing_more)


def _shaped(rows: list[StandingOrder]) -> list[dict[str, Any]]:
    return shape_orders(rows, last_moments(rows), database_now())


def _kept(given: Mapping[str, Any]) -> dict[str, Any]:
    """What was sent, with days as they are kept."""
    windows = dict(given.get("windows", {}))
    if "closed" in windows:
        windows["closed"] = [day.isoformat() for day in windows["closed"]]
    if "closed_in" in windows:
        windows["closed_in"] = [
            {**row, "days": [day.isoformat() for day in row["days"]]} for row in windows["closed_in"]
        ]
    return {**given, "windows": windows} if "windows" in given else dict(given)
