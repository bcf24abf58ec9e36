"""A run: a confirmed plan with one target per administration. These rows are the truth, the queue a wake-up."""

import uuid
from datetime import UTC, datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from settings_sync.planning.verdicts import WRITING
from tenants.exact_json import ExactDecoder, ExactEncoder, ExactJSONField
from tenants.models import Administration

from .documents import Snapshot
from .plans import Plan, PlanTarget


class SyncRun(models.Model):
    """One confirmed plan on its way to every chosen administration."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waits for approval")
        QUEUED = "queued", _("queued")
        RUNNING = "running", _("running")
        SUCCEEDED = "succeeded", _("succeeded")
        PARTLY_HELD = "partly_held", _("partly held back")
        PARTLY_FAILED = "partly_failed", _("partly failed")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")
        REJECTED = "rejected", _("rejected")
        EXPIRED = "expired", _("not approved in time")

    NOT_STARTED = (State.WAITING, State.REJECTED, State.EXPIRED)
    """Nobody has approved it (yet)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    plan = models.OneToOneField(Plan, on_delete=models.PROTECT, related_name="run", verbose_name=_("preview"))
    administration = models.ForeignKey(
        Administration, on_delete=models.CASCADE, related_name="runs", verbose_name=_("administration")
    )
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("requested by")
    )
    on_behalf_of = models.CharField(_("on behalf of"), max_length=254, blank=True, default="")
    # Its name and beginning, and not a key: the token may be gone when somebody asks.
    token = models.CharField(_("token"), max_length=130, blank=True, default="")
    # Who confirmed it, or tried it again last: asked for again before each target, and refused when nobody is there.
    by_right_of = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
        editable=False,
    )
    # The standing order that made it, if one did.
    order = models.ForeignKey(
        "StandingOrder", null=True, on_delete=models.SET_NULL, related_name="runs", verbose_name=_("standing order")
    )
    # The rings of its order as they were when it was made: later ones are not for it.
    rings = ExactJSONField(default=dict, db_default={}, editable=False)
    note = models.TextField(_("note"), blank=True, default="")
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.QUEUED)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    started_at = models.DateTimeField(_("started at"), null=True)
    finished_at = models.DateTimeField(_("finished at"), null=True)
    cancelled_at = models.DateTimeField(null=True, editable=False)
    # Since when somebody lets no more of its rings begin.
    paused_at = models.DateTimeField(null=True, editable=False)
    # [kind, uid] of what was changed in the main administration between the preview and its confirmation.
    moved = ExactJSONField(default=list, editable=False)
    # Since when the documents that taking it back needs are no longer kept.
    pruned_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["-created_at"]
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        # The reaper asks for what has not ended every few seconds, and history only grows.
        indexes = [
            models.Index(fields=["created_at"], condition=Q(finished_at=None), name="settings_sync_run_unfinished")
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_finished(self) -> bool:
        return self.finished_at is not None


class SyncTarget(models.Model):
    """One administration of a run. Whoever holds `lease_token` until `leased_until` may apply it, nobody else."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waits for approval")
        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("busy")
        SUCCEEDED = "succeeded", _("done")
        HELD = "held", _("held back")
        FAILED = "failed", _("failed")
        SKIPPED = "skipped", _("skipped")
        CANCELLED = "cancelled", _("cancelled")

    OPEN = (State.QUEUED, State.RUNNING)
    ENDED = (State.SUCCEEDED, State.HELD, State.FAILED, State.SKIPPED, State.CANCELLED)
    APPLIED = (State.SUCCEEDED, State.HELD)
    """The plan was carried out, as far as the administration still stood as the plan saw it."""
    NOT_APPLIED = (State.FAILED, State.SKIPPED, State.CANCELLED)
    """It ended, and nothing was written."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    run = models.ForeignKey(SyncRun, on_delete=models.CASCADE, related_name="targets", verbose_name=_("run"))
    administration = models.ForeignKey(
        Administration, on_delete=models.CASCADE, related_name="+", verbose_name=_("administration")
    )
    plan_target = models.OneToOneField(
        PlanTarget, on_delete=models.PROTECT, related_name="sync_target", verbose_name=_("administration of a preview")
    )
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.QUEUED)
    # The number of its ring; none where the run has no rings, or nothing was left to do here when it began.
    ring = models.PositiveSmallIntegerField(_("ring"), null=True, editable=False)
    # False while its ring has not begun or is paused: then no worker takes it.
    may_begin = models.BooleanField(default=True, db_default=True, editable=False)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    lease_token = models.UUIDField(null=True)
    leased_until = models.DateTimeField(_("taken until"), null=True)
    woken_at = models.DateTimeField(_("woken at"), null=True)
    not_before = models.DateTimeField(null=True, editable=False)
    counts = ExactJSONField(_("counts"), default=dict)
    error_code = models.CharField(_("code of the error"), max_length=60, blank=True, default="")
    # What the sentence of the error is filled in with, so that everybody reads it in their own language.
    error_facts = ExactJSONField(_("facts of the error"), null=True, blank=True)
    error_detail = models.TextField(_("what went wrong"), blank=True, default="")
    # When somebody asked to try it again, which is later than what newer runs decided here.
    retried_at = models.DateTimeField(null=True, editable=False)
    started_at = models.DateTimeField(_("started at"), null=True)
    finished_at = models.DateTimeField(_("finished at"), null=True)

    class Meta:
        verbose_name = _("administration of a run")
        verbose_name_plural = _("administrations of a run")
        ordering = ["plan_target__position"]
        constraints = [
            models.UniqueConstraint(fields=["run", "administration"], name="settings_sync_synctarget_once"),
            models.UniqueConstraint(
                fields=["administration"], condition=Q(state="running"), name="settings_sync_one_running_per_child"
            ),
        ]
        indexes = [
            models.Index(fields=["state", "leased_until"], name="settings_sync_target_open"),
            # Asked by every target that ends: is it the last of its run, and who waits for its administration?
            models.Index(fields=["run"], condition=Q(state__in=["queued", "running"]), name="settings_sync_run_open"),
            models.Index(
                fields=["administration"], condition=Q(state__in=["queued", "running"]), name="settings_sync_child_open"
            ),
            # Whether any worker took something lately.
            models.Index(fields=["started_at"], name="settings_sync_target_begun"),
        ]

    def __str__(self) -> str:
        return f"{self.administration} ({self.get_state_display()})"

    @property
    def overtaken_by(self) -> uuid.UUID | None:
        """The later run that has decided about everything here since; None where that is not why it ended."""
        facts = self.error_facts or {}
        return uuid.UUID(facts["run"]) if self.error_code == "overtaken" and "run" in facts else None

    @property
    def outcome_counts(self) -> dict[str, int]:
        """The counts by what became of them: where nothing was written, what was planned to be is skipped."""
        counts = dict(self.counts)
        if self.state in self.NOT_APPLIED:
            counts["skip"] = counts.get("skip", 0) + sum(counts.pop(action, 0) for action in WRITING)
        return counts


