"""Packages by API: making, changing, assigning and deleting them."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.http import Http404
from django.urls import reverse
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from settings_sync.api.protocol.authentication import user_of
from settings_sync.api.protocol.documenting import describe
from settings_sync.api.protocol.idempotency import answer_once
from settings_sync.api.protocol.pagination import page_of_rows
from settings_sync.models import Package
from settings_sync.planning.verdicts import Demand
from settings_sync.services.packages.packages import (
    Asked,
    Contents,
    assign_package,
    assignments_of,
    create_package,
    delete_package,
    find_package,
    list_packages,
    update_package,
)
from settings_sync.shapes.packages import AssignmentBody, ChangedPackage, NewPackage, PackageShape, shape_packages

from .base import READ_RUNS, RUN, SyncView, created

MOST_ASSIGNMENTS = 5000
LISTS = ("categories", "items", "except")


class PackageView(SyncView):
    """A view of the packages of the token's main administration."""

    def find(self, request: Request, package_id: uuid.UUID) -> Package:
        """One of them. Raises Http404."""
        package = find_package(acting_user=user_of(request), main=self.main, package_id=package_id)
        if package is None:
            raise Http404
        return package

    def shaped(self, request: Request, rows: list[Package]) -> list[dict[str, Any]]:
        """Packages, each with who is to have it as far as the token may see."""
        return shape_packages(rows, assignments_of(acting_user=user_of(request), packages=rows))


class Packages(PackageView):
    """All packages."""

    scopes = {"GET": READ_RUNS, "POST": RUN}

    @describe("List the packages", PackageShape, paginated=True)
    def get(self, request: Request) -> Response:
        """The oldest first."""
        rows = list_packages(acting_user=user_of(request), main=self.main)
        page = page_of_rows(request, rows, "created_at", "id")
        return Response(page.shaped(lambda found: self.shaped(request, found)))

    @describe("Create a package", PackageShape, body=NewPackage, status=201)
    def post(self, request: Request) -> Response:
        """Settings under a name; nobody is to have them before the package is assigned."""

        def make(given: dict[str, Any]) -> Response:
            package = create_package(
                acting_user=user_of(request),
                main=self.main,
                name=given["name"],
                contents=_contents(given),
                forbids_editing=given.get("forbids_editing", False),
            )
            return created(self.shaped(request, [package])[0], reverse("api:package", args=[package.pk]))

        return answer_once(request, make, prepare=lambda: self.checked(NewPackage, request.data))


class OnePackage(PackageView):
    """One package."""

    scopes = {"GET": READ_RUNS, "PATCH": RUN, "DELETE": RUN}

    @describe("Show a package", PackageShape)
    def get(self, request: Request, package_id: uuid.UUID) -> Response:
        """What it holds, and who is to have it."""
        return Response(self.shaped(request, [self.find(request, package_id)])[0])

    @describe("Change a package", PackageShape, body=ChangedPackage)
    def patch(self, request: Request, package_id: uuid.UUID) -> Response:
        """Only what is sent; naming one of its lists of settings replaces all three."""
        package = self.find(request, package_id)
        given = self.checked(ChangedPackage, request.data)
        changed = update_package(
            acting_user=user_of(request),
            package=package,
            name=given.get("name", package.name),
            contents=_standing(package) if given.keys().isdisjoint(LISTS) else _contents(given),
            forbids_editing=given.get("forbids_editing", package.forbids_editing),
        )
        return Response(self.shaped(request, [changed])[0])

    @describe("Delete a package", None, status=204)
    def delete(self, request: Request, package_id: uuid.UUID) -> Response:
        """With its assignments; no setting is removed anywhere."""
        delete_package(acting_user=user_of(request), package=self.find(request, package_id))
        return Response(status=204)


class PackageAssignments(PackageView):
    """Who is to have a package."""

    scopes = {"PUT": RUN}

    @describe("Assign a package", PackageShape, body=[AssignmentBody], is_list=True)
    def put(self, request: Request, package_id: uuid.UUID) -> Response:
        """In place of what was said before; what is said of an administration goes before what its groups are asked."""
        package = self.find(request, package_id)
        given: Any = AssignmentBody(data=request.data, many=True, max_length=MOST_ASSIGNMENTS)  # type: ignore[call-arg]
        given.is_valid(raise_exception=True)
        asked = [_asked(row) for row in given.validated_data]
        assign_package(acting_user=user_of(request), package=package, assignments=asked)
        return Response(self.shaped(request, [package])[0])


def _contents(given: Mapping[str, Any]) -> Contents:
    return Contents(given.get("categories", ()), given.get("items", ()), given.get("except"))


def _standing(package: Package) -> Contents:
    excepted = [uuid.UUID(uid) for uid in package.excepted]
    items = [uuid.UUID(uid) for uid in package.items]
    return Contents(package.categories, items, excepted if excepted or package.is_everything else None)


def _asked(row: Mapping[str, Any]) -> Asked:
    if bool(row.get("group")) == bool(row.get("administration")):
        raise ValidationError({"group": ["Name a group or an administration, and not both."]})
    return Asked(Demand(row["as"]), row.get("group", ""), row.get("administration", ""))
