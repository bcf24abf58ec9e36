"""Files that go along with e-mails, as part of the template."""

import uuid

import django.db.models.constraints
import django.db.models.deletion
from django.db import migrations, models

import settings_sync.models.items


class Migration(migrations.Migration):
    dependencies = [
        ("templates_catalog", "0004_share_blocks"),
    ]

    operations = [
        migrations.CreateModel(
            name="Attachment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("position", models.PositiveIntegerField(default=0, verbose_name="position")),
                ("name", models.CharField(max_length=120, verbose_name="file name")),
                ("content", settings_sync.models.items.File(verbose_name="content")),
                (
                    "template",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attachments",
                        to="templates_catalog.messagetemplate",
                        verbose_name="message template",
                    ),
                ),
            ],
            options={
                "verbose_name": "attachment",
                "verbose_name_plural": "attachments",
                "ordering": ["template", "position"],
                "constraints": [
                    models.UniqueConstraint(
                        deferrable=django.db.models.constraints.Deferrable["IMMEDIATE"],
                        fields=("template", "position"),
                        name="templates_catalog_attachment_position",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name__regex", r"\S")), name="templates_catalog_attachment_has_name"
                    ),
                ],
            },
        ),
        migrations.RunSQL(
            "ALTER TABLE templates_catalog_attachment SET (fillfactor = 90)",
            reverse_sql="ALTER TABLE templates_catalog_attachment RESET (fillfactor)",
        ),
    ]
