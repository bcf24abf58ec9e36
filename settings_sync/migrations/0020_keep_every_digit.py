from django.db import migrations, models

from tenants.exact_json import ExactDecoder, ExactEncoder


class Migration(migrations.Migration):
    """Nothing in the database changes: it has kept every digit all along."""

    dependencies = [("settings_sync", "0019_tell_what_was_held_and_overtaken")]
    operations = [
        migrations.AlterField(model, "body", models.JSONField(decoder=ExactDecoder, encoder=ExactEncoder))
        for model in ("document", "formerdocument")
    ]
