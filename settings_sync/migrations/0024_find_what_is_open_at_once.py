from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("settings_sync", "0023_let_documents_be_upgraded")]

    operations = [
        migrations.AddIndex(
            "synctarget",
            models.Index(
                fields=["run"],
                condition=models.Q(("state__in", ["queued", "running"])),
                name="settings_sync_run_open",
            ),
        ),
        migrations.AddIndex(
            "synctarget",
            models.Index(
                fields=["administration"],
                condition=models.Q(("state__in", ["queued", "running"])),
                name="settings_sync_child_open",
            ),
        ),
        migrations.AddIndex("synctarget", models.Index(fields=["started_at"], name="settings_sync_target_begun")),
        migrations.AddIndex(
            "syncrun",
            models.Index(
                fields=["created_at"],
                condition=models.Q(("finished_at", None)),
                name="settings_sync_run_unfinished",
            ),
        ),
    ]
