"""Whether anything is open at all, in one statement: most rounds of the reaper find nothing, and cost this."""

from dataclasses import dataclass

from django.db import connection

# Each looks into an index that holds only what is open; of what it finds the steps of a round ask more.
LOOK = """
SELECT EXISTS (SELECT FROM settings_sync_syncrun WHERE finished_at IS NULL)
        OR EXISTS (SELECT FROM settings_sync_synctarget WHERE state IN ('queued', 'running')),
    EXISTS (SELECT FROM settings_sync_plan WHERE state = 'computing'),
    EXISTS (SELECT FROM settings_sync_ordermoment WHERE state = 'due'),
    EXISTS (SELECT FROM tenants_administration WHERE state IN ('provisioning', 'deleting'))
"""


@dataclass(frozen=True)
class OpenWork:
    """Of which sorts of work something is open: runs with their targets, approvals and rings, plans that are being
    made, moments of standing orders, and administrations that come or go."""

    runs: bool
    plans: bool
    moments: bool
    administrations: bool


def find_open_work() -> OpenWork:
    """What there is now; what is begun a moment later wakes its workers itself, and the next round sees it."""
    with connection.cursor() as cursor:
        cursor.execute(LOOK)
        return OpenWork(*cursor.fetchone())
