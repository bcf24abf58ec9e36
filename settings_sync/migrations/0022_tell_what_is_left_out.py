from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("settings_sync", "0021_remember_what_a_doctor_found"),
    ]

    operations = [
        migrations.AddField(
            model_name="plantarget",
            name="left_out",
            field=models.JSONField(default=dict),
        ),
    ]
