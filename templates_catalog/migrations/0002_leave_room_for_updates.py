"""Leave room in each page, so that an update stays in it and touches no index."""

from django.db import migrations

TABLES = ["templates_catalog_messagetemplate", "templates_catalog_layout", "templates_catalog_scheme"]


class Migration(migrations.Migration):
    dependencies = [("templates_catalog", "0001_initial")]

    operations = [
        migrations.RunSQL(
            f"ALTER TABLE {table} SET (fillfactor = 90)", reverse_sql=f"ALTER TABLE {table} RESET (fillfactor)"
        )
        for table in TABLES
    ]
