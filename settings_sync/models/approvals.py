"""A run that waits until somebody else has looked at it."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tenants.exact_json import ExactJSONField
from tenants.models import Administration

from .runs import SyncRun


class Approval(models.Model):
    """What a run waits for: a word of somebody else. Nothing of it has started as long as it waits.

    `reasons` say why it is wanted, each `{"code", …}` with its numbers; `mark` is how the main administration stood
    beside the preview when it was asked, so that nothing else is approved than what was asked.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waits for approval")
        APPROVED = "approved", _("approved")
        REJECTED = "rejected", _("rejected")
        WITHDRAWN = "withdrawn", _("withdrawn")
        EXPIRED = "expired", _("not approved in time")

    LONGEST_REASON = 1000
    """How long the word may be with which something is approved or rejected."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    administration = models.ForeignKey(
        Administration, on_delete=models.CASCADE, related_name="approvals", verbose_name=_("administration")
    )
    run = models.OneToOneField(SyncRun, on_delete=models.CASCADE, related_name="approval", verbose_name=_("run"))
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.WAITING)
    reasons = ExactJSONField(_("why it is wanted"), default=list)
    mark = models.CharField(max_length=64, blank=True, default="", editable=False)
    # False where only a standing order asked for a look: then its maker may be the one who looks.
    needs_other = models.BooleanField(default=True, db_default=True)
    door = models.CharField(max_length=20, blank=True, default="", editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided at"), null=True)
    reason = models.TextField(_("reason"), blank=True, default="")
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        ordering = ["-created_at", "-id"]
        # The reaper asks for what waits every few seconds, and there are ever more that do not.
        indexes = [
            models.Index(fields=["created_at"], condition=Q(state="waiting"), name="settings_sync_approval_waits")
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_waiting(self) -> bool:
        return self.state == self.State.WAITING
