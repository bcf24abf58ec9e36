"""Whether a package keeps a setting from being edited in a sub-administration."""

import uuid
from collections.abc import Collection

from settings_sync.declaring.kinds import all_kinds
from settings_sync.models import Assignment
from sync_ledger.models import Base
from tenants.models import Administration
from tenants.schemas import current_schema_name, inside

from .assigned import Assignments


def is_forbidden(administration: Administration, kind: str, uid: uuid.UUID) -> bool:
    """Whether a setting may not be edited here: it came from the main administration, with such a package."""
    return bool(forbidden_among(administration, kind, [uid]))


def forbidden_among(administration: Administration, kind: str, uids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Those of these settings of one kind that may not be edited here; one query where no package forbids anything."""
    declared = all_kinds().by_key.get(kind)
    if declared is None or administration.parent_id is None:
        return set()
    # Asked first, because most customers forbid nothing, and editing is done all day.
    forbidding = Assignment.objects.filter(
        package__administration=administration.parent_id, package__forbids_editing=True
    )
    if not forbidding.exists():
        return set()
    assigned = Assignments(administration.main).of(administration)
    found = [uid for uid in uids if assigned.forbids_editing(declared.category.key, uid)]
    if not found:
        return set()
    with inside(administration):
        # A package may hold a whole category: what the administration made itself in it stays its own.
        return set(Base.objects.filter(kind=kind, uid__in=found).values_list("uid", flat=True))


def administration_of_schema() -> Administration | None:
    """The sub-administration whose schema was entered; None in a main one, and outside of any."""
    found = Administration.objects.select_related("parent").filter(schema_name=current_schema_name())
    return found.exclude(parent=None).first()
