from datetime import UTC, datetime

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("settings_sync", "0024_find_what_is_open_at_once")]

    operations = [
        migrations.CreateModel(
            name="Touched",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("schema_name", models.CharField(max_length=63)),
            ],
        ),
        migrations.AddIndex(
            "alignment",
            models.Index(
                fields=["administration"],
                condition=models.Q(("as_of__lte", datetime(2000, 1, 1, tzinfo=UTC))),
                name="settings_sync_to_be_counted",
            ),
        ),
    ]
