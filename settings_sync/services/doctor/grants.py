"""Who may do what in the schemas of the product, against what the registry says, to the letter."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from django.db import connection, transaction

from audit import guards
from settings_sync.engine import fence, sql, sync_rights, triggers
from settings_sync.engine.granting import Right, set_rights
from settings_sync.engine.standing import RELATIONS
from tenants.models import Administration
from tenants.template_schema import TEMPLATE_SCHEMA

from .faults import Fault

PUBLIC = "PUBLIC"
PRODUCTS_FUNCTIONS = [triggers.ENTER, triggers.TOUCH, triggers.REFUSE, guards.FUNCTION]
WHOM = "a.grantee IN (0, (SELECT oid FROM pg_roles WHERE rolname = %(login)s))"
WHO = "CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE %(login)s::text END"
# Of tables that have rights for nobody but their owner, nothing is written down at all.
HELD = f"""
SELECT {WHO}, c.relkind = 'S', c.relname, '', a.privilege_type, a.is_grantable
    FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) a
    WHERE c.oid IN ({RELATIONS}) AND {WHOM}
UNION ALL
SELECT {WHO}, false, c.relname, t.attname, a.privilege_type, a.is_grantable
    FROM pg_class c JOIN pg_attribute t ON t.attrelid = c.oid CROSS JOIN LATERAL aclexplode(t.attacl) a
    WHERE c.oid IN ({RELATIONS}) AND {WHOM}
UNION ALL
SELECT {WHO}, false, '', '', a.privilege_type, a.is_grantable
    FROM pg_namespace s CROSS JOIN LATERAL aclexplode(s.nspacl) a
    WHERE s.oid = to_regnamespace(%(schema)s) AND {WHOM}
"""
# A superuser who puts a backup back owns what he made. Whoever owns a table may take its own rights away, and give them
# to itself again.
OWNED_BY_OTHERS = f"""
SELECT what, owner::regrole::text FROM (
    SELECT 0 rank, format('the schema %%s', s.nspname), s.nspowner FROM pg_namespace s
        WHERE s.oid = to_regnamespace(%(schema)s)
    UNION ALL
    SELECT 1, format('%%s.%%s', c.relnamespace::regnamespace, c.relname), c.relowner FROM pg_class c
        WHERE c.oid IN ({RELATIONS}) AND c.relkind IN ('r', 'p')
    UNION ALL
    SELECT 2, format('the function %%s', p.proname), p.proowner FROM pg_proc p
        WHERE p.pronamespace = to_regnamespace(%(schema)s) AND p.proname = ANY(%(functions)s)
) AS standing(rank, what, owner)
WHERE owner <> (SELECT oid FROM pg_roles WHERE rolname = current_user)
    AND NOT pg_has_role(current_user, owner, 'USAGE') ORDER BY rank, what
"""
LACKING = f"""
SELECT c.relkind = 'S', c.relname, a.privilege_type FROM pg_class c
CROSS JOIN LATERAL aclexplode(acldefault((CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END)::"char", c.relowner)) a
WHERE c.oid IN ({RELATIONS}) AND c.relkind IN ('r', 'p', 'S') AND c.relacl IS NOT NULL
    AND c.relowner = (SELECT oid FROM pg_roles WHERE rolname = current_user) AND a.grantee = c.relowner
    AND NOT CASE c.relkind WHEN 'S' THEN has_sequence_privilege(c.oid, a.privilege_type)
        ELSE has_table_privilege(c.oid, a.privilege_type) END
UNION ALL
SELECT false, '', a.privilege_type FROM pg_namespace s
CROSS JOIN LATERAL aclexplode(acldefault('n', s.nspowner)) a
WHERE s.oid = to_regnamespace(%(schema)s) AND s.nspowner = (SELECT oid FROM pg_roles WHERE rolname = current_user)
    AND a.grantee = s.nspowner AND NOT has_schema_privilege(s.oid, a.privilege_type)
ORDER BY 2, 3
"""
IN_ADVANCE = (
    "SELECT format('%s of %s', array_to_string(defaclacl, ' '), defaclrole::regrole) FROM pg_default_acl ORDER BY 1"
)
LENDING = (
    "SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace s ON s.oid = p.pronamespace"
    " WHERE p.prosecdef AND s.nspname NOT LIKE 'pg\\_%' AND s.nspname <> 'information_schema' ORDER BY 1"
)
DATABASE = (
    "SELECT privilege FROM unnest(ARRAY['CREATE', 'TEMPORARY']) privilege"
    " WHERE has_database_privilege(%s, current_database(), privilege)"
)


class Held(NamedTuple):
    """A right that somebody holds on a schema (no table), a table, a column of it, or a sequence."""

    who: str
    is_sequence: bool
    table: str
    column: str
    privilege: str
    may_pass_on: bool

    @property
    def right(self) -> Right:
        """As the fence has it."""
        return self.table, self.column, self.privilege


def faults_of_grants(administration: Administration) -> Iterator[Fault]:
    """The rights in an administration's schema that are missing, or that nobody should have."""
    schema = administration.schema_name
    yield from _faults_of_owner(schema, administration.slug)
    yield from _faults(schema, _wanted(administration), administration.slug, may_enter=not administration.is_main)


