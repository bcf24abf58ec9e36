"""Standing orders: a package that is brought to groups by itself, and each moment at which that was due."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from settings_sync.exceptions import error_in_words
from tenants.exact_json import ExactJSONField
from tenants.models import Administration

from .packages import Package
from .plans import Plan
from .runs import SyncRun


class StandingOrder(models.Model):
    """Bring a package to groups, whenever `when` says so and `windows` let it.

    `when`, `windows`, `rings`, `policies` and `approval` are kept as the API takes them. Who made, changed or resumed
    it last gives it their right: `by_right_of`. Moments up to `since` are done with; `look_at` is the first instant at
    which something may be due, by the database's clock.
    """

    class State(models.TextChoices):
        ON = "on", _("on")
        PAUSED = "paused", _("paused")
        STOPPED = "stopped", _("stopped")
        DONE = "done", _("done")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    administration = models.ForeignKey(
        Administration, on_delete=models.CASCADE, related_name="standing_orders", verbose_name=_("administration")
    )
    name = models.CharField(_("name"), max_length=100)
    # Without its package it stops, and says so.
    package = models.ForeignKey(
        Package, null=True, on_delete=models.SET_NULL, related_name="standing_orders", verbose_name=_("package")
    )
    groups = ExactJSONField(_("groups"), default=list)
    when = ExactJSONField(_("when"), default=dict)
    time_zone = models.CharField(_("time zone"), max_length=60, default="Europe/Amsterdam")
    windows = ExactJSONField(_("windows"), default=dict)
    rings = ExactJSONField(_("rings"), default=dict, db_default={})
    policies = ExactJSONField(_("policies"), default=dict)
    approval = ExactJSONField(_("approval"), default=dict)
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.ON)
    # The code of what made it stop or pause, and what fills in its sentence; empty where somebody paused it.
    state_code = models.CharField(max_length=60, blank=True, default="")
    state_facts = ExactJSONField(default=dict)
    since = models.DateTimeField()
    look_at = models.DateTimeField(null=True)
    # How the package stood in the main administration when that was looked at last, since when, and as it was brought.
    seen_mark = models.CharField(max_length=64, blank=True, default="")
    seen_at = models.DateTimeField(null=True)
    done_mark = models.CharField(max_length=64, blank=True, default="")
    by_right_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("by right of")
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("standing order")
        verbose_name_plural = _("standing orders")
        ordering = [Lower("name")]
        constraints = [models.UniqueConstraint("administration", Lower("name"), name="settings_sync_order_name")]
        indexes = [models.Index(fields=["look_at"], condition=Q(state="on"), name="settings_sync_order_due")]

    def __str__(self) -> str:
        return self.name

    @property
    def why(self) -> str:
        """Why it is not on, in the reader's language; empty where somebody just paused it."""
        return error_in_words(self.state_code, self.state_facts, "") if self.state_code else ""


class OrderMoment(models.Model):
    """One moment of an order: there is a row for each that was due, once, whoever finds it. Whoever holds `lease_token`
    until `leased_until` makes its plan and starts its run."""

    class State(models.TextChoices):
        DUE = "due", _("due")
        STARTED = "started", _("started")
        DROPPED = "dropped", _("dropped")
        FAILED = "failed", _("failed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    order = models.ForeignKey(StandingOrder, on_delete=models.CASCADE, related_name="moments")
    moment = models.DateTimeField(_("moment"))
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.DUE)
    plan = models.ForeignKey(Plan, null=True, on_delete=models.SET_NULL, related_name="+")
    run = models.OneToOneField(SyncRun, null=True, on_delete=models.SET_NULL, related_name="order_moment")
    error_code = models.CharField(max_length=60, blank=True, default="")
    error_facts = ExactJSONField(default=dict)
    found_at = models.DateTimeField(auto_now_add=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_token = models.UUIDField(null=True)
    leased_until = models.DateTimeField(null=True)
    woken_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("moment of a standing order")
        verbose_name_plural = _("moments of standing orders")
        ordering = ["-moment"]
        constraints = [models.UniqueConstraint(fields=["order", "moment"], name="settings_sync_moment_once")]
        indexes = [models.Index(fields=["found_at"], condition=Q(state="due"), name="settings_sync_moment_due")]

    def __str__(self) -> str:
        return f"{self.order} {self.moment.isoformat()}"

    @property
    def went_wrong(self) -> str:
        """Why it came to nothing, in the reader's language."""
        return error_in_words(self.error_code, self.error_facts, "") if self.error_code else ""
