from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("settings_sync", "0016_ask_again_for_the_right"),
    ]

    operations = [
        migrations.AddField(
            model_name="change",
            name="pairs",
            field=models.JSONField(default=list),
        ),
    ]
