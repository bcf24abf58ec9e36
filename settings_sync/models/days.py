"""How far the sub-administrations of a main administration were in line, day by day."""

from django.db import models

from tenants.models import Administration


class AlignmentDay(models.Model):
    """Of the settings that a main administration's subs should have, how many were in line at the end of a day.

    There is a row of a day only when somebody counted then: what did not change stands as it stood.
    """

    administration = models.ForeignKey(Administration, on_delete=models.CASCADE, related_name="alignment_days")
    day = models.DateField()
    in_line = models.PositiveIntegerField()
    total = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["administration", "day"], name="settings_sync_alignmentday_once"),
        ]

    def __str__(self) -> str:
        return f"{self.administration} {self.day}"
