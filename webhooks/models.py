"""Endpoints that are told what happens, the outbox of messages on their way, and every attempt at them.

These rows are the truth: a message is written in the transaction of what it tells, and stays until it arrived.
"""

import json
import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tenants import exact_json
from tenants.exact_json import ExactEncoder
from tenants.models import Administration

from .events import EVENT_LABELS, event_choices
from .outcomes import Failure
from .schedule import TRIED_FOR
from .signing import new_secret

LONGEST_URL = 500
FORMER_SECRET_VALID = timedelta(hours=24)


class Endpoint(models.Model):
    """An address of a customer's other system, and what it wants to be told."""

    class State(models.TextChoices):
        ACTIVE = "active", _("on")
        DISABLED = "disabled", _("off")

    class Reason(models.TextChoices):
        BY_HAND = "by_hand", _("somebody switched it off")
        GONE = "gone", _("the server said that nothing is received there any more (410)")
        FAILING = "failing", _("every attempt of the last three days failed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    administration = models.ForeignKey(
        Administration, on_delete=models.CASCADE, related_name="webhooks", verbose_name=_("main administration")
    )
    url = models.CharField(_("address"), max_length=LONGEST_URL)
    description = models.CharField(_("description"), max_length=200, blank=True, default="")
    events = ArrayField(models.CharField(max_length=40, choices=event_choices), verbose_name=_("events"))
    # A signature needs the secret itself, so no hash will do.
    secret = models.CharField(max_length=100, default=new_secret, editable=False)
    former_secret = models.CharField(max_length=100, blank=True, default="", editable=False)
    former_secret_until = models.DateTimeField(_("former secret valid until"), null=True, blank=True, editable=False)
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.ACTIVE)
    disabled_reason = models.CharField(_("why it is off"), max_length=20, choices=Reason, blank=True, default="")
    failing_since = models.DateTimeField(_("failing since"), null=True, blank=True)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    resume_at = models.DateTimeField(_("left alone until"), null=True, blank=True)
    busy_until = models.DateTimeField(null=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("created by")
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        ordering = ["created_at", "id"]
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")

    def __str__(self) -> str:
        return self.url

    @property
    def is_active(self) -> bool:
        return self.state == self.State.ACTIVE

    def signing_secrets(self) -> list[str]:
        """The secret, and for a day after a rotation the former one as well."""
        return [self.secret, self.former_secret] if self.has_former_secret else [self.secret]

    @property
    def has_former_secret(self) -> bool:
        """Whether the former secret is still valid."""
        return self.former_secret_until is not None and self.former_secret_until > timezone.now()


def end_of_trying() -> datetime:
    """When a message that is made now is given up."""
    return timezone.now() + TRIED_FOR


class OutboxMessage(models.Model):
    """One message for one endpoint, or one mail to a person or an address. Whoever holds `lease_token` may mark it.

    A mail about somebody's own account belongs to no administration.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("on its way")
        DELIVERED = "delivered", _("arrived")
        GIVEN_UP = "given_up", _("given up")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    administration = models.ForeignKey(
        Administration,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
        verbose_name=_("main administration"),
    )
    endpoint = models.ForeignKey(
        Endpoint, null=True, on_delete=models.CASCADE, related_name="messages", verbose_name=_("webhook")
    )
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+", verbose_name=_("recipient")
    )
    address = models.EmailField(_("e-mail address"), blank=True, default="")
    event = models.CharField(_("event"), max_length=40)
    body = models.TextField(_("message"))
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.PENDING)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    due_at = models.DateTimeField(_("next attempt"), default=timezone.now)
    give_up_at = models.DateTimeField(_("given up at"), default=end_of_trying)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    lease_token = models.UUIDField(null=True, editable=False)
    leased_until = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.CheckConstraint(
                condition=Q(endpoint=None) ^ (Q(recipient=None) & Q(address="")),
                name="webhooks_outboxmessage_one_receiver",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state="pending"), name="webhooks_outbox_due"),
            models.Index(fields=["endpoint", "-created_at", "-id"], name="webhooks_outbox_log"),
            models.Index(fields=["finished_at"], name="webhooks_outbox_finished"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.webhook_id}"

    @property
    def webhook_id(self) -> str:
        """What the receiver knows it by: the same at every attempt, so that a second copy is recognised."""
        return f"msg_{self.id.hex}"

    @property
    def event_label(self) -> str:
        """What happened, in words."""
        return str(EVENT_LABELS.get(self.event, self.event))

    @property
    def laid_out(self) -> str:
        """The message for people to read."""
        return json.dumps(exact_json.load(self.body), cls=ExactEncoder, indent=2, ensure_ascii=False)

    @property
    def is_pending(self) -> bool:
        return self.state == self.State.PENDING


class DeliveryAttempt(models.Model):
    """One attempt at a message, and what came of it."""

    message = models.ForeignKey(
        OutboxMessage, on_delete=models.CASCADE, related_name="tries", verbose_name=_("message")
    )
    at = models.DateTimeField(_("when"), default=timezone.now)
    seconds = models.FloatField(_("seconds"))
    status = models.PositiveSmallIntegerField(_("status"), null=True)
    failure = models.CharField(_("failure"), max_length=30, choices=Failure, blank=True, default="")
    answer = models.TextField(_("answer"), blank=True, default="")

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")

    def __str__(self) -> str:
        return str(self.status or self.get_failure_display())


class MailChoice(models.Model):
    """When one person wants a mail about the syncs of one main administration, and in which language."""

    class When(models.TextChoices):
        NEVER = "never", _("never")
        TROUBLE = "trouble", _("when something failed or was held back")
        ALWAYS = "always", _("after every sync")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("user")
    )
    administration = models.ForeignKey(
        Administration, on_delete=models.CASCADE, related_name="+", verbose_name=_("main administration")
    )
    when = models.CharField(_("when"), max_length=20, choices=When, default=When.NEVER)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)

    class Meta:
        verbose_name = _("mail choice")
        verbose_name_plural = _("mail choices")
        constraints = [models.UniqueConstraint(fields=["user", "administration"], name="webhooks_mailchoice_once")]

    def __str__(self) -> str:
        return f"{self.user} · {self.administration} ({self.get_when_display()})"
