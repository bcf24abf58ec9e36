"""The trail cannot be emptied either: TRUNCATE asks no trigger that looks at rows."""

from django.db import migrations

CREATE = """
CREATE TRIGGER audit_never_emptied BEFORE TRUNCATE ON audit_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
"""

DROP = "DROP TRIGGER audit_never_emptied ON audit_auditentry;"


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_name_what_support_sees")]

    operations = [migrations.RunSQL(CREATE, DROP)]
