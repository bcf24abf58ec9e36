"""What an administration remembers of syncs and of edits to its own settings. These tables live in its schema."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.exact_json import ExactJSONField


class IndexEntry(models.Model):
    """What one item looks like now, as far as the last look goes: recomputed for the uids on the dirty list only."""

    kind = models.CharField(max_length=80)
    uid = models.UUIDField()
    digest = models.BinaryField()
    keys = ExactJSONField(default=dict)
    label = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "uid"], name="sync_ledger_indexentry_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.label}"


class Dirty(models.Model):
    """An item that was touched since the index last looked; appended by triggers, deleted by the ids that were seen."""

    kind = models.CharField(max_length=80)
    uid = models.UUIDField()

    def __str__(self) -> str:
        return f"{self.kind} {self.uid}"


class Base(models.Model):
    """The source value last decided here for one item: the digest of a document in the shared schema."""

    kind = models.CharField(max_length=80)
    uid = models.UUIDField()
    digest = models.BinaryField()
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "uid"], name="sync_ledger_base_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.uid}"


class Deviation(models.Model):
    """What stays as it is here: pinned (syncs skip it), or agreed until the main administration changes it again.

    `path` is a field or part of the item, such as `field/<uid>/label`; empty for the item as a whole.
    """

    kind = models.CharField(max_length=80)
    uid = models.UUIDField()
    path = models.CharField(max_length=250, blank=True, default="")
    is_pinned = models.BooleanField(default=False)
    reason = models.TextField(blank=True, default="")
    review_on = models.DateField(null=True)
    decided_by = models.CharField(max_length=254, blank=True, default="")
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "uid", "path"], name="sync_ledger_deviation_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.uid} {self.path}".strip()


class Edit(models.Model):
    """One field of one setting, changed by a person in this administration."""

    at = models.DateTimeField(_("when"), auto_now_add=True)
    by_id = models.BigIntegerField(null=True)
    by_name = models.CharField(_("who"), max_length=254)
    kind = models.CharField(max_length=80)
    uid = models.UUIDField()
    label = models.CharField(max_length=250)
    path = models.CharField(_("field"), max_length=250)
    before = ExactJSONField(null=True)
    after = ExactJSONField(null=True)

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["kind", "uid", "-at"], name="sync_ledger_edit_item")]

    def __str__(self) -> str:
        return f"{self.label}: {self.path}"


class Version(models.Model):
    """What a setting was from a moment on: the digest of a document in the shared schema, and who made it so.

    `at` is empty for what stood there before versions were kept, of which no edit tells the moment.
    """

    kind = models.CharField(max_length=80)
    uid = models.UUIDField()
    digest = models.BinaryField()
    at = models.DateTimeField(_("when"), null=True)
    by_name = models.CharField(_("who"), max_length=254, blank=True, default="")

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["kind", "uid", "-id"], name="sync_ledger_version_item")]

    def __str__(self) -> str:
        return f"{self.kind} {self.uid}"


class Draft(models.Model):
    """A setting as somebody is working on it: its document, not used and not travelling until it is published.

    `base` is the digest of what was published when the draft was begun; empty for a setting that is not published yet.
    `parts` are the uids of the parts that it has, by which their pages find it. `version` is how many upgrades of its
    kind the document has had.
    """

    kind = models.CharField(max_length=80)
    uid = models.UUIDField(unique=True)
    body = ExactJSONField()
    parts = ExactJSONField(default=list)
    base = models.BinaryField()
    version = models.PositiveSmallIntegerField(default=0, db_default=0)
    label = models.TextField()
    begun_at = models.DateTimeField(_("when"), auto_now_add=True)
    begun_by = models.CharField(_("who"), max_length=254, blank=True, default="")
    changed_at = models.DateTimeField(_("when"), null=True)
    changed_by = models.CharField(_("who"), max_length=254, blank=True, default="")

    class Meta:
        ordering = ["label", "id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.label}"
