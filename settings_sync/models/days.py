"""Figures of each day of a main administration: what was in line, what waited, and how long publishing took."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.models import Administration

from .packages import Package


class AlignmentDay(models.Model):
    """Of the settings that a main administration's subs should have, how many were in line at the end of a day.

    Of all of them, of a group, by its name, of a package, or of a package in a group. There are rows of a day only when
    somebody counted then: what did not change stands as it stood. All rows of a day are of one count, so that a group
    or a package that has none on the last counted day was not there any more.
    """

    administration = models.ForeignKey(
        Administration, on_delete=models.CASCADE, related_name="alignment_days", verbose_name=_("administration")
    )
    day = models.DateField(_("day"))
    group = models.CharField(_("group"), max_length=60, blank=True, default="", db_default="")
    package = models.ForeignKey(
        Package, null=True, on_delete=models.CASCADE, related_name="+", verbose_name=_("package")
    )
    in_line = models.PositiveIntegerField(_("settings in line"))
    total = models.PositiveIntegerField(_("settings to be in line"))
    administrations_in_line = models.PositiveIntegerField(_("administrations in line"), default=0, db_default=0)
    administrations = models.PositiveIntegerField(_("administrations"), default=0, db_default=0)

    class Meta:
        verbose_name = _("figure of a day")
        verbose_name_plural = _("figures of days")
        constraints = [
            models.UniqueConstraint(
                fields=["administration", "day", "group", "package"],
                nulls_distinct=False,
                name="settings_sync_alignmentday_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.administration} {self.day}"


class WaitingDay(models.Model):
    """How many decisions waited under a main administration when a day was noted last, at `noted_at`.

    `conflicts` are settings that both sides changed, one for each administration; `deviations` are open entries of the
    inbox, where equal ones of several administrations are one; `approvals` are runs that wait for somebody's word.
    """

    administration = models.ForeignKey(
        Administration, on_delete=models.CASCADE, related_name="waiting_days", verbose_name=_("administration")
    )
    day = models.DateField(_("day"))
    conflicts = models.PositiveIntegerField(_("conflicts"))
    deviations = models.PositiveIntegerField(_("deviations"))
    approvals = models.PositiveIntegerField(_("approvals"))
    noted_at = models.DateTimeField(_("noted at"))

    class Meta:
        verbose_name = _("decisions that waited")
        verbose_name_plural = _("decisions that waited")
        constraints = [
            models.UniqueConstraint(fields=["administration", "day"], name="settings_sync_waitingday_once"),
        ]
        # The reaper asks every few seconds whose figures are due.
        indexes = [models.Index(fields=["noted_at"], name="settings_sync_waitingday_noted")]

    def __str__(self) -> str:
        return f"{self.administration} {self.day}"


class PublishingDay(models.Model):
    """How long it took from publishing until a sync had brought it, in the twelve weeks that ended on a day; of
    everything, or of what a package holds.

    `arrivals` counts a setting once for each administration that it came to, `settings` once. `slowest_seconds` is what
    nine of ten arrivals stayed below.
    """

    administration = models.ForeignKey(
        Administration, on_delete=models.CASCADE, related_name="publishing_days", verbose_name=_("administration")
    )
    day = models.DateField(_("day"))
    package = models.ForeignKey(
        Package, null=True, on_delete=models.CASCADE, related_name="+", verbose_name=_("package")
    )
    settings = models.PositiveIntegerField(_("settings"))
    arrivals = models.PositiveIntegerField(_("arrivals"))
    median_seconds = models.PositiveIntegerField(_("median in seconds"))
    slowest_seconds = models.PositiveIntegerField(_("nine of ten within seconds"))

    class Meta:
        verbose_name = _("time from publishing to in line")
        verbose_name_plural = _("times from publishing to in line")
        constraints = [
            models.UniqueConstraint(
                fields=["administration", "day", "package"],
                nulls_distinct=False,
                name="settings_sync_publishingday_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.administration} {self.day}"
