from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("settings_sync", "0015_hold_what_the_main_changed_since"),
    ]

    operations = [
        migrations.AddField(
            model_name="syncrun",
            name="by_right_of",
            field=models.ForeignKey(
                db_constraint=False,
                editable=False,
                null=True,
                on_delete=models.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
    ]