def faults_of_shared_grants() -> Iterator[Fault]:
    """The same in the shared schema and the template, and of what would give rights beside those of tables."""
    yield from _faults_of_owner("public", "")
    yield from _faults_of_owner(TEMPLATE_SCHEMA, "")
    yield from _faults("public", sync_rights.expected_shared_rights(), "", may_enter=True)
    yield from _faults(TEMPLATE_SCHEMA, sync_rights.expected_rights(), "", may_enter=True)
    with connection.cursor() as cursor:
        cursor.execute(DATABASE, [fence.sync_login()])
        for (privilege,) in cursor.fetchall():
            yield _planted("", fence.sync_login(), f"{privilege} on the database")
        cursor.execute(IN_ADVANCE)
        for (detail,) in cursor.fetchall():
            yield Fault("rights-in-advance", facts={"detail": detail})
        cursor.execute(LENDING)
        for (name,) in cursor.fetchall():
            yield Fault("function-lends", facts={"name": name})


def repair_grants(administration: Administration) -> None:
    """Bring the rights in an administration's schema to exactly those that should be there."""
    schema = administration.schema_name
    _give_to_owner(schema)
    _take_from_everybody(schema)
    set_rights(schema, fence.sync_login(), _wanted(administration), may_enter=not administration.is_main)


def repair_shared_grants() -> None:
    """The same in the shared schema and the template."""
    for schema in ("public", TEMPLATE_SCHEMA):
        _give_to_owner(schema)
        _take_from_everybody(schema)
    fence.install_shared()
    set_rights(TEMPLATE_SCHEMA, fence.sync_login(), sync_rights.expected_rights(), may_enter=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database()")
        database = sql.name(*cursor.fetchone())
        cursor.execute(f"REVOKE CREATE, TEMPORARY ON DATABASE {database} FROM {sql.name(fence.sync_login())}")


def _wanted(administration: Administration) -> set[Right]:
    return set() if administration.is_main else sync_rights.expected_rights()


def _faults(schema: str, wanted: set[Right], slug: str, *, may_enter: bool) -> Iterator[Fault]:
    login = fence.sync_login()
    entry = {("", "", "USAGE")} if may_enter else set()
    held = _held(schema)
    for one in held:
        is_wanted = one.who == login and not one.may_pass_on and one.right in wanted | entry
        if not is_wanted and not _is_usual(schema, one):
            yield _planted(slug, one.who, _in_words(schema, one.right, one.may_pass_on))
    for right in sorted((wanted | entry) - {one.right for one in held if one.who == login}):
        yield Fault("right-missing", slug, {"right": _in_words(schema, right)})


def _faults_of_owner(schema: str, slug: str) -> Iterator[Fault]:
    """What belongs to somebody else, and what the owner may not do with its own."""
    with connection.cursor() as cursor:
        cursor.execute(OWNED_BY_OTHERS, {"schema": sql.name(schema), "functions": PRODUCTS_FUNCTIONS})
        for name, who in cursor.fetchall():
            # To whom the shared schema belongs matters to nobody: PostgreSQL itself made it.
            if name != "the schema public":
                yield Fault("owner-differs", slug, {"name": name, "who": who})
    for _is_sequence, table, privilege in _lacking(schema):
        yield Fault("owner-lacks", slug, {"right": _in_words(schema, (table, "", privilege))})


def _lacking(schema: str) -> list[tuple[bool, str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(LACKING, {"schema": sql.name(schema)})
        return list(cursor.fetchall())


def _give_to_owner(schema: str) -> None:
    """Give the owner all rights on what is its own."""
    with transaction.atomic(), connection.cursor() as cursor:
        for is_sequence, table, privilege in _lacking(schema):
            on = f"{'SEQUENCE' if is_sequence else 'TABLE'} {sql.name(schema, table)}"
            cursor.execute(f"GRANT {privilege} ON {on if table else f'SCHEMA {sql.name(schema)}'} TO CURRENT_USER")


def _is_usual(schema: str, one: Held) -> bool:
    """PostgreSQL itself lets everybody enter the shared schema."""
    return schema == "public" and one[:5] == (PUBLIC, False, "", "", "USAGE") and not one.may_pass_on


def _planted(slug: str, who: str, right: str) -> Fault:
    return Fault("right-planted", slug, {"who": who, "right": right})


def _in_words(schema: str, right: Right, may_pass_on: bool = False) -> str:
    table, column, privilege = right
    where = ".".join(name for name in (schema, table, column) if name)
    return f"{privilege} on {where}{' WITH GRANT OPTION' if may_pass_on else ''}"


def _held(schema: str) -> list[Held]:
    with connection.cursor() as cursor:
        cursor.execute(HELD, {"schema": sql.name(schema), "login": fence.sync_login()})
        return sorted(Held(*row) for row in cursor.fetchall())


def _take_from_everybody(schema: str) -> None:
    """Revoke what nobody should have at all: the rights of everybody, and those on sequences."""
    held = [one for one in _held(schema) if not _is_usual(schema, one) and (one.who == PUBLIC or one.is_sequence)]
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in dict.fromkeys(_revoking(schema, held)):
            cursor.execute(statement)


def _revoking(schema: str, held: Iterable[Held]) -> Iterator[str]:
    for one in held:
        what = "SEQUENCE" if one.is_sequence else "TABLE"
        on = f"{what} {sql.name(schema, one.table)}" if one.table else f"SCHEMA {sql.name(schema)}"
        who = PUBLIC if one.who == PUBLIC else sql.name(one.who)
        yield f"REVOKE {'ALL' if one.table else one.privilege} ON {on} FROM {who}"
