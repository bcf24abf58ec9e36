import django.db.models.deletion
from django.db import migrations, models

RUN_STATES = [
    ("queued", "queued"),
    ("running", "running"),
    ("succeeded", "succeeded"),
    ("partly_held", "partly held back"),
    ("partly_failed", "partly failed"),
    ("failed", "failed"),
    ("cancelled", "cancelled"),
]
TARGET_STATES = [
    ("queued", "waiting"),
    ("running", "busy"),
    ("succeeded", "done"),
    ("held", "held back"),
    ("failed", "failed"),
    ("skipped", "skipped"),
    ("cancelled", "cancelled"),
]


class Migration(migrations.Migration):
    dependencies = [("settings_sync", "0018_keep_the_groups_of_a_choice")]
    operations = [
        migrations.AddField(
            "finding",
            "overtaken_by",
            models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="settings_sync.syncrun",
            ),
        ),
        migrations.AddField("synctarget", "retried_at", models.DateTimeField(editable=False, null=True)),
        migrations.AlterField(
            "syncrun",
            "state",
            models.CharField(choices=RUN_STATES, default="queued", max_length=20, verbose_name="state"),
        ),
        migrations.AlterField(
            "synctarget",
            "state",
            models.CharField(choices=TARGET_STATES, default="queued", max_length=20, verbose_name="state"),
        ),
    ]
