"""An edit of a setting by its document, as a catalog judges it."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from accounts.models import User

Document = Mapping[str, Any]


@dataclass(frozen=True)
class DocumentEdit:
    """What a setting is to become in the administration that was entered.

    `before` is None for a new one, and `after` for one that is to go. Both are canonical documents.
    """

    acting_user: User
    uid: uuid.UUID
    before: Document | None
    after: Document | None

    @property
    def is_archived(self) -> bool:
        """Whether nobody can choose the setting afterwards."""
        return self.after is None or bool(self.after.get("is_archived"))

    def former(self, name: str) -> Any:
        """The value that a field of the item has until now; None where there is none."""
        return None if self.before is None else self.before.get(name)
