"""Which events there are is told by the code, and not by a list in this column."""

import django.contrib.postgres.fields
from django.db import migrations, models

import webhooks.events


class Migration(migrations.Migration):
    dependencies = [
        ("webhooks", "0003_tell_of_deviations"),
    ]

    operations = [
        migrations.AlterField(
            model_name="endpoint",
            name="events",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(choices=webhooks.events.event_choices, max_length=40),
                size=None,
                verbose_name="events",
            ),
        ),
    ]
