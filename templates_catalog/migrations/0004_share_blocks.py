"""Shared blocks, and which e-mails, layouts and other blocks name them."""

import uuid

import django.db.models.constraints
from django.db import migrations, models

import settings_sync.models.items


class Migration(migrations.Migration):
    dependencies = [
        ("templates_catalog", "0003_let_administrations_have_variables"),
    ]

    operations = [
        migrations.CreateModel(
            name="Block",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("is_archived", models.BooleanField(default=False, verbose_name="archived")),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("name_key", settings_sync.models.items.NameKey(source="name")),
                ("body", models.TextField(blank=True, default="", verbose_name="text")),
                ("former_names", models.TextField(blank=True, default="", verbose_name="former names")),
                (
                    "blocks",
                    models.ManyToManyField(
                        blank=True,
                        related_name="within",
                        to="templates_catalog.block",
                        verbose_name="shared blocks in it",
                    ),
                ),
            ],
            options={
                "verbose_name": "shared block",
                "verbose_name_plural": "shared blocks",
                "ordering": ["name"],
            },
        ),
        migrations.AddField(
            model_name="layout",
            name="blocks",
            field=models.ManyToManyField(
                blank=True, related_name="layouts", to="templates_catalog.block", verbose_name="shared blocks in it"
            ),
        ),
        migrations.AddField(
            model_name="messagetemplate",
            name="blocks",
            field=models.ManyToManyField(
                blank=True, related_name="messages", to="templates_catalog.block", verbose_name="shared blocks in it"
            ),
        ),
        migrations.RunSQL(
            "ALTER TABLE templates_catalog_block SET (fillfactor = 90)",
            reverse_sql="ALTER TABLE templates_catalog_block RESET (fillfactor)",
        ),
        migrations.AddConstraint(
            model_name="block",
            constraint=models.UniqueConstraint(
                deferrable=django.db.models.constraints.Deferrable["IMMEDIATE"],
                fields=("name_key",),
                name="templates_catalog_block_name",
            ),
        ),
        migrations.AddConstraint(
            model_name="block",
            constraint=models.CheckConstraint(
                condition=models.Q(("name__regex", "\\S")), name="templates_catalog_block_has_name"
            ),
        ),
    ]
