"""Whether somebody wants the tour of a first sync."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Tour(models.Model):
    """What one person said of the tour; who said nothing sees it until their first sync."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="tour", verbose_name=_("user")
    )
    is_open = models.BooleanField(_("wants the tour"))

    class Meta:
        verbose_name = _("tour")
        verbose_name_plural = _("tours")

    def __str__(self) -> str:
        return f"{self.user}: {self.is_open}"
