"""What points at items of an administration: daily data, or other settings."""

import uuid
from collections import defaultdict
from collections.abc import Collection

from django.db import connection

from settings_sync.declaring.kinds import all_kinds
from settings_sync.engine.references import count_in_daily_data, find_pointing_settings
from settings_sync.planning.values import Key, Uses


def uses_of(schema: str, keys: Collection[Key]) -> Uses:
    """What points at these items now; an item that points at itself does not use itself."""
    by_kind: dict[str, set[uuid.UUID]] = defaultdict(set)
    for kind, uid in keys:
        by_kind[kind].add(uid)
    rows: dict[Key, dict[str, int]] = defaultdict(dict)
    pointing: set[tuple[Key, Key]] = set()
    with connection.cursor() as cursor:
        for kind_key, uids in by_kind.items():
            cursor.execute(count_in_daily_data(all_kinds()[kind_key], schema, uids))
            for uid, table, number in cursor.fetchall():
                rows[kind_key, uid][table] = number
            cursor.execute(find_pointing_settings(all_kinds()[kind_key], schema, uids))
            pointing |= {((kind_key, uid), (other, by)) for uid, other, by in cursor.fetchall()}
    return Uses(frozenset(rows), frozenset((key, by) for key, by in pointing if by != key), rows)
