"""A final invoice is neither edited nor deleted, and its lines neither edited, deleted nor added: the database refuses.

The functions name no schema, so that they serve every administration: the tables are those beside the trigger's own.
"""

from django.db import migrations

INVOICE = """
CREATE FUNCTION business_keep_final_invoice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Invoice % is final: it is neither edited nor deleted.', OLD.number
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'business_invoice_final_stays';
END
$$;
CREATE TRIGGER business_invoice_final_stays BEFORE UPDATE OR DELETE ON business_invoice
    FOR EACH ROW WHEN (OLD.state = 'final') EXECUTE FUNCTION business_keep_final_invoice();
"""

# FOR SHARE waits for whoever is making the invoice final at this moment; only a statement after it sees that it is.
# In one statement the condition on the state would be looked at before the lock.
LINES = """
CREATE FUNCTION business_keep_final_lines() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    invoices bigint[] := '{}';
    final_number bigint;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        invoices := invoices || ARRAY(SELECT DISTINCT invoice_id FROM old_rows);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        invoices := invoices || ARRAY(SELECT DISTINCT invoice_id FROM new_rows);
    END IF;
    EXECUTE format('SELECT 1 FROM %I.business_invoice WHERE id = ANY ($1) ORDER BY id FOR SHARE', TG_TABLE_SCHEMA)
        USING invoices;
    EXECUTE format('SELECT max(number) FROM %I.business_invoice WHERE id = ANY ($1) AND state = ''final''',
        TG_TABLE_SCHEMA) INTO final_number USING invoices;
    IF final_number IS NOT NULL THEN
        RAISE EXCEPTION 'Invoice % is final: its lines stay as they are.', final_number
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'business_invoiceline_final_stays';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER business_invoiceline_final_stays_insert AFTER INSERT ON business_invoiceline
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION business_keep_final_lines();
CREATE TRIGGER business_invoiceline_final_stays_update AFTER UPDATE ON business_invoiceline
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION business_keep_final_lines();
CREATE TRIGGER business_invoiceline_final_stays_delete AFTER DELETE ON business_invoiceline
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION business_keep_final_lines();
"""

UNDO = """
DROP TRIGGER business_invoiceline_final_stays_delete ON business_invoiceline;
DROP TRIGGER business_invoiceline_final_stays_update ON business_invoiceline;
DROP TRIGGER business_invoiceline_final_stays_insert ON business_invoiceline;
DROP FUNCTION business_keep_final_lines();
DROP TRIGGER business_invoice_final_stays ON business_invoice;
DROP FUNCTION business_keep_final_invoice();
"""


class Migration(migrations.Migration):
    dependencies = [("business", "0001_initial")]
    operations = [migrations.RunSQL(INVOICE + LINES, UNDO)]
