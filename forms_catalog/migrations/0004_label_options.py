"""Let an option have a label beside its code."""

import django.db.models.lookups
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("forms_catalog", "0003_leave_visibility_to_the_rules"),
    ]

    operations = [
        migrations.AddField(
            model_name="field",
            name="option_labels",
            field=models.JSONField(blank=True, default=dict, verbose_name="labels of options"),
        ),
        migrations.AddConstraint(
            model_name="field",
            constraint=models.CheckConstraint(
                condition=django.db.models.lookups.Exact(
                    models.Func(models.F("option_labels"), function="jsonb_typeof", output_field=models.TextField()),
                    models.Value("object"),
                ),
                name="forms_catalog_field_labels_object",
            ),
        ),
    ]
