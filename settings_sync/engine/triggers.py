"""The triggers of every administration: those that note which settings were touched, and those that refuse syncs.

Each is declared once, as data: from it comes the statement that makes it, and what a doctor compares it with.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from settings_sync.declaring.kinds import Kind, Table

from . import sql

# Any number that nothing else locks by. Two schemas with one hash take turns needlessly, and nothing worse.
EDIT_LOCK = 4711
GUARD_SAYS = "A sync may not write"
"""How the guard's refusal begins. Its code is that of any right that is missing; its words tell them apart."""

ENTER = "settings_sync_enter"
TOUCH = "settings_sync_touch"
REFUSE = "settings_sync_refuse"

OLD_ROWS = "OLD TABLE AS old_rows"
NEW_ROWS = "NEW TABLE AS new_rows"
ROWS = {"INSERT": NEW_ROWS, "UPDATE": f"{OLD_ROWS} {NEW_ROWS}", "DELETE": OLD_ROWS}
"""What a trigger is given of the rows that a statement wrote. TRUNCATE gives none."""

BITS = {"AFTER": 0, "BEFORE": 2, "INSERT": 4, "DELETE": 8, "UPDATE": 16, "TRUNCATE": 32}
EVERYTHING = ("INSERT", "UPDATE", "DELETE", "TRUNCATE")


@dataclass(frozen=True)
class Trigger:
    """A trigger that is fired once for each statement, and the function of the shared schema that it calls."""

    table: str
    name: str
    when: str
    events: tuple[str, ...]
    function: str
    arguments: tuple[str, ...] = ()

    def statement(self, schema: str) -> str:
        """The statement that makes it, or puts it right, in one administration's schema."""
        rows = f" REFERENCING {ROWS[self.events[0]]}" if self.looks_at_rows else ""
        return (
            f"CREATE OR REPLACE TRIGGER {self.name} {self.when} {' OR '.join(self.events)}"
            f" ON {sql.name(schema, self.table)}{rows} FOR EACH STATEMENT"
            f" EXECUTE FUNCTION public.{self.function}({', '.join(map(sql.literal, self.arguments))})"
        )

    @property
    def definition(self) -> tuple[int, str, tuple[str, ...], str, str, bool]:
        """What PostgreSQL keeps of it: `tgtype`, function, arguments, the names of the rows of before and after.

        The last says whether it fires only on a condition or for some columns, which none of these does.
        """
        bits = BITS[self.when] + sum(BITS[event] for event in self.events)
        rows = ROWS[self.events[0]] if self.looks_at_rows else ""
        names = ("old_rows" if OLD_ROWS in rows else "", "new_rows" if NEW_ROWS in rows else "")
        return bits, self.function, self.arguments, *names, False

    @property
    def looks_at_rows(self) -> bool:
        """Whether it is given the rows that were written."""
        return self.when == "AFTER" and self.events[0] in ROWS


def functions(login: str) -> dict[str, str]:
    """The bodies of the functions that triggers call, by name; syncs are told by their login."""
    is_sync = f"session_user = {sql.literal(login)}"
    return {
        ENTER: f"""
BEGIN
    -- An edit and a sync of the same administration take turns; edits do not wait for each other.
    IF NOT {is_sync} THEN
        PERFORM pg_advisory_xact_lock_shared({EDIT_LOCK}, hashtext(TG_TABLE_SCHEMA));
    END IF;
    RETURN NULL;
END """,
        TOUCH: f"""
DECLARE
    found text := format(TG_ARGV[1], TG_TABLE_SCHEMA);
    noted bigint;
BEGIN
    IF {is_sync} THEN
        RETURN NULL;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        found := found || ' UNION ' || replace(found, 'FROM new_rows', 'FROM old_rows');
    ELSIF TG_OP = 'DELETE' THEN
        found := replace(found, 'FROM new_rows', 'FROM old_rows');
    END IF;
    EXECUTE format('INSERT INTO %I.sync_ledger_dirty (kind, uid) SELECT DISTINCT %L, q.uid FROM (%s) q',
        TG_TABLE_SCHEMA, TG_ARGV[0], found);
    GET DIAGNOSTICS noted = ROW_COUNT;
    IF noted > 0 THEN
        INSERT INTO public.settings_sync_touched (schema_name) VALUES (TG_TABLE_SCHEMA);
    END IF;
    RETURN NULL;
END """,
        REFUSE: f"""
BEGIN
    -- Rights do not stop a foreign key's cascade, which runs as the table's owner; this does.
    IF {is_sync} THEN
        RAISE EXCEPTION '{GUARD_SAYS} %.', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END """,
    }


def make_functions(login: str) -> str:
    """The statements that make the functions, or put them right."""
    return "\n".join(
        f"CREATE OR REPLACE FUNCTION public.{name}() RETURNS trigger LANGUAGE plpgsql AS $${body}$$;"
        for name, body in functions(login).items()
    )


def triggers_of(kind: Kind) -> list[Trigger]:
    """The triggers on every table of a kind: items, parts and links."""
    touched = [(table.table, _item_of_part(table)) for table in kind.tables]
    touched += [(link.table, _item_of_link(kind, link.own_column)) for link in kind.links]
    return [trigger for table, query in touched for trigger in _triggers_on(table, kind, query)]


def guards_on(tables: Iterable[str]) -> list[Trigger]:
    """The triggers that refuse syncs on tables that they must never write."""
    return [Trigger(table, "sync_refuse", "BEFORE", EVERYTHING, REFUSE) for table in tables]


def _triggers_on(table: str, kind: Kind, query: str) -> list[Trigger]:
    queries = dict.fromkeys(ROWS, query) | {"TRUNCATE": _all_items(kind)}
    # One for each event, because PostgreSQL gives no rows to a trigger that has several.
    touching = [
        Trigger(table, f"sync_touch_{event.lower()}", "AFTER", (event,), TOUCH, (kind.key, found))
        for event, found in queries.items()
    ]
    # BEFORE, so that nobody waits for a turn with rows locked that the sync is to write.
    return [Trigger(table, "sync_enter", "BEFORE", EVERYTHING, ENTER), *touching]


def _all_items(kind: Kind) -> str:
    """The uids of all items that stand there, or that the index knows from before the table was emptied."""
    return (
        f"SELECT uid FROM %1$I.{kind.root.table} UNION"
        f" SELECT uid FROM %1$I.sync_ledger_indexentry WHERE kind = {sql.literal(kind.key)}"
    )


def _item_of_part(table: Table) -> str:
    """The uids of the items that rows of a table belong to; `%1$I` is the schema, for `format` in the trigger."""
    if table.parent is None:
        return "SELECT c.uid FROM new_rows c"
    joins = ""
    below = "c"
    column = table.parent_column
    for number, above in enumerate(table.path[1:]):
        joins += f" JOIN %1$I.{above.table} u{number} ON u{number}.id = {below}.{column}"
        below = f"u{number}"
        column = above.parent_column
    return f"SELECT {below}.uid FROM new_rows c{joins}"


def _item_of_link(kind: Kind, own_column: str) -> str:
    return f"SELECT u.uid FROM new_rows c JOIN %1$I.{kind.root.table} u ON u.id = c.{own_column}"
