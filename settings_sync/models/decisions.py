"""What people decided: about the items of one plan, and for good about the settings of a main administration."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from settings_sync.planning.verdicts import Word
from tenants.exact_json import ExactJSONField
from tenants.models import Administration

from .plans import PlanTarget


class Decision(models.Model):
    """What was decided in a plan about one item of one administration, or about one path of it."""

    plan_target = models.ForeignKey(PlanTarget, on_delete=models.CASCADE, related_name="decisions")
    kind = models.CharField(max_length=80)
    uid = models.UUIDField()
    path = models.CharField(max_length=250, blank=True, default="")
    word = models.CharField(_("decision"), max_length=20, choices=Word)
    couple_with = models.UUIDField(null=True)
    name = models.TextField(blank=True, default="")
    reason = models.TextField(_("reason"), blank=True, default="")
    review_on = models.DateField(_("look again on"), null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["plan_target", "kind", "uid", "path"], name="settings_sync_decision_once"),
        ]

    def __str__(self) -> str:
        return f"{self.word} {self.path}".strip()


class SyncPolicy(models.Model):
    """What syncs of a main administration do where nobody decides; `max_share` is the share of an administration's
    settings, in percent, from which overwriting and removing asks for a typed confirmation.

    A sync waits until somebody else approves it: always, to more than `approval_above` administrations, or where it
    removes something."""

    administration = models.OneToOneField(Administration, on_delete=models.CASCADE, related_name="sync_policy")
    policies = ExactJSONField(_("policies"), default=dict)
    max_share = models.PositiveSmallIntegerField(_("share that asks for confirmation"), default=25)
    approval_always = models.BooleanField(default=False, db_default=False)
    approval_above = models.PositiveIntegerField(null=True)
    approval_on_removals = models.BooleanField(default=False, db_default=False)

    class Meta:
        verbose_name = _("policy of syncs")
        verbose_name_plural = _("policies of syncs")

    def __str__(self) -> str:
        return str(self.administration)


class ItemRule(models.Model):
    """What a main administration decided for good about one setting: locked in every administration, or a policy."""

    administration = models.ForeignKey(Administration, on_delete=models.CASCADE, related_name="item_rules")
    kind = models.CharField(max_length=80)
    uid = models.UUIDField()
    locked_paths = ExactJSONField(_("locked"), default=list)
    policies = ExactJSONField(_("policies"), default=dict)

    class Meta:
        verbose_name = _("rule for a setting")
        verbose_name_plural = _("rules for settings")
        constraints = [
            models.UniqueConstraint(fields=["administration", "kind", "uid"], name="settings_sync_itemrule_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.uid}"