class RunStage(models.Model):
    """One ring of a run: its administrations are the targets with its number.

    It begins when the one before it is done, at `opens_at`, or when somebody approves that from `asked_at` on.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waits")
        OPEN = "open", _("busy")
        DONE = "done", _("done")
        STOPPED = "stopped", _("stopped")

    UNFINISHED = (State.WAITING, State.OPEN)

    run = models.ForeignKey(SyncRun, on_delete=models.CASCADE, related_name="stages", verbose_name=_("run"))
    number = models.PositiveSmallIntegerField(_("number"))
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.WAITING)
    opens_at = models.DateTimeField(_("begins at"), null=True)
    asked_at = models.DateTimeField(null=True, editable=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("approved by")
    )
    reason = models.TextField(_("reason"), blank=True, default="", db_default="")
    started_at = models.DateTimeField(_("started at"), null=True)
    finished_at = models.DateTimeField(_("finished at"), null=True)

    class Meta:
        verbose_name = _("ring of a run")
        verbose_name_plural = _("rings of a run")
        ordering = ["run", "number"]
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="settings_sync_ring_once")]
        indexes = [
            # The reaper asks every few seconds, and history only grows.
            models.Index(
                fields=["run"], condition=Q(state__in=["waiting", "open"]), name="settings_sync_ring_unfinished"
            )
        ]

    def __str__(self) -> str:
        return f"{self.run} {self.number}"

    @property
    def waits_for_approval(self) -> bool:
        """Whether it waits for somebody's word, which was asked for."""
        return self.state == self.State.WAITING and self.asked_at is not None and self.approved_by_id is None


