"""When something that an administration keeps as it is should be looked at again."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("settings_sync", "0012_keep_what_undo_needs_for_a_set_time")]

    operations = [
        migrations.AddField("alignment", "review_on", models.DateField(null=True)),
    ]
