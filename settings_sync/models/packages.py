"""Packages: settings under a name, and who is to have them."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from settings_sync.planning.verdicts import Demand
from tenants.exact_json import ExactJSONField
from tenants.models import Administration


class Package(models.Model):
    """Which settings of a main administration belong together: whole categories and single ones, or everything; without
    those of `excepted`. Uids are kept as texts, and may be of settings that are gone."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    administration = models.ForeignKey(
        Administration, on_delete=models.CASCADE, related_name="packages", verbose_name=_("administration")
    )
    name = models.CharField(_("name"), max_length=100)
    categories = ExactJSONField(_("categories"), default=list)
    items = ExactJSONField(_("single settings"), default=list)
    excepted = ExactJSONField(_("without"), default=list)
    is_everything = models.BooleanField(_("everything"), default=False)
    forbids_editing = models.BooleanField(_("cannot be edited in the sub-administrations"), default=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("created by")
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("package")
        verbose_name_plural = _("packages")
        ordering = [Lower("name")]
        constraints = [models.UniqueConstraint("administration", Lower("name"), name="settings_sync_package_name")]

    def __str__(self) -> str:
        return self.name


class Assignment(models.Model):
    """What is asked about a package of a group, by its name, or of one administration."""

    package = models.ForeignKey(Package, on_delete=models.CASCADE, related_name="assignments")
    group = models.CharField(_("group"), max_length=60, blank=True, default="")
    administration = models.ForeignKey(
        Administration,
        null=True,
        on_delete=models.CASCADE,
        related_name="assignments",
        verbose_name=_("administration"),
    )
    demand = models.CharField(_("demand"), max_length=20, choices=Demand)

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        ordering = ["group", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(group="", administration__isnull=False) | (~Q(group="") & Q(administration=None)),
                name="settings_sync_assignment_to_one",
            ),
            models.UniqueConstraint(
                fields=["package", "group"], condition=~Q(group=""), name="settings_sync_assignment_group"
            ),
            models.UniqueConstraint(fields=["package", "administration"], name="settings_sync_assignment_once"),
        ]

    def __str__(self) -> str:
        return f"{self.package} → {self.group or self.administration}"


class TakenPackage(models.Model):
    """That an administration took a package that is optional there: from then on it is to have it."""

    package = models.ForeignKey(Package, on_delete=models.CASCADE, related_name="taken")
    administration = models.ForeignKey(Administration, on_delete=models.CASCADE, related_name="taken_packages")
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    taken_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["package", "administration"], name="settings_sync_takenpackage_once"),
        ]

    def __str__(self) -> str:
        return f"{self.package} → {self.administration}"