class Receipt(models.Model):
    """The proof that a target was applied: how many rows of which tables were written, and 0 business rows."""

    target = models.OneToOneField(
        SyncTarget,
        on_delete=models.CASCADE,
        related_name="receipt",
        primary_key=True,
        verbose_name=_("administration of a run"),
    )
    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, related_name="+", verbose_name=_("snapshot"))
    rows = ExactJSONField(_("rows of settings"), default=dict)
    business_rows_written = models.BigIntegerField(_("rows of daily data"))
    # What was pinned or agreed before, of the items where the run changed that.
    former_deviations = ExactJSONField(null=True, editable=False)
    written_at = models.DateTimeField(_("written at"))

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")

    def __str__(self) -> str:
        return str(self.target)


class Alignment(models.Model):
    """How far one administration is in line, per category; folded from the dirty lists, so it may lag a few seconds."""

    LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
    """The moment that it is set back to when the index that it was counted from has changed."""

    administration = models.ForeignKey(Administration, on_delete=models.CASCADE, related_name="alignment")
    category = models.CharField(max_length=60)
    counts = ExactJSONField(default=dict)
    # By the id of a package that is asked of it: [in line, of how many], of the settings that it holds.
    packages = ExactJSONField(default=dict, db_default={})
    # The first day on which something that is kept as it is there should be looked at again.
    review_on = models.DateField(null=True)
    as_of = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["administration", "category"], name="settings_sync_alignment_once"),
        ]
        indexes = [
            models.Index(
                fields=["administration"],
                condition=Q(as_of__lte=datetime(2000, 1, 1, tzinfo=UTC)),
                name="settings_sync_to_be_counted",
            )
        ]

    def __str__(self) -> str:
        return f"{self.administration} {self.category}"


class Touched(models.Model):
    """That something was put on the dirty list of an administration, by its schema; deleted when it was counted again.

    A row for each statement that edited settings, written beside the dirty list and with nothing unique, so that nobody
    waits for anybody. It saves the reaper from asking every schema; what it does not tell is found in turns.
    """

    schema_name = models.CharField(max_length=63)

    def __str__(self) -> str:
        return self.schema_name


class Finding(models.Model):
    """One difference between a plan and its result, named."""

    ARCHIVED = "archived-instead"
    DONE_BEFORE = "done-before"
    NOT_HELD = (ARCHIVED, DONE_BEFORE)
    """The codes of what was not held back: it was dealt with otherwise, or an earlier run had done the same."""

    target = models.ForeignKey(
        SyncTarget, on_delete=models.CASCADE, related_name="findings", verbose_name=_("administration of a run")
    )
    kind = models.CharField(_("kind"), max_length=80)
    uid = models.UUIDField(_("uid"), null=True)
    label = models.TextField(_("label"), default="")
    code = models.CharField(_("code"), max_length=60)
    # The run that decided about the item since, where that is why it was held back, or that did the same before.
    overtaken_by = models.ForeignKey(SyncRun, null=True, on_delete=models.SET_NULL, related_name="+", editable=False)

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.label

    @property
    def is_held(self) -> bool:
        """Whether the item was left as it stood; the other findings tell of one that was dealt with otherwise."""
        return self.code not in self.NOT_HELD


class FormerDocument(models.Model):
    """What an item was before a run replaced it, so that it can be brought back."""

    target = models.ForeignKey(SyncTarget, on_delete=models.CASCADE, related_name="former_documents")
    kind = models.CharField(max_length=80)
    uid = models.UUIDField()
    digest = models.BinaryField()
    body = models.JSONField(encoder=ExactEncoder, decoder=ExactDecoder)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["target", "kind", "uid"], name="settings_sync_formerdocument_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.uid}"
