"""Everything that can be refused or go wrong, as one tree. The docstring of a class is what people read."""

import inspect

from django.utils.translation import gettext


class SyncError(Exception):
    """Something went wrong with this sync."""

    code = "sync-error"
    status = 409

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        super().__init__(self.detail)

    @property
    def detail(self) -> str:
        """The message in the reader's language, with the facts filled in."""
        return gettext(inspect.getdoc(type(self)) or "").format(**self.facts)

    def __str__(self) -> str:
        return self.detail
