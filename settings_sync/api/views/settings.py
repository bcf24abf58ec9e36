"""Categories and items of settings."""

import uuid

from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from settings_sync.api.protocol.authentication import user_of
from settings_sync.api.protocol.documenting import describe
from settings_sync.api.protocol.pagination import page_of_list
from settings_sync.api.visibility import find_active_administration
from settings_sync.services.settings.items import list_categories, list_items, place_of, read_item
from settings_sync.shapes.settings import CategoryShape, ItemDocumentShape, ItemShape

from .base import READ_SETTINGS, TokenView


class Categories(TokenView):
    """What can be synced."""

    scopes = {"GET": READ_SETTINGS}

    @describe("List the categories", CategoryShape, paginated=True)
    def get(self, request: Request) -> Response:
        """The categories of the main administration's settings that the token may read, by key."""
        rows = list_categories(acting_user=user_of(request), administration=self.main)
        page = page_of_list(request, sorted(rows, key=lambda row: row.key), lambda row: [row.key])
        return Response(page.shaped(lambda shown: CategoryShape(shown, many=True).data))


class Items(TokenView):
    """The items of one category."""

    scopes = {"GET": READ_SETTINGS}

    @describe("List the items of a category", ItemShape, paginated=True)
    def get(self, request: Request, key: str) -> Response:
        """The main administration's items, by kind and name."""
        rows = list_items(acting_user=user_of(request), administration=self.main, category=key)
        if rows is None:
            raise Http404
        page = page_of_list(request, rows, place_of)
        return Response(page.shaped(lambda shown: ItemShape(shown, many=True).data))


class Item(TokenView):
    """One item of one administration."""

    scopes = {"GET": READ_SETTINGS}

    @describe("Show an item with its document", ItemDocumentShape)
    def get(self, request: Request, slug: str, uid: uuid.UUID) -> Response:
        """The item as it stands in that administration."""
        administration = find_active_administration(request, slug)
        found = read_item(acting_user=user_of(request), administration=administration, uid=uid)
        if found is None:
            raise Http404
        return Response(ItemDocumentShape({**vars(found.row), "document": found.document}).data)
