"""A run may wait until somebody else has approved it; see `services/approvals`."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("settings_sync", "0031_keep_an_inbox"),
        ("tenants", "0006_let_each_app_bring_its_rights"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="syncpolicy",
            name="approval_above",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="syncpolicy",
            name="approval_always",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="syncpolicy",
            name="approval_on_removals",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AlterField(
            model_name="syncrun",
            name="state",
            field=models.CharField(
                choices=[
                    ("waiting", "waits for approval"),
                    ("queued", "queued"),
                    ("running", "running"),
                    ("succeeded", "succeeded"),
                    ("partly_held", "partly held back"),
                    ("partly_failed", "partly failed"),
                    ("failed", "failed"),
                    ("cancelled", "cancelled"),
                    ("rejected", "rejected"),
                    ("expired", "not approved in time"),
                ],
                default="queued",
                max_length=20,
                verbose_name="state",
            ),
        ),
        migrations.AlterField(
            model_name="synctarget",
            name="state",
            field=models.CharField(
                choices=[
                    ("waiting", "waits for approval"),
                    ("queued", "waiting"),
                    ("running", "busy"),
                    ("succeeded", "done"),
                    ("held", "held back"),
                    ("failed", "failed"),
                    ("skipped", "skipped"),
                    ("cancelled", "cancelled"),
                ],
                default="queued",
                max_length=20,
                verbose_name="state",
            ),
        ),
        migrations.CreateModel(
            name="Approval",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waits for approval"),
                            ("approved", "approved"),
                            ("rejected", "rejected"),
                            ("withdrawn", "withdrawn"),
                            ("expired", "not approved in time"),
                        ],
                        default="waiting",
                        max_length=20,
                        verbose_name="state",
                    ),
                ),
                ("reasons", models.JSONField(default=list, verbose_name="why it is wanted")),
                ("mark", models.CharField(blank=True, default="", editable=False, max_length=64)),
                ("door", models.CharField(blank=True, default="", editable=False, max_length=20)),
                ("decided_at", models.DateTimeField(null=True, verbose_name="decided at")),
                ("reason", models.TextField(blank=True, default="", verbose_name="reason")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created at")),
                (
                    "administration",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="approvals",
                        to="tenants.administration",
                        verbose_name="administration",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="decided by",
                    ),
                ),
                (
                    "run",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="approval",
                        to="settings_sync.syncrun",
                        verbose_name="run",
                    ),
                ),
            ],
            options={
                "verbose_name": "approval",
                "verbose_name_plural": "approvals",
                "ordering": ["-created_at", "-id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["created_at"],
                        name="settings_sync_approval_waits",
                    )
                ],
            },
        ),
    ]
