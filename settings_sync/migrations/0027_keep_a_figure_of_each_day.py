"""How far everything is in line, day by day, for the line on the first page."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("settings_sync", "0026_let_a_worker_make_a_plan"),
    ]

    operations = [
        migrations.CreateModel(
            name="AlignmentDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("in_line", models.PositiveIntegerField()),
                ("total", models.PositiveIntegerField()),
                (
                    "administration",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="alignment_days",
                        to="tenants.administration",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("administration", "day"), name="settings_sync_alignmentday_once")
                ],
            },
        ),
    ]
