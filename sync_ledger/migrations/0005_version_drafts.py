from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sync_ledger", "0004_keep_drafts"),
    ]

    operations = [
        migrations.AddField(
            model_name="draft",
            name="version",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
    ]
