"""Which items something in their administration points at: daily data, or another setting."""

import uuid
from collections import defaultdict
from collections.abc import Collection

from django.db import connection

from settings_sync.declaring.kinds import all_kinds
from settings_sync.engine.references import find_pointing_settings, find_used_in_daily_data
from settings_sync.planning.values import Key


def used_items(schema: str, keys: Collection[Key]) -> set[Key]:
    """Those of these items that daily data points at, or another setting that is not among them or is used itself."""
    by_kind: dict[str, set[uuid.UUID]] = defaultdict(set)
    for kind, uid in keys:
        by_kind[kind].add(uid)
    used: set[Key] = set()
    pointing: list[tuple[Key, Key]] = []
    with connection.cursor() as cursor:
        for kind_key, uids in by_kind.items():
            cursor.execute(find_used_in_daily_data(all_kinds()[kind_key], schema, uids))
            used |= {(kind_key, uid) for (uid,) in cursor.fetchall()}
            cursor.execute(find_pointing_settings(all_kinds()[kind_key], schema, uids))
            pointing += [((kind_key, uid), (other, by)) for uid, other, by in cursor.fetchall()]
    before = -1
    while before != len(used):
        before = len(used)
        used |= {key for key, by in pointing if by != key and (by not in keys or by in used)}
    return used
