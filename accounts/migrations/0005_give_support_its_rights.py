"""Who was of support before there were rights keeps what they could do: everything but acting on behalf of a user."""

from django.db import migrations


def give(apps, schema_editor):
    apps.get_model("accounts", "User").objects.filter(is_staff=True, support_rights=[]).update(
        support_rights=["look", "help", "manage"]
    )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_act_on_behalf")]

    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
