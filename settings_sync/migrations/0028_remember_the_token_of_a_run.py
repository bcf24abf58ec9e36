"""A run that was started by the API tells by which token."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("settings_sync", "0027_keep_a_figure_of_each_day"),
    ]

    operations = [
        migrations.AddField(
            model_name="syncrun",
            name="token",
            field=models.CharField(blank=True, default="", max_length=130, verbose_name="token"),
        ),
    ]
