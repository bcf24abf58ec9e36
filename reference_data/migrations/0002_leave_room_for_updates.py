"""Leave a tenth of each page free, so that an update of a setting stays on its page and touches no index."""

from django.db import migrations

TABLES = [
    "reference_data_worktype",
    "reference_data_workstatus",
    "reference_data_hourtype",
    "reference_data_paymentmethod",
    "reference_data_vatrate",
    "reference_data_priority",
    "reference_data_errorcode",
    "reference_data_solution",
    "reference_data_freefield",
    "reference_data_devicepolicy",
]


class Migration(migrations.Migration):
    dependencies = [("reference_data", "0001_initial")]
    operations = [
        migrations.RunSQL(
            [f"ALTER TABLE {table} SET (fillfactor = 90)" for table in TABLES],
            [f"ALTER TABLE {table} RESET (fillfactor)" for table in TABLES],
        )
    ]
