from django.db import migrations, models

import tenants.exact_json


class Migration(migrations.Migration):
    dependencies = [
        ("sync_ledger", "0003_keep_versions"),
    ]

    operations = [
        migrations.CreateModel(
            name="Draft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=80)),
                ("uid", models.UUIDField(unique=True)),
                ("body", tenants.exact_json.ExactJSONField()),
                ("parts", tenants.exact_json.ExactJSONField(default=list)),
                ("base", models.BinaryField()),
                ("label", models.TextField()),
                ("begun_at", models.DateTimeField(auto_now_add=True, verbose_name="when")),
                ("begun_by", models.CharField(blank=True, default="", max_length=254, verbose_name="who")),
                ("changed_at", models.DateTimeField(null=True, verbose_name="when")),
                ("changed_by", models.CharField(blank=True, default="", max_length=254, verbose_name="who")),
            ],
            options={
                "ordering": ["label", "id"],
            },
        ),
    ]
