"""Runs whose documents are no longer kept are known by when that ended."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("settings_sync", "0011_see_what_is_pinned")]

    operations = [
        migrations.AddField("syncrun", "pruned_at", models.DateTimeField(editable=False, null=True)),
    ]
