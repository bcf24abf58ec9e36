"""What somebody was told, and what they want to be told. Both belong to a person and are in no administration."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tenants.exact_json import ExactJSONField


class Notice(models.Model):
    """One thing that one person is told, as facts: its words are made when they are read, in the reader's language.

    `about` is what it tells of. The same is told once to a person, however often the moment comes.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices", verbose_name=_("user")
    )
    kind = models.CharField(_("kind"), max_length=40)
    about = models.CharField(_("about"), max_length=100)
    # Keys and no rows between: a notice of a run to 500 administrations is one row for a reader, and not 500.
    administrations = ArrayField(models.UUIDField(), verbose_name=_("administrations"))
    facts = ExactJSONField(_("facts"), default=dict)
    is_shown = models.BooleanField(_("in the product"), default=True)
    is_mailed = models.BooleanField(_("by e-mail"), default=False)
    mailed_with = models.UUIDField(null=True, editable=False)
    created_at = models.DateTimeField(_("when"), default=timezone.now)
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints = [models.UniqueConstraint(fields=["user", "kind", "about"], name="notices_notice_once")]
        indexes = [
            models.Index(fields=["user"], condition=Q(is_shown=True, read_at=None), name="notices_unread"),
            models.Index(fields=["user", "-created_at", "-id"], name="notices_of_user"),
            models.Index(fields=["user"], condition=Q(is_mailed=True, mailed_with=None), name="notices_to_mail"),
            models.Index(fields=["mailed_with"], condition=Q(mailed_with__isnull=False), name="notices_of_mail"),
            models.Index(fields=["created_at"], name="notices_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.about}"


class NoticeChoice(models.Model):
    """Where one person wants to be told one kind of thing; who has none gets what the kind says."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("user")
    )
    kind = models.CharField(_("kind"), max_length=40)
    is_shown = models.BooleanField(_("in the product"))
    is_mailed = models.BooleanField(_("by e-mail"))

    class Meta:
        verbose_name = _("choice of notices")
        verbose_name_plural = _("choices of notices")
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="notices_choice_once")]

    def __str__(self) -> str:
        return f"{self.user} · {self.kind}"
