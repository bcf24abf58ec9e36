"""How much open daily data uses what a plan is about."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("settings_sync", "0008_keep_warnings"),
    ]

    operations = [
        migrations.AddField(model_name="plantarget", name="affected", field=models.JSONField(default=dict)),
        migrations.AddField(model_name="change", name="used_by", field=models.JSONField(default=dict)),
    ]
