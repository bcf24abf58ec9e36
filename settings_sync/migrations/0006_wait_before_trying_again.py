"""What failed because something was busy or away waits before its next attempt."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("settings_sync", "0005_remember_that_a_run_was_cancelled")]

    operations = [
        migrations.AddField("synctarget", "not_before", models.DateTimeField(editable=False, null=True)),
    ]
