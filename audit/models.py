"""The trail: who did what, on whose behalf and why. Rows are only ever added; the database refuses the rest."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.acting import staff_behind


class AuditEntry(models.Model):
    """One thing that happened. `action` is a dotted name such as `run.started`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField(_("when"), auto_now_add=True, db_index=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
        verbose_name=_("user"),
    )
    actor_name = models.CharField(_("who"), max_length=254, blank=True)
    on_behalf_of = models.CharField(_("on behalf of"), max_length=254, blank=True)
    administration_id = models.UUIDField(_("id of the administration"), null=True, db_index=True)
    administration_name = models.CharField(_("administration"), max_length=200, blank=True)
    action = models.CharField(_("action"), max_length=80, db_index=True)
    note = models.TextField(_("note"), blank=True)
    data = models.JSONField(_("data"), default=dict)

    class Meta:
        ordering = ["-at"]
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")

    def __str__(self) -> str:
        return f"{self.action} ({self.actor_name})" if self.actor_name else self.action


def record(
    action: str,
    *,
    actor: Any = None,
    administration: Any = None,
    on_behalf_of: str = "",
    note: str = "",
    **data: Any,
) -> AuditEntry:
    """Add one entry to the trail, in the caller's transaction. `data` must be JSON-serialisable.

    Where support acts on behalf of the actor just now, the entry names both.
    """
    staff = staff_behind(actor)
    if staff is not None:
        on_behalf_of = on_behalf_of or str(actor)
        actor = staff
    return AuditEntry.objects.create(
        action=action,
        actor=actor,
        actor_name=str(actor) if actor else "",
        administration_id=administration.pk if administration else None,
        administration_name=str(administration) if administration else "",
        on_behalf_of=on_behalf_of,
        note=note,
        data=data,
    )
