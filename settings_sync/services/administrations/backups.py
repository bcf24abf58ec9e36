"""What goes with a backup of one administration from the shared tables of syncs: the documents that its ledger points
at, and the policies and rules of a main administration. Plans, runs and what undoing them needs stay where they are."""

from collections.abc import Iterable, Iterator
from itertools import islice

from django.db import connection

from settings_sync.engine import sql
from settings_sync.engine.reading.index import IN_USE
from settings_sync.engine.rows import STORED_DIGEST
from settings_sync.models import ItemRule, SyncPolicy
from tenants import exact_json
from tenants.models import Administration
from tenants.schema_hooks import Carried

AT_ONCE = 200
GIVEN = (
    "SELECT decode(d ->> 'digest', 'hex') AS digest, d ->> 'kind' AS kind,"
    " coalesce((d ->> 'version')::smallint, 0) AS version, d -> 'body' AS body, d -> 'needs' AS needs,"
    " d -> 'keys' AS keys FROM unnest(%s::jsonb[]) AS d"
)


def read_documents(administration: Administration) -> Iterator[str]:
    """The documents that were decided on there, without which no later sync could merge field by field."""
    base = sql.name(administration.schema_name, "sync_ledger_base")
    # Documents of years may be more than the memory of a worker.
    with connection.chunked_cursor() as cursor:
        cursor.execute(
            "SELECT jsonb_build_object('digest', encode(digest, 'hex'), 'kind', kind, 'version', version,"
            " 'body', body, 'needs', needs, 'keys', keys)::text FROM public.settings_sync_document"
            f" WHERE digest IN (SELECT digest FROM {base}) ORDER BY digest"  # nosec B608 # a quoted name
        )
        for (line,) in cursor:
            yield line


def write_documents(_administration: Administration, lines: Iterable[str]) -> None:
    """Store the documents that are not here. Raises ValueError when one is not what its digest says: others, of other
    customers as well, are found by it."""
    left = iter(lines)
    while some := list(islice(left, AT_ONCE)):
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT count(*) FROM ({GIVEN}) given WHERE digest IS DISTINCT FROM {STORED_DIGEST}",  # nosec B608 # constants
                [some],
            )
            if cursor.fetchone()[0]:
                raise ValueError("A document is not what its digest says.")
            # What is old may be pruned before this commits, unless it is in use again; the rest is left unlocked.
            cursor.execute(
                f"UPDATE public.settings_sync_document d SET created_at = now() FROM ({GIVEN}) given"  # nosec B608 # a constant
                " WHERE d.digest = given.digest AND d.created_at < now() - make_interval(secs => %s)",
                [some, IN_USE.total_seconds()],
            )
            cursor.execute(
                "INSERT INTO public.settings_sync_document (digest, kind, version, body, needs, keys, created_at)"  # nosec B608 # a constant
                " SELECT digest, kind, version, body, needs, keys, now()"
                f" FROM ({GIVEN}) given ON CONFLICT (digest) DO NOTHING",
                [some],
            )


def read_rules(administration: Administration) -> Iterator[str]:
    """The policies of a main administration, and what it locked or decided for good per setting."""
    for policy in SyncPolicy.objects.filter(administration=administration):
        yield exact_json.dump({"policies": policy.policies, "max_share": policy.max_share})
    for rule in ItemRule.objects.filter(administration=administration).order_by("kind", "uid"):
        said = {"locked_paths": rule.locked_paths, "policies": rule.policies}
        yield exact_json.dump({"kind": rule.kind, "uid": str(rule.uid), **said})


def write_rules(administration: Administration, lines: Iterable[str]) -> None:
    """Put them back in the place of what is said now."""
    rows = [exact_json.load(line) for line in lines]
    SyncPolicy.objects.filter(administration=administration).delete()
    ItemRule.objects.filter(administration=administration).delete()
    SyncPolicy.objects.bulk_create(
        SyncPolicy(administration=administration, **row) for row in rows if "kind" not in row
    )
    ItemRule.objects.bulk_create(ItemRule(administration=administration, **row) for row in rows if "kind" in row)


CARRIED = (
    Carried("documents", read_documents, write_documents),
    Carried("rules", read_rules, write_rules),
)
