import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("business", "0003_name_daily_data_for_other_systems"),
    ]

    operations = [
        migrations.CreateModel(
            name="FormPhoto",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("question", models.CharField(max_length=64, verbose_name="question")),
                ("media_type", models.CharField(max_length=20, verbose_name="kind of picture")),
                ("content", models.BinaryField(verbose_name="picture")),
                ("added_at", models.DateTimeField(auto_now_add=True, verbose_name="added at")),
                (
                    "filled_form",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="photos",
                        to="business.filledform",
                        verbose_name="filled-in form",
                    ),
                ),
            ],
            options={
                "verbose_name": "photo",
                "verbose_name_plural": "photos",
                "ordering": ["filled_form", "id"],
            },
        ),
    ]
