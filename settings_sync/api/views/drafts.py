"""Drafts of settings: begun, read, written, published and thrown away."""

import uuid
from typing import Any

from django.urls import reverse
from rest_framework.request import Request
from rest_framework.response import Response

from settings_sync.api.protocol.authentication import user_of
from settings_sync.api.protocol.documenting import describe
from settings_sync.api.protocol.idempotency import answer_once
from settings_sync.api.protocol.pagination import page_of_list
from settings_sync.api.protocol.preconditions import digest_asked, tagged_item
from settings_sync.api.visibility import find_active_administration
from settings_sync.exceptions import ItemMoved
from settings_sync.services.versions.drafts import (
    DraftAhead,
    begin_draft,
    discard_draft,
    list_drafts,
    mark_of,
    publish_draft,
    read_draft,
)
from settings_sync.services.versions.new_drafts import make_draft, write_draft
from settings_sync.shapes.drafts import DraftDocumentShape, DraftOfItem, DraftShape, PublishDraft
from settings_sync.shapes.settings import DocumentBody, ItemDocumentShape, NewItemOfCategory
from tenants.models import Administration

from .base import READ_SETTINGS, WRITE_SETTINGS, TokenView, created


class Drafts(TokenView):
    """The drafts of one administration."""

    scopes = {"GET": READ_SETTINGS, "POST": WRITE_SETTINGS}

    @describe("List the drafts", DraftShape, paginated=True)
    def get(self, request: Request, slug: str) -> Response:
        """What is being worked on there and is neither used nor travels, by kind and name."""
        administration = find_active_administration(request, slug)
        rows = list_drafts(acting_user=user_of(request), administration=administration)
        page = page_of_list(request, rows, lambda row: [row.kind, row.label.casefold(), str(row.uid)])
        return Response(page.shaped(lambda shown: DraftShape(shown, many=True).data))

    @describe("Begin a draft", DraftDocumentShape, body=(DraftOfItem, NewItemOfCategory), status=201)
    def post(self, request: Request, slug: str) -> Response:
        """A draft of a setting, by its `uid` alone, or of a new one by its document.

        A draft that is there already is gone on with. The catalog's rules are asked when it is published.
        """
        administration = find_active_administration(request, slug)
        is_new = isinstance(request.data, dict) and "document" in request.data
        given = self.checked(NewItemOfCategory if is_new else DraftOfItem, request.data)
        begin = make_draft if is_new else begin_draft

        def answer(_nothing: None) -> Response:
            row = begin(acting_user=user_of(request), administration=administration, **given)
            where = reverse("api:draft", args=[slug, row.uid])
            draft = _read(request, administration, row.uid)
            return _tagged(created(_shaped(draft), where), draft)

        return answer_once(request, answer)


class OneDraft(TokenView):
    """One draft."""

    scopes = {"GET": READ_SETTINGS, "PUT": WRITE_SETTINGS, "DELETE": WRITE_SETTINGS}

    @describe("Show a draft with its document", DraftDocumentShape)
    def get(self, request: Request, slug: str, uid: uuid.UUID) -> Response:
        """The draft as it is now."""
        return _answer(_read(request, find_active_administration(request, slug), uid))

    @describe("Write a draft", DraftDocumentShape, body=DocumentBody, matches_digest=True)
    def put(self, request: Request, slug: str, uid: uuid.UUID) -> Response:
        """Let the draft be what the document says, all of it. `If-Match` is the digest of the draft."""
        administration = find_active_administration(request, slug)
        write_draft(
            acting_user=user_of(request),
            administration=administration,
            uid=uid,
            document=self.checked(DocumentBody, request.data),
            seen=_seen(request, administration, uid, is_required=True),
        )
        return _answer(_read(request, administration, uid))

    @describe("Throw a draft away", None, status=204, matches_digest=False)
    def delete(self, request: Request, slug: str, uid: uuid.UUID) -> Response:
        """What is published stays as it is."""
        administration = find_active_administration(request, slug)
        self.nothing_more()
        _seen(request, administration, uid)
        discard_draft(acting_user=user_of(request), administration=administration, uid=uid)
        return Response(status=204)


class PublishingDraft(TokenView):
    """Publishing a draft."""

    scopes = {"POST": WRITE_SETTINGS}

    @describe("Publish a draft", ItemDocumentShape, body=PublishDraft, matches_digest=False)
    def post(self, request: Request, slug: str, uid: uuid.UUID) -> Response:
        """Let the setting be what the draft says; one that is not there yet is made. The catalog's rules, locks and
        the log of edits hold."""
        administration = find_active_administration(request, slug)
        replaces = self.checked(PublishDraft, request.data)["replaces"]

        def publish(seen: str) -> Response:
            done = publish_draft(
                acting_user=user_of(request), administration=administration, uid=uid, seen=seen, replaces=replaces
            )
            shown = ItemDocumentShape({**vars(done.item.row), "document": done.item.document}).data
            return Response(shown, headers=tagged_item(done.item.row.digest))

        return answer_once(request, publish, prepare=lambda: _seen(request, administration, uid))


def _read(request: Request, administration: Administration, uid: uuid.UUID) -> DraftAhead:
    return read_draft(acting_user=user_of(request), administration=administration, uid=uid)


def _seen(request: Request, administration: Administration, uid: uuid.UUID, *, is_required: bool = False) -> str:
    """The mark of the draft. Raises ItemGone, or ItemMoved when it has another digest than If-Match says."""
    asked = digest_asked(request, is_required=is_required)
    draft = _read(request, administration, uid)
    if asked is not None and asked != draft.digest:
        raise ItemMoved
    return mark_of(draft.row)


def _shaped(draft: DraftAhead) -> Any:
    of_document = {"digest": draft.digest, "published": draft.published, "document": draft.document}
    return DraftDocumentShape({**vars(draft.row), **of_document}).data


def _answer(draft: DraftAhead) -> Response:
    return _tagged(Response(_shaped(draft)), draft)


def _tagged(answer: Response, draft: DraftAhead) -> Response:
    answer["ETag"] = tagged_item(draft.digest)["ETag"]
    return answer
