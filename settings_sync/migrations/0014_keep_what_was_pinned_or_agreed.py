"""What a run changed of what is pinned or agreed, so that it can be taken back."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("settings_sync", "0013_note_when_to_look_again")]

    operations = [
        migrations.AddField("receipt", "former_deviations", models.JSONField(null=True, editable=False)),
    ]
