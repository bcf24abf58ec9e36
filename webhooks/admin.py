"""What support sees of webhooks: where messages go and what came of them, to read; and sending one again."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import TabularInline

from accounts.admin import SupportAdmin, is_support
from tenants.permissions import NotAllowed

from .exceptions import WebhookError
from .models import DeliveryAttempt, Endpoint, OutboxMessage
from .services.deliveries import resend


class AttemptInline(TabularInline):  # type: ignore[misc]
    """The attempts at a message."""

    model = DeliveryAttempt
    fields = ("at", "seconds", "status", "failure", "answer")
    extra = 0
    can_delete = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_support(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Endpoint)
class EndpointAdmin(SupportAdmin):
    """Webhooks, to read; their secrets are known to nobody here."""

    list_display = ("url", "administration", "state", "disabled_reason", "failing_since", "created_at")
    list_filter = ("state", "disabled_reason", "created_at")
    list_select_related = ("administration",)
    search_fields = ("id", "url", "description", "administration__name", "administration__slug")
    fields = (
        "administration", "url", "description", "events", "state", "disabled_reason", "failing_since", "failures",
        "resume_at", "former_secret_until", "created_by", "created_at",
    )  # fmt: skip


@admin.register(OutboxMessage)
class OutboxMessageAdmin(SupportAdmin):
    """Messages with their attempts, to read and to send again."""

    list_display = ("created_at", "event", "administration", "receiver", "state", "attempts", "due_at")
    list_filter = ("state", "event", "created_at")
    list_select_related = ("administration", "endpoint", "recipient")
    search_fields = ("id", "administration__name", "administration__slug", "endpoint__url", "recipient__email")
    date_hierarchy = "created_at"
    fields = (
        "webhook_id", "administration", "receiver", "event", "state", "attempts", "created_at", "due_at", "give_up_at",
        "finished_at", "content",
    )  # fmt: skip
    readonly_fields = ("webhook_id", "receiver", "content")
    inlines = (AttemptInline,)
    actions = ("send_again",)

    @admin.display(description=_("to"))
    def receiver(self, message: OutboxMessage) -> str:
        """The address of a webhook, or a person."""
        return str(message.endpoint or message.recipient)

    @admin.display(description=_("message"))
    def content(self, message: OutboxMessage) -> str:
        """What is told, laid out."""
        return message.laid_out

    @admin.action(description=_("Send the chosen messages again"))
    def send_again(self, request: HttpRequest, queryset: "QuerySet[OutboxMessage]") -> None:
        """Put those that ended back in the outbox; the others say why not."""
        sent = 0
        for message in queryset.select_related("administration"):
            try:
                resend(acting_user=request.user, message=message)
                sent += 1
            except (WebhookError, NotAllowed) as refused:
                messages.error(request, f"{message}: {refused}")
        if sent:
            said = ngettext("%d message is sent again.", "%d messages are sent again.", sent) % sent
            messages.success(request, said)
