"""A target that was busy when its run was cancelled must not start again later."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("settings_sync", "0004_name_what_support_sees")]

    operations = [
        migrations.AddField("syncrun", "cancelled_at", models.DateTimeField(editable=False, null=True)),
    ]
