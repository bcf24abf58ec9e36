"""The log of edits to settings: per field, who and when."""

import uuid
from collections.abc import Mapping
from typing import Any

from .models import Edit


def record_edits(
    *, acting_user: Any, kind: str, uid: uuid.UUID, label: str, before: Mapping[str, Any], after: Mapping[str, Any]
) -> list[Edit]:
    """Log every path whose value differs between two flat mappings; call it in the transaction of the edit.

    A path is what a person recognises, such as `name` or `sections/Metingen/CO-gehalte/required`; values must be
    JSON-serialisable. A path missing on one side counts as None there, and so does an
    empty text or list. Returns the rows written.
    """
    paths = [path for path in {**before, **after} if _said(before.get(path)) != _said(after.get(path))]
    return Edit.objects.bulk_create(
        Edit(
            by_id=acting_user.pk if acting_user else None,
            by_name=str(acting_user) if acting_user else "",
            kind=kind,
            uid=uid,
            label=label[:250],
            path=path[:250],
            before=before.get(path),
            after=after.get(path),
        )
        for path in paths
    )


def _said(value: Any) -> Any:
    return None if value in ("", []) else value
