from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("settings_sync", "0035_keep_figures_over_time"),
    ]

    operations = [
        migrations.AddField(
            model_name="runstage",
            name="reason",
            field=models.TextField(blank=True, db_default="", default="", verbose_name="reason"),
        ),
    ]
