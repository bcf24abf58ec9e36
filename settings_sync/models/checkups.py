"""What a doctor found in an administration, when nobody had asked."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.exact_json import ExactJSONField
from tenants.models import Administration


class Checkup(models.Model):
    """The last look at one administration: `faults` is what was wrong, each with its code and its facts."""

    administration = models.OneToOneField(
        Administration, primary_key=True, on_delete=models.CASCADE, related_name="checkup"
    )
    at = models.DateTimeField(_("when"))
    faults = ExactJSONField(_("what is wrong"), default=list)

    def __str__(self) -> str:
        return f"{self.administration_id} {self.at:%Y-%m-%d}"
