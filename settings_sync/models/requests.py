"""Requests that were carried out once, so that sending them again changes nothing."""

from django.db import models

from accounts.models import ApiToken


class IdempotencyRecord(models.Model):
    """The answer to one request, by the key that its sender gave it; kept for a day."""

    token = models.ForeignKey(ApiToken, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    location = models.TextField(blank=True, default="")
    body = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["token", "key"], name="settings_sync_idempotencyrecord_once"),
        ]

    def __str__(self) -> str:
        return self.key
