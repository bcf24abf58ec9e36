"""Endpoints, the outbox, attempts, and who wants a mail."""

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import webhooks.models
import webhooks.signing


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("tenants", "0002_name_what_support_sees"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Endpoint",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("url", models.CharField(max_length=500, verbose_name="address")),
                ("description", models.CharField(blank=True, default="", max_length=200, verbose_name="description")),
                (
                    "events",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("run.finished", "a sync has finished"),
                                ("target.failed", "an administration could not be synced"),
                                ("administration.ready", "a new administration is ready"),
                            ],
                            max_length=40,
                        ),
                        size=None,
                        verbose_name="events",
                    ),
                ),
                ("secret", models.CharField(default=webhooks.signing.new_secret, editable=False, max_length=100)),
                ("former_secret", models.CharField(blank=True, default="", editable=False, max_length=100)),
                (
                    "former_secret_until",
                    models.DateTimeField(
                        blank=True, editable=False, null=True, verbose_name="former secret valid until"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("active", "on"), ("disabled", "off")],
                        default="active",
                        max_length=20,
                        verbose_name="state",
                    ),
                ),
                (
                    "disabled_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("by_hand", "somebody switched it off"),
                            ("gone", "the server said that nothing is received there any more (410)"),
                            ("failing", "every attempt of the last three days failed"),
                        ],
                        default="",
                        max_length=20,
                        verbose_name="why it is off",
                    ),
                ),
                ("failing_since", models.DateTimeField(blank=True, null=True, verbose_name="failing since")),
                ("failures", models.PositiveIntegerField(default=0, verbose_name="failures in a row")),
                ("resume_at", models.DateTimeField(blank=True, null=True, verbose_name="left alone until")),
                ("busy_until", models.DateTimeField(editable=False, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created at")),
                (
                    "administration",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="webhooks",
                        to="tenants.administration",
                        verbose_name="main administration",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="created by",
                    ),
                ),
            ],
            options={
                "verbose_name": "webhook",
                "verbose_name_plural": "webhooks",
                "ordering": ["created_at", "id"],
            },
        ),
        migrations.CreateModel(
            name="OutboxMessage",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("event", models.CharField(max_length=40, verbose_name="event")),
                ("body", models.TextField(verbose_name="message")),
                (
                    "state",
                    models.CharField(
                        choices=[("pending", "on its way"), ("delivered", "arrived"), ("given_up", "given up")],
                        default="pending",
                        max_length=20,
                        verbose_name="state",
                    ),
                ),
                ("attempts", models.PositiveIntegerField(default=0, verbose_name="attempts")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="created at")),
                ("due_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="next attempt")),
                ("give_up_at", models.DateTimeField(default=webhooks.models.end_of_trying, verbose_name="given up at")),
                ("finished_at", models.DateTimeField(blank=True, null=True, verbose_name="finished at")),
                ("lease_token", models.UUIDField(editable=False, null=True)),
                ("leased_until", models.DateTimeField(editable=False, null=True)),
                (
                    "administration",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenants.administration",
                        verbose_name="main administration",
                    ),
                ),
                (
                    "endpoint",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="messages",
                        to="webhooks.endpoint",
                        verbose_name="webhook",
                    ),
                ),
                (
                    "recipient",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="recipient",
                    ),
                ),
            ],
            options={
                "verbose_name": "message",
                "verbose_name_plural": "messages",
                "ordering": ["-created_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="DeliveryAttempt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="when")),
                ("seconds", models.FloatField(verbose_name="seconds")),
                ("status", models.PositiveSmallIntegerField(null=True, verbose_name="status")),
                (
                    "failure",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("address_refused", "the address is inside a private network, or not usable any more"),
                            ("name_not_found", "the name of the server could not be found"),
                            ("no_connection", "no connection could be made, or it broke off"),
                            ("not_trusted", "the server's certificate is not trusted"),
                            ("timeout", "the server did not answer in time"),
                            ("redirect", "the server pointed to another address; that is not followed"),
                            ("status", "the server answered that it did not accept the message"),
                            ("gone", "the server answered that nothing is received here any more (410)"),
                            ("mail", "the mail server did not take the message"),
                            ("no_longer_wanted", "it is no longer wanted, or may no longer be received"),
                        ],
                        default="",
                        max_length=30,
                        verbose_name="failure",
                    ),
                ),
                ("answer", models.TextField(blank=True, default="", verbose_name="answer")),
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tries",
                        to="webhooks.outboxmessage",
                        verbose_name="message",
                    ),
                ),
            ],
            options={
                "verbose_name": "attempt",
                "verbose_name_plural": "attempts",
                "ordering": ["-at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="MailChoice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "when",
                    models.CharField(
                        choices=[
                            ("never", "never"),
                            ("trouble", "when something failed or was held back"),
                            ("always", "after every sync"),
                        ],
                        default="never",
                        max_length=20,
                        verbose_name="when",
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        choices=[("nl", "Dutch"), ("en", "English")], max_length=10, verbose_name="language"
                    ),
                ),
                (
                    "administration",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenants.administration",
                        verbose_name="main administration",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
            ],
            options={
                "verbose_name": "mail choice",
                "verbose_name_plural": "mail choices",
                "constraints": [
                    models.UniqueConstraint(fields=("user", "administration"), name="webhooks_mailchoice_once")
                ],
            },
        ),
        migrations.AddIndex(
            model_name="outboxmessage",
            index=models.Index(condition=models.Q(("state", "pending")), fields=["due_at"], name="webhooks_outbox_due"),
        ),
        migrations.AddIndex(
            model_name="outboxmessage",
            index=models.Index(fields=["endpoint", "-created_at", "-id"], name="webhooks_outbox_log"),
        ),
        migrations.AddIndex(
            model_name="outboxmessage",
            index=models.Index(fields=["finished_at"], name="webhooks_outbox_finished"),
        ),
        migrations.AddConstraint(
            model_name="outboxmessage",
            constraint=models.CheckConstraint(
                condition=models.Q(("endpoint", None), ("recipient", None), _connector="XOR"),
                name="webhooks_outboxmessage_one_receiver",
            ),
        ),
    ]
