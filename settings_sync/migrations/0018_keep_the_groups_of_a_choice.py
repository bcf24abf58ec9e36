from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("settings_sync", "0017_keep_the_keys_of_parts"),
    ]

    operations = [
        migrations.AddField(
            model_name="savedchoice",
            name="groups",
            field=models.JSONField(default=list),
        ),
    ]
