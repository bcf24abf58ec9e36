"""Variables: texts of one administration that shared templates take up."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("templates_catalog", "0002_leave_room_for_updates"),
    ]

    operations = [
        migrations.CreateModel(
            name="Variable",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, unique=True, verbose_name="name")),
                ("value", models.TextField(verbose_name="value")),
            ],
            options={
                "verbose_name": "variable",
                "verbose_name_plural": "variables",
                "ordering": ["name"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("name__regex", "^[a-z][a-z0-9_]*$")), name="templates_catalog_variable_name"
                    ),
                ],
            },
        ),
    ]
