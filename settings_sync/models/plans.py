"""A plan: what a sync will do, as plain data. The preview, the API, the terminal and the result all show this."""

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from settings_sync.exceptions import error_in_words
from settings_sync.planning.verdicts import UNCHANGED, Action, Verdict, is_unchanged
from tenants.exact_json import ExactJSONField
from tenants.models import Administration

from .documents import Snapshot


class Plan(models.Model):
    """What one sync will do in every chosen administration, made from one snapshot."""

    class Kind(models.TextChoices):
        SYNC = "sync", _("sync")
        UNDO = "undo", _("undo")
        PROMOTE = "promote", _("promote")

    class State(models.TextChoices):
        COMPUTING = "computing", _("computing")
        READY = "ready", _("ready")
        FAILED = "failed", _("failed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.SYNC)
    administration = models.ForeignKey(
        Administration, on_delete=models.CASCADE, related_name="plans", verbose_name=_("administration")
    )
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("requested by")
    )
    version = models.PositiveIntegerField(_("version"), default=1)
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.COMPUTING)
    # The code of the error that made it fail, and what fills in its sentence.
    state_detail = models.TextField(_("what went wrong"), blank=True, default="")
    state_facts = ExactJSONField(default=dict, db_default={}, editable=False)
    categories = ExactJSONField(_("categories"), default=list)
    items = ExactJSONField(_("single settings"), default=list)
    policies = ExactJSONField(_("policies"), default=dict)
    # The run that a plan of kind undo takes back.
    undoes = models.ForeignKey(
        "SyncRun", null=True, on_delete=models.PROTECT, related_name="undo_plans", verbose_name=_("takes back")
    )
    snapshot = models.ForeignKey(
        Snapshot, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("snapshot")
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires at"))
    # Of those that a worker makes: whoever holds `lease_token` until `leased_until` does, and nobody else.
    is_for_worker = models.BooleanField(default=False, db_default=False, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    lease_token = models.UUIDField(null=True, editable=False)
    leased_until = models.DateTimeField(null=True, editable=False)
    woken_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("preview")
        verbose_name_plural = _("previews")
        ordering = ["-created_at"]
        # The reaper asks for what is not made yet every few seconds, and there are ever more previews.
        indexes = [
            models.Index(fields=["created_at"], condition=models.Q(state="computing"), name="settings_sync_plan_unmade")
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_undo(self) -> bool:
        """Whether it takes a run back."""
        return self.kind == self.Kind.UNDO

    @property
    def went_wrong(self) -> str:
        """Why it could not be made, in the reader's language; empty when it could."""
        if self.state != self.State.FAILED:
            return ""
        return error_in_words(self.state_detail, self.state_facts, self.state_detail)

    @property
    def is_expired(self) -> bool:
        """Whether it is too old to be carried out."""
        return self.expires_at <= timezone.now()


class PlanTarget(models.Model):
    """What a plan will do in one administration, counted.

    `rehearsal` tells how applying it went when it was tried and rolled back: `{"state": "passed" | "failed", "code",
    "facts", "at"}`, or empty when it was not tried.
    """

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="targets", verbose_name=_("preview"))
    administration = models.ForeignKey(
        Administration, on_delete=models.CASCADE, related_name="+", verbose_name=_("administration")
    )
    counts = ExactJSONField(_("counts"), default=dict)
    position = models.PositiveIntegerField(_("position"), default=0)
    # How many settings stood there, so that a share of them can be told.
    standing = models.PositiveIntegerField(default=0)
    rehearsal = ExactJSONField(_("rehearsal"), default=dict)
    # How many open documents use something that would be written, by their name, such as {"work_orders": 12}.
    affected = ExactJSONField(default=dict)
    # {"code", "facts"}: why nothing could be planned here, while the others were.
    left_out = ExactJSONField(default=dict)
    # In a takeover: the uids of the administration's own settings that stay as they are.
    stays_own = ExactJSONField(default=list, db_default=[], editable=False)

    class Meta:
        verbose_name = _("administration of a preview")
        verbose_name_plural = _("administrations of a preview")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "administration"], name="settings_sync_plantarget_once"),
        ]

    def __str__(self) -> str:
        return str(self.administration)

    @property
    def is_made(self) -> bool:
        """Whether it is known what will be done here, or that nothing can be planned."""
        return bool(self.counts or self.left_out)

    @property
    def why_left_out(self) -> str:
        """Why nothing could be planned here, in the reader's language; empty where it could."""
        return error_in_words(self.left_out["code"], self.left_out["facts"], "") if self.left_out else ""


class Change(models.Model):
    """What a plan will do with one item in one administration, and the three values that it saw."""

    IS_UNCHANGED = models.Q(verdict__in=UNCHANGED, action=Action.KEEP)
    """The same as `is_unchanged`, for queries."""

    plan_target = models.ForeignKey(PlanTarget, on_delete=models.CASCADE, related_name="changes")
    kind = models.CharField(max_length=80)
    category = models.CharField(max_length=60)
    uid = models.UUIDField()
    label = models.TextField()
    action = models.CharField(max_length=20, choices=Action)
    verdict = models.CharField(max_length=30, choices=Verdict)
    facts = ExactJSONField(default=dict)
    needed_by = ExactJSONField(default=list)
    base_digest = models.BinaryField(null=True)
    source_digest = models.BinaryField(null=True)
    local_digest = models.BinaryField(null=True)
    result_digest = models.BinaryField(null=True)
    # The base after applying; what a plan moves and what it leaves is told by comparing it with `base_digest`.
    next_base_digest = models.BinaryField(null=True)
    # The administration's own item that becomes this one.
    couples = models.UUIDField(null=True)
    # [[part, uid, uid]]: the parts that get another uid and keep their local key.
    pairs = ExactJSONField(default=list)
    # [[path, side]]: what both sides changed, and which side was decided ("" while nobody has).
    conflicts = ExactJSONField(default=list)
    # [{"path", "is_pinned", "reason", "review_on"}]: what stays as it is here from now on.
    deviations = ExactJSONField(default=list)
    clears_deviations = models.BooleanField(default=False)
    # What was pinned there when the plan was made: what is pinned later holds the change.
    pins = ExactJSONField(default=list)
    # [{"code", "facts"}]: what is worth knowing of the content, such as a number that is typed out.
    warnings = ExactJSONField(default=list)
    # How many open documents use the administration's item, by their name.
    used_by = ExactJSONField(default=dict)

    # What became of it, where a query asks for that (`with_what_happened`); a plan that waits has nothing to tell yet.
    happened: str = ""
    finding: str | None = None
    overtaken_by: uuid.UUID | None = None
    overtaken_at: datetime | None = None

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["plan_target", "kind", "uid"], name="settings_sync_change_once"),
        ]

    def __str__(self) -> str:
        return f"{self.label} ({self.get_action_display()})"

    @property
    def is_unchanged(self) -> bool:
        """Whether nothing of the item is asked or written because it stands as it should already."""
        return is_unchanged(self.verdict, self.action)

    @property
    def outcome(self) -> Action:
        """What came of it, where that was asked for and is known; otherwise what will be done."""
        return Action(self.happened or self.action)
