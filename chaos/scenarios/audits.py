"""The rights of the sync login over every table of every schema, against the registry, to the letter."""

from django.db import connection

from settings_sync.engine.fence import install, sync_login
from settings_sync.engine.sync_rights import expected_rights, expected_shared_rights
from tenants.models import Administration
from tenants.template_schema import TEMPLATE_SCHEMA

from ..company import Company
from ..stage import Stage
from ..table import Row

Granted = set[tuple[str, str, str, str]]

PLANTED = (
    "SELECT ON {child}.business_customer",
    "SELECT (name) ON {child}.business_customer",
    "TRUNCATE ON {child}.forms_catalog_form",
    "UPDATE ON {child}.sync_ledger_dirty",
    "SELECT ON {main}.forms_catalog_form",
)


def run(stage: Stage, full: bool) -> list[Row]:
    """Exactly equal; and each planted right is seen."""
    stage.stop_product()
    company = Company()
    child = company.add(50 if full else 3)[0]
    found = granted()
    wanted = expected()
    row = Row("privilege audit", tried=len(found | wanted), survived=len(found & wanted))
    row.failures = [f"{' '.join(right)}" for right in sorted(found ^ wanted)[:10]]
    caught = sum(_is_caught(grant.format(child=child.schema_name, main=company.main.schema_name)) for grant in PLANTED)
    for schema in (child.schema_name, company.main.schema_name):
        install(schema)
    row.control = f"{caught} of {len(PLANTED)} planted seen"
    if caught != len(PLANTED) or granted() != expected():
        row.failures.append("a planted right was not seen, or not taken away")
    row.note = f"{len(wanted)} rights in {Administration.objects.exclude(migration_head='').count()} schemas."
    return [row]


def granted() -> Granted:
    """Every right on a table or column that the sync login or everybody holds."""
    outside = "s.nspname NOT LIKE 'pg\\_%%' AND s.nspname <> 'information_schema'"
    whom = "a.grantee IN (0, (SELECT oid FROM pg_roles WHERE rolname = %s))"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.nspname, c.relname, '', a.privilege_type FROM pg_class c JOIN pg_namespace s"
            f" ON s.oid = c.relnamespace CROSS JOIN LATERAL aclexplode(c.relacl) a WHERE {outside} AND {whom}"
            " UNION ALL SELECT s.nspname, c.relname, t.attname, a.privilege_type FROM pg_attribute t"
            " JOIN pg_class c ON c.oid = t.attrelid JOIN pg_namespace s ON s.oid = c.relnamespace"
            f" CROSS JOIN LATERAL aclexplode(t.attacl) a WHERE {outside} AND {whom}",
            [sync_login(), sync_login()],
        )
        return set(cursor.fetchall())


def expected() -> Granted:
    """What the registry says: rights in the shared schema, the template and sub-administrations; none in a main."""
    subs = Administration.objects.existing().exclude(parent=None).exclude(migration_head="")
    schemas = [TEMPLATE_SCHEMA, *subs.values_list("schema_name", flat=True)]
    rights = {(schema, *right) for schema in schemas for right in expected_rights()}
    return rights | {("public", *right) for right in expected_shared_rights()}


def _is_caught(grant: str) -> bool:
    before = granted()
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT {grant} TO {sync_login()}")
    seen = granted() != before
    with connection.cursor() as cursor:
        cursor.execute(f"REVOKE {grant} FROM {sync_login()}")
    return seen
