"""Categories and items of settings: to read, and to write by their documents."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.http import Http404
from django.urls import reverse
from rest_framework.request import Request
from rest_framework.response import Response

from settings_sync.api.protocol.authentication import user_of
from settings_sync.api.protocol.documenting import describe
from settings_sync.api.protocol.idempotency import answer_once
from settings_sync.api.protocol.pagination import page_of_list
from settings_sync.api.protocol.preconditions import digest_asked, tagged_item
from settings_sync.api.visibility import find_active_administration
from settings_sync.services.edits.item_edits import archive_item, create_item, delete_item, replace_item
from settings_sync.services.settings.items import (
    ItemDocument,
    list_categories,
    list_items,
    place_of,
    read_item,
)
from settings_sync.services.versions.versions import list_versions, restore_version
from settings_sync.shapes.settings import (
    CategoryShape,
    DocumentBody,
    ItemDocumentShape,
    ItemShape,
    NewItem,
    NewItemOfCategory,
    VersionShape,
    WhichVersion,
)
from tenants.models import Administration

from .base import READ_SETTINGS, WRITE_SETTINGS, TokenView, created


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

    scopes = {"GET": READ_SETTINGS, "POST": WRITE_SETTINGS}

    @describe("List the items of a category", ItemShape, paginated=True)
    def get(self, request: Request, key: str) -> Response:
        """The main administration's items, by kind and name."""
        rows = list_items(acting_user=user_of(request), administration=self.main, category=key)
        if rows is None:
            raise Http404
        page = page_of_list(request, rows, place_of)
        return Response(page.shaped(lambda shown: ItemShape(shown, many=True).data))

    @describe("Make an item of a category", ItemDocumentShape, body=NewItem, status=201)
    def post(self, request: Request, key: str) -> Response:
        """A new setting in the main administration, by its document."""
        if list_items(acting_user=user_of(request), administration=self.main, category=key) is None:
            raise Http404
        given = self.checked(NewItem, request.data)
        return answer_once(request, lambda _nothing: _made(request, self.main, {**given, "category": key}))


class ItemsOfAdministration(TokenView):
    """The items of one administration."""

    scopes = {"POST": WRITE_SETTINGS}

    @describe("Make an item", ItemDocumentShape, body=NewItemOfCategory, status=201)
    def post(self, request: Request, slug: str) -> Response:
        """A new setting in that administration, by its document. The catalog's rules hold as they do in its editor."""
        administration = find_active_administration(request, slug)
        given = self.checked(NewItemOfCategory, request.data)
        return answer_once(request, lambda _nothing: _made(request, administration, given))


class Item(TokenView):
    """One item of one administration."""

    scopes = {"GET": READ_SETTINGS, "PUT": WRITE_SETTINGS, "DELETE": WRITE_SETTINGS}

    @describe("Show an item with its document", ItemDocumentShape)
    def get(self, request: Request, slug: str, uid: uuid.UUID) -> Response:
        """The item as it stands in that administration."""
        administration = find_active_administration(request, slug)
        return _answer(_find(request, administration, uid))

    @describe("Write an item", ItemDocumentShape, body=DocumentBody, matches_digest=True)
    def put(self, request: Request, slug: str, uid: uuid.UUID) -> Response:
        """Let the setting be what the document says, all of it. The catalog's rules, locks and the log of edits hold.

        The body is the document, or an item as GET answers it, of which the document is taken. Writing what stands
        there already writes nothing.
        """
        administration = find_active_administration(request, slug)
        _find(request, administration, uid)
        seen = digest_asked(request)
        written = replace_item(
            acting_user=user_of(request),
            administration=administration,
            uid=uid,
            document=self.checked(DocumentBody, request.data),
            seen=seen,
        )
        return _answer(written)

    @describe("Delete an item", None, status=204, matches_digest=False)
    def delete(self, request: Request, slug: str, uid: uuid.UUID) -> Response:
        """Delete a setting that nothing uses."""
        administration = find_active_administration(request, slug)
        _find(request, administration, uid)
        self.nothing_more()
        seen = digest_asked(request, is_required=False)
        delete_item(acting_user=user_of(request), administration=administration, uid=uid, seen=seen)
        return Response(status=204)


class ArchiveItem(TokenView):
    """Archiving an item."""

    scopes = {"POST": WRITE_SETTINGS}

    @describe("Archive an item", ItemDocumentShape, matches_digest=False)
    def post(self, request: Request, slug: str, uid: uuid.UUID) -> Response:
        """Nobody can choose the setting any more; what uses it keeps it. To bring it back, write its document."""
        administration = find_active_administration(request, slug)
        _find(request, administration, uid)
        self.nothing_more()
        seen = digest_asked(request, is_required=False)

        def archive(_nothing: None) -> Response:
            return _answer(
                archive_item(acting_user=user_of(request), administration=administration, uid=uid, seen=seen)
            )

        return answer_once(request, archive)


class Versions(TokenView):
    """The versions of an item."""

    scopes = {"GET": READ_SETTINGS}

    @describe("List the versions of an item", VersionShape, paginated=True)
    def get(self, request: Request, slug: str, uid: uuid.UUID) -> Response:
        """What the setting has been, newest first; the first is what stands there."""
        administration = find_active_administration(request, slug)
        rows = list_versions(acting_user=user_of(request), administration=administration, uid=uid)
        page = page_of_list(request, rows, lambda row: [-row.number])
        return Response(page.shaped(lambda shown: VersionShape(shown, many=True).data))


class RestoreItem(TokenView):
    """Bringing a version back."""

    scopes = {"POST": WRITE_SETTINGS}

    @describe("Bring a version of an item back", ItemDocumentShape, body=WhichVersion, matches_digest=False)
    def post(self, request: Request, slug: str, uid: uuid.UUID) -> Response:
        """Let the setting be again what it was in that version. It is judged as any edit: what it needs may be gone."""
        administration = find_active_administration(request, slug)
        _find(request, administration, uid)
        digest = self.checked(WhichVersion, request.data)["digest"]
        seen = digest_asked(request, is_required=False)

        def restore(_nothing: None) -> Response:
            return _answer(
                restore_version(
                    acting_user=user_of(request), administration=administration, uid=uid, digest=digest, seen=seen
                )
            )

        return answer_once(request, restore)


def _find(request: Request, administration: Administration, uid: uuid.UUID) -> ItemDocument:
    found = read_item(acting_user=user_of(request), administration=administration, uid=uid)
    if found is None:
        raise Http404
    return found


def _made(request: Request, administration: Administration, given: Mapping[str, Any]) -> Response:
    made = create_item(acting_user=user_of(request), administration=administration, **given)
    where = reverse("api:item", args=[administration.slug, made.row.uid])
    answer = created(_shaped(made), where)
    answer["ETag"] = tagged_item(made.row.digest)["ETag"]
    return answer


def _answer(item: ItemDocument) -> Response:
    return Response(_shaped(item), headers=tagged_item(item.row.digest))


def _shaped(item: ItemDocument) -> Any:
    return ItemDocumentShape({**vars(item.row), "document": item.document}).data
