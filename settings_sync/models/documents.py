"""What the main administration looks like at one instant: documents by digest, and snapshots that list them."""

import uuid

from django.db import models

from tenants.exact_json import ExactDecoder, ExactEncoder, ExactJSONField
from tenants.models import Administration


class Document(models.Model):
    """One item's content, stored once however many snapshots and administrations have it.

    `needs` lists what it points at: `[{"kind", "uid", "path"}]`; `keys` has the values of its unique columns;
    `created_at` is when it was stored, or taken into use again. `version` is how many upgrades of its kind it has had,
    which its digest tells as well; `became` is the digest of the document that it is after the next ones.
    """

    digest = models.BinaryField(primary_key=True)
    kind = models.CharField(max_length=80)
    body = models.JSONField(encoder=ExactEncoder, decoder=ExactDecoder)
    needs = ExactJSONField(default=list)
    keys = ExactJSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    # With a default in the database: servers of the former version go on storing documents until they are replaced.
    version = models.PositiveSmallIntegerField(default=0, db_default=0)
    became = models.BinaryField(null=True)

    def __str__(self) -> str:
        return f"{self.kind} {bytes(self.digest).hex()[:12]}"


class Snapshot(models.Model):
    """Every published item of a main administration at one instant. Equal contents share one snapshot.

    `taken_at` is the first time, or the last on which that many days had gone by.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    administration = models.ForeignKey(Administration, on_delete=models.CASCADE, related_name="+")
    content = models.BinaryField()
    migration_head = models.CharField(max_length=64)
    taken_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["administration", "content"], name="settings_sync_snapshot_once"),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class SnapshotItem(models.Model):
    """One item of a snapshot."""

    snapshot = models.ForeignKey(Snapshot, on_delete=models.CASCADE, related_name="items")
    kind = models.CharField(max_length=80)
    uid = models.UUIDField()
    digest = models.BinaryField()
    label = models.TextField()
    keys = ExactJSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["snapshot", "kind", "uid"], name="settings_sync_snapshotitem_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.label}"
