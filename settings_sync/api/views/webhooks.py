"""Webhooks by API: making, changing, rotating, testing, and the log of deliveries.

The views stand here and not in the app webhooks: what every view of the API shares (tokens, scopes, idempotency, pages,
problems) belongs to settings_sync, which stands above it.
"""

import uuid

from django.http import Http404
from django.urls import reverse
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Scope
from settings_sync.api.protocol.authentication import user_of
from settings_sync.api.protocol.documenting import describe
from settings_sync.api.protocol.idempotency import answer_once
from settings_sync.api.protocol.pagination import page_of_rows
from settings_sync.shapes.webhooks import (
    ChangedWebhook,
    DeliveryShape,
    NewWebhook,
    WebhookShape,
    WebhookWithSecret,
    shape_deliveries,
    shape_webhooks,
    shape_with_secret,
)
from webhooks.models import Endpoint, OutboxMessage
from webhooks.permissions import NotAllowed, may_manage_webhooks
from webhooks.services import endpoints
from webhooks.services.deliveries import find_delivery, list_deliveries, resend
from webhooks.services.overview import endpoints_of, find_endpoint

from .base import TokenView, created

MANAGE_WEBHOOKS = (Scope.WEBHOOKS_MANAGE,)


class WebhookView(TokenView):
    """A view of the webhooks of the token's main administration."""

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        super().initial(request, *args, **kwargs)
        if request.auth is not None and not may_manage_webhooks(user_of(request), self.main):
            raise NotAllowed("webhooks.manage")

    def find(self, webhook_id: uuid.UUID) -> Endpoint:
        """One of them. Raises Http404."""
        endpoint = find_endpoint(self.main, webhook_id)
        if endpoint is None:
            raise Http404
        return endpoint


class Webhooks(WebhookView):
    """All webhooks."""

    scopes = {"GET": MANAGE_WEBHOOKS, "POST": MANAGE_WEBHOOKS}

    @describe("List the webhooks", WebhookShape, paginated=True)
    def get(self, request: Request) -> Response:
        """The oldest first."""
        page = page_of_rows(request, endpoints_of(self.main), "created_at", "id")
        return Response(page.shaped(shape_webhooks))

    @describe("Create a webhook", WebhookWithSecret, body=NewWebhook, status=201)
    def post(self, request: Request) -> Response:
        """Its secret is in this answer and nowhere else: keep it, to verify the signatures with."""

        def make(given: dict[str, object]) -> Response:
            made = endpoints.create_endpoint(acting_user=user_of(request), main=self.main, **given)  # type: ignore[arg-type]
            return created(shape_with_secret(made), reverse("api:webhook", args=[made.pk]))

        return answer_once(request, make, prepare=lambda: self.checked(NewWebhook, request.data))


class OneWebhook(WebhookView):
    """One webhook."""

    scopes = {"GET": MANAGE_WEBHOOKS, "PATCH": MANAGE_WEBHOOKS, "DELETE": MANAGE_WEBHOOKS}

    @describe("Show a webhook", WebhookShape)
    def get(self, request: Request, webhook_id: uuid.UUID) -> Response:
        """Where it goes, what it is told, whether it is on."""
        return Response(shape_webhooks([self.find(webhook_id)])[0])

    @describe("Change a webhook", WebhookShape, body=ChangedWebhook)
    def patch(self, request: Request, webhook_id: uuid.UUID) -> Response:
        """Only what is sent; switching it on forgets that it failed."""
        endpoint = self.find(webhook_id)
        given = self.checked(ChangedWebhook, request.data)
        endpoints.update_endpoint(acting_user=user_of(request), endpoint=endpoint, **given)
        return Response(shape_webhooks([self.find(webhook_id)])[0])

    @describe("Delete a webhook", None, status=204)
    def delete(self, request: Request, webhook_id: uuid.UUID) -> Response:
        """With its deliveries; nothing is sent to it any more."""
        endpoints.delete_endpoint(acting_user=user_of(request), endpoint=self.find(webhook_id))
        return Response(status=204)


class RotateSecret(WebhookView):
    """A new secret."""

    scopes = {"POST": MANAGE_WEBHOOKS}

    @describe("Rotate the secret of a webhook", WebhookWithSecret)
    def post(self, request: Request, webhook_id: uuid.UUID) -> Response:
        """The new secret is in this answer and nowhere else; for 24 hours the former one signs as well."""
        endpoint = self.find(webhook_id)

        def rotate(_prepared: object) -> Response:
            return Response(shape_with_secret(endpoints.rotate_secret(acting_user=user_of(request), endpoint=endpoint)))

        return answer_once(request, rotate, prepare=self.nothing_more)


class TestWebhook(WebhookView):
    """A message of no meaning."""

    scopes = {"POST": MANAGE_WEBHOOKS}

    @describe("Test a webhook", DeliveryShape, status=202)
    def post(self, request: Request, webhook_id: uuid.UUID) -> Response:
        """Sends an event `webhook.test`; what comes of it stands in the delivery."""
        endpoint = self.find(webhook_id)
        return answer_once(
            request,
            lambda _: _accepted(endpoint, endpoints.send_test(acting_user=user_of(request), endpoint=endpoint)),
            prepare=self.nothing_more,
        )


class Deliveries(WebhookView):
    """The log of a webhook."""

    scopes = {"GET": MANAGE_WEBHOOKS}

    @describe("List the deliveries of a webhook", DeliveryShape, paginated=True)
    def get(self, request: Request, webhook_id: uuid.UUID) -> Response:
        """Messages with every attempt at them, the newest first; kept for 30 days."""
        page = page_of_rows(request, list_deliveries(self.find(webhook_id)), "-created_at", "-id")
        return Response(page.shaped(shape_deliveries))


class OneDelivery(WebhookView):
    """One message."""

    scopes = {"GET": MANAGE_WEBHOOKS}

    @describe("Show a delivery", DeliveryShape)
    def get(self, request: Request, webhook_id: uuid.UUID, delivery_id: uuid.UUID) -> Response:
        """The message and every attempt at it."""
        return Response(shape_deliveries([_find_delivery(self.find(webhook_id), delivery_id)])[0])


class ReplayDelivery(WebhookView):
    """Sending a message again."""

    scopes = {"POST": MANAGE_WEBHOOKS}

    @describe("Replay a delivery", DeliveryShape, status=202)
    def post(self, request: Request, webhook_id: uuid.UUID, delivery_id: uuid.UUID) -> Response:
        """Under the same `webhook-id`, so that a receiver that had it recognises it."""
        endpoint = self.find(webhook_id)
        message = _find_delivery(endpoint, delivery_id)
        return answer_once(
            request,
            lambda _: _accepted(endpoint, resend(acting_user=user_of(request), message=message)),
            prepare=self.nothing_more,
        )


def _find_delivery(endpoint: Endpoint, delivery_id: uuid.UUID) -> OutboxMessage:
    found = find_delivery(endpoint, delivery_id)
    if found is None:
        raise Http404
    return found


def _accepted(endpoint: Endpoint, message: OutboxMessage) -> Response:
    location = reverse("api:webhook-delivery", args=[endpoint.pk, message.pk])
    return created(shape_deliveries([message])[0], location, status=202)
