"""What somebody wants to sync again: administrations, settings and policies under a name."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from tenants.exact_json import ExactJSONField
from tenants.models import Administration


class SavedChoice(models.Model):
    """A choice of the wizard that is run again. `targets` and `items` keep names, so that what is gone can be named."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    administration = models.ForeignKey(Administration, on_delete=models.CASCADE, related_name="saved_choices")
    name = models.CharField(_("name"), max_length=100)
    # [{"id", "name"}] of administrations, and [{"uid", "label"}] of single settings.
    targets = ExactJSONField(default=list)
    items = ExactJSONField(default=list)
    # [{"name", "ids"}] of the groups that were chosen as a whole, with their members when it was saved.
    groups = ExactJSONField(default=list)
    categories = ExactJSONField(default=list)
    policies = ExactJSONField(default=dict)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = [Lower("name")]
        constraints = [
            models.UniqueConstraint("administration", Lower("name"), name="settings_sync_savedchoice_name"),
        ]

    def __str__(self) -> str:
        return self.name
