"""An administration that could not be made or deleted now waits before the next attempt."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenants", "0002_name_what_support_sees")]

    operations = [
        migrations.AddField("administration", "not_before", models.DateTimeField(editable=False, null=True)),
    ]
