"""The log of edits to settings: per field, who and when."""

from collections.abc import Callable, Mapping
from typing import Any

from accounts.acting import written_name

from .models import Edit

AfterEdit = Callable[[Any, Any], None]
after_edits: list[AfterEdit] = []
"""Called with the user and the item once an edit of it is written and logged, in the transaction of the edit; not for
one that is to be deleted. Apps above this one add what they keep of edits."""

before_removals: list[AfterEdit] = []
"""The same for one that is to be deleted, before it is. What a listener raises keeps the edit from being made."""


def record_edits(*, acting_user: Any, item: Any, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Edit]:
    """Log every path of a setting whose value differs between two flat mappings, in the transaction of the edit.

    A path is what a person recognises, such as `name` or `sections/Metingen/CO-gehalte/required`; values must be
    JSON-serialisable. A path missing on one side counts as None there, and so does an empty text, list or object.
    Returns the rows written.
    """
    paths = [path for path in {**before, **after} if _said(before.get(path)) != _said(after.get(path))]
    edits = Edit.objects.bulk_create(
        Edit(
            by_id=acting_user.pk if acting_user else None,
            by_name=written_name(acting_user),
            kind=item._meta.label_lower,
            uid=item.uid,
            label=str(item)[:250],
            path=path[:250],
            before=before.get(path),
            after=after.get(path),
        )
        for path in paths
    )
    for listener in after_edits if after else before_removals:
        listener(acting_user, item)
    return edits


def _said(value: Any) -> Any:
    return None if value in ("", [], {}) else value
