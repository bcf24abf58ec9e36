"""Keep with a change what was pinned when it was planned."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("settings_sync", "0010_save_choices"),
    ]

    operations = [
        migrations.AddField(
            model_name="change",
            name="pins",
            field=models.JSONField(default=list),
        ),
    ]
