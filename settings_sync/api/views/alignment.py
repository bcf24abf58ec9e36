"""How far each sub-administration is in line, and how far all of them were over time."""

from typing import Any

from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from settings_sync.api.protocol.authentication import user_of
from settings_sync.api.protocol.documenting import describe
from settings_sync.api.protocol.pagination import page_of_rows
from settings_sync.api.visibility import find_active_administration, visible_administrations
from settings_sync.permissions import may_see_administrations
from settings_sync.services.administrations.alignment import alignment_of
from settings_sync.services.settings.items import relations_of
from settings_sync.services.trends.reading import find_sights, read_trends
from settings_sync.shapes.administrations import AlignmentQuery, AlignmentShape
from settings_sync.shapes.trends import TrendsQuery, TrendsShape, shape_trends
from tenants.models import Administration
from tenants.permissions import NotAllowed
from tenants.rights import AdministrationRight

from .base import READ_SETTINGS, TokenView


class Alignment(TokenView):
    """All sub-administrations that the token may see."""

    scopes = {"GET": READ_SETTINGS}

    @describe("Show how far administrations are in line", AlignmentShape, query=AlignmentQuery, paginated=True)
    def get(self, request: Request) -> Response:
        """Counts per administration and category; with `detail` the items too."""
        is_detailed = self.checked(AlignmentQuery, request.query_params.dict())["detail"]
        main = self.main
        if not may_see_administrations(user_of(request), main):
            raise NotAllowed(AdministrationRight.SEE)
        subs = visible_administrations(request).filter(parent=main, state=Administration.State.ACTIVE)
        page = page_of_rows(request, subs, "slug")
        return Response(page.shaped(lambda rows: self._shape(rows, is_detailed)))

    def _shape(self, rows: list[Administration], is_detailed: bool) -> Any:
        counted = alignment_of(rows)
        shown = []
        for row in rows:
            categories: dict[str, dict[str, Any]] = {key: dict(counts) for key, counts in counted[row.pk].items()}
            if is_detailed:
                found = relations_of(acting_user=user_of(self.request), main=self.main, administration=row)
                categories = {key: {**counts, "items": found.get(key, [])} for key, counts in categories.items()}
            shown.append({"administration": row.slug, "categories": categories})
        return AlignmentShape(shown, many=True).data


class AlignmentOverTime(TokenView):
    """A main administration week by week."""

    scopes = {"GET": READ_SETTINGS}

    @describe("Show how far a main administration was in line over time", TrendsShape, query=TrendsQuery)
    def get(self, request: Request, slug: str) -> Response:
        """Of all its sub-administrations, or of a group, of a package, or of a package in a group."""
        asked = self.checked(TrendsQuery, request.query_params.dict())
        main = find_active_administration(request, slug)
        user = user_of(request)
        if not main.is_main:
            raise Http404
        if not may_see_administrations(user, main):
            raise NotAllowed(AdministrationRight.SEE)
        sights = find_sights(user, main)
        package = sights.package(str(asked["package"])) if asked["package"] else None
        if (asked["group"] and asked["group"] not in sights.groups) or (asked["package"] and package is None):
            raise Http404
        trends = read_trends(main, sights, group=asked["group"], package=package, weeks=asked["weeks"])
        return Response(shape_trends(main, asked["group"], package, trends))
