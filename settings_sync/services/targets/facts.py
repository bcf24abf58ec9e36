"""What is asked again of the shared tables once a target is claimed, in one statement."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection

from settings_sync.models import SyncTarget
from tenants import exact_json

# Written out, because Django takes longer to put these six together than the database to answer them.
READ = """
SELECT a.state, a.migration_head, main.migration_head,
    EXISTS (SELECT FROM public.settings_sync_synctarget t JOIN public.settings_sync_syncrun r ON r.id = t.run_id
        WHERE t.administration_id = a.id AND t.run_id <> %(run)s AND r.created_at > %(confirmed_at)s
        AND t.state = ANY(%(applied)s)),
    EXISTS (SELECT FROM public.settings_sync_synctarget t JOIN public.settings_sync_syncrun r ON r.id = t.run_id
        WHERE t.administration_id = a.id AND t.run_id <> %(run)s AND r.created_at < %(confirmed_at)s
        AND t.state = %(succeeded)s AND t.finished_at >= %(planned_at)s),
    (SELECT jsonb_object_agg(m.administration_id, r.rights)::text
        FROM public.tenants_membership m JOIN public.tenants_role r ON r.id = m.role_id
        WHERE m.user_id = %(user)s AND m.administration_id IN (a.id, %(main)s))
FROM public.tenants_administration a LEFT JOIN public.tenants_administration main ON main.id = a.parent_id
WHERE a.id = %(administration)s
"""


@dataclass(frozen=True)
class Facts:
    """The state and versions of a target's administration; whether a later run was carried out there, and whether an
    earlier one was since the preview; and what by whose right the run was asked may do, by administration."""

    state: str
    migration_head: str
    head_of_main: str | None
    has_later: bool
    has_earlier: bool
    rights: Mapping[uuid.UUID, list[str]]


def read_facts(target: SyncTarget) -> Facts:
    """Ask once a target is claimed: as long as it is, no other run is carried out in that administration."""
    run = target.run
    asked: dict[str, Any] = {
        "administration": target.administration_id,
        "main": run.plan.administration_id,
        "run": run.pk,
        "confirmed_at": run.created_at,
        "planned_at": run.plan.created_at,
        "applied": list(SyncTarget.APPLIED),
        "succeeded": SyncTarget.State.SUCCEEDED,
        "user": run.by_right_of_id,
    }
    with connection.cursor() as cursor:
        cursor.execute(READ, asked)
        state, head, head_of_main, has_later, has_earlier, rights = cursor.fetchone()
    of_each = exact_json.load(rights) if rights else {}
    held = {uuid.UUID(administration): names for administration, names in of_each.items()}
    return Facts(state, head, head_of_main, has_later, has_earlier, held)
