"""What keeps the trail append-only in the database, as migrating made it: for whoever checks it, or makes it again."""

TABLE = "audit_auditentry"
FUNCTION = "audit_refuse_change"
BODY = """
BEGIN
    RAISE EXCEPTION 'The trail is append-only.' USING ERRCODE = 'insufficient_privilege';
END """
ROW, BEFORE, DELETE, UPDATE, TRUNCATE = 1, 2, 8, 16, 32
TRIGGERS = {
    "audit_append_only": "BEFORE UPDATE OR DELETE {on} FOR EACH ROW",
    "audit_never_emptied": "BEFORE TRUNCATE {on} FOR EACH STATEMENT",
}
DEFINITIONS = {
    "audit_append_only": (ROW | BEFORE | DELETE | UPDATE, FUNCTION, (), "", "", False),
    "audit_never_emptied": (BEFORE | TRUNCATE, FUNCTION, (), "", "", False),
}
"""What PostgreSQL keeps of them: `tgtype`, function, arguments, the rows they are given, and whether on a condition."""


def statements() -> list[str]:
    """The statements that make the function and its triggers, or put them right."""
    function = f"CREATE OR REPLACE FUNCTION public.{FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $${BODY}$$"
    triggers = [
        f"CREATE OR REPLACE TRIGGER {name} {fires.format(on=f'ON public.{TABLE}')} EXECUTE FUNCTION public.{FUNCTION}()"
        for name, fires in TRIGGERS.items()
    ]
    return [function, *triggers]
