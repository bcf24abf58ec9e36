"""A logo of each administration."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reference_data", "0002_leave_room_for_updates")]

    operations = [
        migrations.CreateModel(
            name="Logo",
            fields=[
                (
                    "id",
                    models.SmallIntegerField(default=1, editable=False, primary_key=True, serialize=False),
                ),
                ("media_type", models.CharField(max_length=20, verbose_name="kind of picture")),
                ("content", models.BinaryField(verbose_name="picture")),
                ("changed_at", models.DateTimeField(auto_now=True, verbose_name="changed at")),
            ],
            options={
                "verbose_name": "logo",
                "verbose_name_plural": "logos",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="reference_data_logo_is_one"),
                ],
            },
        ),
    ]
