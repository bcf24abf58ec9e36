"""Leave a tenth of each page free, so that an update of a setting stays on its page and touches no index."""

from django.db import migrations

TABLES = ["forms_catalog_form", "forms_catalog_section", "forms_catalog_field"]


class Migration(migrations.Migration):
    dependencies = [("forms_catalog", "0001_initial")]
    operations = [
        migrations.RunSQL(
            [f"ALTER TABLE {table} SET (fillfactor = 90)" for table in TABLES],
            [f"ALTER TABLE {table} RESET (fillfactor)" for table in TABLES],
        )
    ]
