"""Keep what is worth knowing of a change with it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("settings_sync", "0007_decide_what_happens"),
    ]

    operations = [
        migrations.AddField(
            model_name="change",
            name="warnings",
            field=models.JSONField(default=list),
        ),
    ]
