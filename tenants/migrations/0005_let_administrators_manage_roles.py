"""Making, editing and deleting roles is a right of its own; the built-in administrator has every right."""

import django.contrib.postgres.fields
from django.db import migrations, models


def give_it(apps, schema_editor):
    for role in apps.get_model("tenants", "Role").objects.filter(administration=None, name="Beheerder"):
        if "roles.manage" not in role.rights:
            role.rights = [*role.rights, "roles.manage"]
            role.save(update_fields=["rights"])


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0004_let_administrators_manage_webhooks"),
    ]

    operations = [
        migrations.AlterField(
            model_name="role",
            name="rights",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("administrations.see", "see the administrations"),
                        ("administrations.create", "create administrations"),
                        ("administrations.delete", "delete administrations"),
                        ("administrations.update", "edit company details"),
                        ("sync.run", "sync to sub-administrations"),
                        ("sync.undo", "undo a sync"),
                        ("webhooks.manage", "manage webhooks"),
                        ("roles.manage", "make, edit and delete roles"),
                        ("forms.create", "forms: create"),
                        ("forms.read", "forms: read"),
                        ("forms.update", "forms: edit"),
                        ("forms.delete", "forms: delete"),
                        ("workflows.create", "workflows: create"),
                        ("workflows.read", "workflows: read"),
                        ("workflows.update", "workflows: edit"),
                        ("workflows.delete", "workflows: delete"),
                        ("templates.create", "templates: create"),
                        ("templates.read", "templates: read"),
                        ("templates.update", "templates: edit"),
                        ("templates.delete", "templates: delete"),
                        ("reference_data.create", "other shared settings: create"),
                        ("reference_data.read", "other shared settings: read"),
                        ("reference_data.update", "other shared settings: edit"),
                        ("reference_data.delete", "other shared settings: delete"),
                        ("customers.create", "customers: create"),
                        ("customers.read", "customers: read"),
                        ("customers.update", "customers: edit"),
                        ("customers.delete", "customers: delete"),
                        ("work_orders.create", "work orders: create"),
                        ("work_orders.read", "work orders: read"),
                        ("work_orders.update", "work orders: edit"),
                        ("work_orders.delete", "work orders: delete"),
                        ("quotations.read", "quotations: read"),
                        ("invoices.read", "invoices: read"),
                    ],
                    max_length=60,
                ),
                blank=True,
                default=list,
                size=None,
                verbose_name="rights",
            ),
        ),
        migrations.RunPython(give_it, migrations.RunPython.noop),
    ]
