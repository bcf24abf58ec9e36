"""Administrations: which there are, making and deleting them, and how far they are in line."""

from typing import Any

from django.urls import reverse
from rest_framework.request import Request
from rest_framework.response import Response

from settings_sync.api.protocol.authentication import user_of
from settings_sync.api.protocol.documenting import describe
from settings_sync.api.protocol.idempotency import answer_once
from settings_sync.api.protocol.pagination import page_of_rows
from settings_sync.api.visibility import find_administration, sees_administrations, visible_administrations
from settings_sync.declaring.kinds import all_kinds
from settings_sync.exceptions import UnknownCategory
from settings_sync.shapes.administrations import AdministrationShape, ConfirmQuery, NewAdministration
from settings_sync.shapes.answers import shape_administrations
from tenants.administrations import create_administration, delete_administration, retry_provisioning
from tenants.models import Administration

from .base import LOOK_AROUND, MANAGE, TokenView, created


class Administrations(TokenView):
    """All administrations that the token may see."""

    scopes = {"GET": LOOK_AROUND, "POST": MANAGE}

    @describe("List the administrations", AdministrationShape, paginated=True)
    def get(self, request: Request) -> Response:
        """The main administration and its subs, by slug."""
        page = page_of_rows(request, visible_administrations(request), "slug")
        return Response(page.shaped(lambda rows: _shaped(request, rows)))

    @describe("Create a sub-administration", AdministrationShape, body=NewAdministration, status=202)
    def post(self, request: Request) -> Response:
        """A worker makes it; `state` tells how far it is."""

        def make(given: dict[str, Any]) -> Response:
            made = create_administration(acting_user=user_of(request), main=self.main, **given)
            return _accepted(request, made)

        return answer_once(request, make, prepare=lambda: self._read(request))

    def _read(self, request: Request) -> dict[str, Any]:
        given: dict[str, Any] = self.checked(NewAdministration, request.data)
        for key in given.get("start_from", ()):
            if key not in {category.key for category in all_kinds().categories}:
                raise UnknownCategory(key=key)
        return given


class OneAdministration(TokenView):
    """One administration."""

    scopes = {"GET": LOOK_AROUND, "DELETE": MANAGE}

    @describe("Show an administration", AdministrationShape)
    def get(self, request: Request, slug: str) -> Response:
        """Its state, last sync, and how far it is in line."""
        return Response(_shaped(request, [find_administration(request, slug)])[0])

    @describe("Delete a sub-administration", AdministrationShape, query=ConfirmQuery, status=202)
    def delete(self, request: Request, slug: str) -> Response:
        """With everything in it; `confirm` must be its slug."""
        administration = find_administration(request, slug)
        confirm = self.checked(ConfirmQuery, request.query_params.dict())["confirm"]
        return _accepted(
            request, delete_administration(acting_user=user_of(request), administration=administration, confirm=confirm)
        )


class RetryAdministration(TokenView):
    """Trying again."""

    scopes = {"POST": MANAGE}

    @describe("Retry a failed creation or deletion", AdministrationShape, status=202)
    def post(self, request: Request, slug: str) -> Response:
        """Only after making or deleting this administration failed; `state` tells which of them is tried again."""
        administration = find_administration(request, slug)
        return answer_once(
            request,
            lambda _: _accepted(
                request, retry_provisioning(acting_user=user_of(request), administration=administration)
            ),
            prepare=self.nothing_more,
        )


def _shaped(request: Request, rows: list[Administration]) -> list[dict[str, Any]]:
    return shape_administrations(rows, with_syncs=sees_administrations(request))


def _accepted(request: Request, administration: Administration) -> Response:
    location = reverse("api:administration", args=[administration.slug])
    return created(_shaped(request, [administration])[0], location, status=202)
