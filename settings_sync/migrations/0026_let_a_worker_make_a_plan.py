from django.db import migrations, models

from tenants.exact_json import ExactJSONField


class Migration(migrations.Migration):
    dependencies = [("settings_sync", "0025_note_what_was_touched")]

    operations = [
        migrations.AddField("plan", "state_facts", ExactJSONField(db_default={}, default=dict, editable=False)),
        migrations.AddField(
            "plan", "is_for_worker", models.BooleanField(db_default=False, default=False, editable=False)
        ),
        migrations.AddField(
            "plan", "attempts", models.PositiveSmallIntegerField(db_default=0, default=0, editable=False)
        ),
        migrations.AddField("plan", "lease_token", models.UUIDField(editable=False, null=True)),
        migrations.AddField("plan", "leased_until", models.DateTimeField(editable=False, null=True)),
        migrations.AddField("plan", "woken_at", models.DateTimeField(editable=False, null=True)),
        migrations.AddIndex(
            "plan",
            models.Index(
                fields=["created_at"],
                condition=models.Q(("state", "computing")),
                name="settings_sync_plan_unmade",
            ),
        ),
    ]
