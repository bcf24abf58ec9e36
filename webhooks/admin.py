"""What support sees of webhooks: where messages go and what came of them, to read; and sending one again."""

import uuid
from collections import Counter
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.decorators import action

from accounts.admin import SupportAdmin, is_support, may_help
from accounts.signed_in import signed_in_user
from accounts.support_pages import ask_reason, chosen_rows
from tenants.permissions import NotAllowed

from .exceptions import WebhookError
from .models import DeliveryAttempt, Endpoint, OutboxMessage
from .services.deliveries import resend

AGAIN = _("It is sent under the same number, and tried for three days once more.")
ALL_AGAIN = _(
    "Each is sent under its own number, and tried for three days once more. What is on its way already is left alone."
)


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
    actions_detail = ("messages_of_it",)

    @action(description=_("Messages"), url_path="messages", icon="outbox")  # type: ignore[untyped-decorator]
    def messages_of_it(self, request: HttpRequest, object_id: uuid.UUID) -> HttpResponse:
        """What was sent to it, and what came of that."""
        endpoint = self.find(request, object_id)
        return redirect(f"{reverse('admin:webhooks_outboxmessage_changelist')}?endpoint__id__exact={endpoint.pk}")


@admin.register(OutboxMessage)
class OutboxMessageAdmin(SupportAdmin):
    """Messages with their attempts, to read and to send again."""

    list_display = ("created_at", "event", "administration", "receiver", "state", "attempts", "due_at")
    list_filter = ("state", "event", "created_at")
    list_select_related = ("administration", "endpoint", "recipient")
    search_fields = (
        "id", "administration__name", "administration__slug", "endpoint__url", "recipient__email", "address",
    )  # fmt: skip
    date_hierarchy = "created_at"
    linked = ("endpoint",)
    fields = (
        "number", "administration", "receiver", "event", "state", "attempts", "created_at", "due_at", "give_up_at",
        "finished_at", "content",
    )  # fmt: skip
    readonly_fields = ("number", "receiver", "content")
    inlines = (AttemptInline,)
    actions = ("send_again",)
    actions_detail = ("send_this_again",)

    def get_actions_detail(self, request: HttpRequest, object_id: uuid.UUID) -> Any:
        message = self.get_object(request, str(object_id))
        shown = may_help(request) and message is not None and not message.is_pending
        return super().get_actions_detail(request, object_id) if shown else []

    @action(description=_("Send again …"), url_path="send-again", icon="send")  # type: ignore[untyped-decorator]
    def send_this_again(self, request: HttpRequest, object_id: uuid.UUID) -> HttpResponse:
        """Send one message again, for a reason."""
        if not may_help(request):
            raise PermissionDenied
        message = self.find(request, object_id)
        back = reverse("admin:webhooks_outboxmessage_change", args=[message.pk])

        def send(reason: str) -> HttpResponse:
            resend(acting_user=signed_in_user(request), message=message, reason=reason)
            messages.success(request, gettext("The message is sent again."))
            return redirect(back)

        words = {
            "title": gettext("Send the message again"),
            "consequence": AGAIN,
            "button": gettext("Send again"),
        }
        return ask_reason(request, self, words=words, back=back, do=send, refusals=(WebhookError, NotAllowed))

    @admin.display(description=_("number"))
    def number(self, message: OutboxMessage) -> str:
        """What the receiver knows it by."""
        return message.webhook_id

    @admin.display(description=_("to"))
    def receiver(self, message: OutboxMessage) -> str:
        """The address of a webhook, or a person."""
        return str(message.endpoint or message.recipient or message.address)

    @admin.display(description=_("message"))
    def content(self, message: OutboxMessage) -> str:
        """What is told, laid out."""
        return message.laid_out

    @admin.action(description=_("Send the chosen messages again …"), permissions=["help"])
    def send_again(self, request: HttpRequest, queryset: "QuerySet[OutboxMessage]") -> HttpResponse:
        """Send those that ended again, for one reason; of the others it is said why not."""
        chosen = queryset.count()
        back = request.get_full_path()

        def send(reason: str) -> HttpResponse:
            _resend_all(request, queryset, reason)
            return redirect(back)

        said = ngettext("Send %d message again", "Send %d messages again", chosen) % chosen
        words = {"title": said, "consequence": ALL_AGAIN, "button": gettext("Send again")}
        return ask_reason(
            request, self, words=words, back=back, do=send, refusals=(), kept=chosen_rows(request, "send_again")
        )


def _resend_all(request: HttpRequest, chosen: "QuerySet[OutboxMessage]", reason: str) -> None:
    sent = 0
    refused = Counter[str]()
    for message in chosen.select_related("administration"):
        try:
            resend(acting_user=signed_in_user(request), message=message, reason=reason)
            sent += 1
        except (WebhookError, NotAllowed) as why:
            refused[str(why)] += 1
    for why_not, number in refused.items():
        said = ngettext(
            "%(number)d message is not sent again. %(why)s", "%(number)d messages are not sent again. %(why)s", number
        )
        messages.error(request, said % {"number": number, "why": why_not})
    if sent:
        said = ngettext("%d message is sent again.", "%d messages are sent again.", sent) % sent
        messages.success(request, said)
