"""Which rights there are is told by each app, and not by a list in this column."""

import django.contrib.postgres.fields
from django.db import migrations, models

import tenants.rights


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0005_let_administrators_manage_roles"),
    ]

    operations = [
        migrations.AlterField(
            model_name="role",
            name="rights",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(choices=tenants.rights.right_choices, max_length=60),
                blank=True,
                default=list,
                size=None,
                verbose_name="rights",
            ),
        ),
    ]
