"""Invitations: somebody who is asked by e-mail to come and work in an administration."""

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tenants.models import Administration, Role

VALID_FOR = timedelta(days=7)


def end_of_invitation() -> datetime:
    """When an invitation that is made now stops working."""
    return timezone.now() + VALID_FOR


class Invitation(models.Model):
    """One person asked into one administration with one role. Its link works once, until it expires or is withdrawn."""

    class State(models.TextChoices):
        OPEN = "open", _("waits for an answer")
        EXPIRED = "expired", _("expired")
        ACCEPTED = "accepted", _("accepted")
        WITHDRAWN = "withdrawn", _("withdrawn")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    administration = models.ForeignKey(
        Administration, on_delete=models.CASCADE, related_name="invitations", verbose_name=_("administration")
    )
    email = models.EmailField(_("e-mail address"))
    role = models.ForeignKey(Role, on_delete=models.CASCADE, related_name="+", verbose_name=_("role"))
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("invited by")
    )
    invited_at = models.DateTimeField(_("invited at"), default=timezone.now)
    expires_at = models.DateTimeField(_("works until"), default=end_of_invitation)
    accepted_at = models.DateTimeField(_("accepted at"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)

    class Meta:
        ordering = ["-invited_at"]
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.UniqueConstraint(
                "administration",
                Lower("email"),
                condition=Q(accepted_at=None, withdrawn_at=None),
                name="people_invitation_one_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.email} · {self.administration}"

    @property
    def state(self) -> "Invitation.State":
        """Whether it still works, and if not, why."""
        if self.accepted_at is not None:
            return self.State.ACCEPTED
        if self.withdrawn_at is not None:
            return self.State.WITHDRAWN
        return self.State.OPEN if self.expires_at > timezone.now() else self.State.EXPIRED
