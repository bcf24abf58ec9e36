import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("webhooks", "0002_mail_one_person")]

    operations = [
        migrations.AlterField(
            model_name="endpoint",
            name="events",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("run.finished", "a sync has finished"),
                        ("target.failed", "an administration could not be synced"),
                        ("administration.ready", "a new administration is ready"),
                        ("deviation.found", "a setting was changed in a sub-administration"),
                    ],
                    max_length=40,
                ),
                size=None,
                verbose_name="events",
            ),
        ),
    ]
