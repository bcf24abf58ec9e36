"""Names that belong to one administration: keys of the cache, salts of signatures, places of files.

They carry the administration's uuid, which is never used again, unlike its address or its name.
"""

import uuid
from typing import Any

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import FileSystemStorage

from .models import Administration
from .schemas import WrongSchema, current_schema_name


def cache_key(administration_id: uuid.UUID, *parts: object) -> str:
    """A key for what is kept about one administration."""
    return ":".join(["administration", str(uuid.UUID(str(administration_id))), *map(str, parts)])


def shared_key(*parts: object) -> str:
    """A key for what belongs to no administration: an account, or the health of the product."""
    return ":".join(["shared", *map(str, parts)])


def signing_salt(administration_id: uuid.UUID, purpose: str) -> str:
    """A salt for signatures that mean nothing in any other administration."""
    return f"{purpose}:{uuid.UUID(str(administration_id))}"


class AdministrationStorage(FileSystemStorage):
    """Keeps the files of each administration in a folder of its own; refuses to work outside every administration."""

    def path(self, name: str) -> str:
        """Where a file of the current administration is. Raises WrongSchema or SuspiciousFileOperation."""
        folder = str(_current_id())
        found = str(super().path(f"{folder}/{name}"))
        if not found.startswith(str(super().path(folder)) + "/"):
            raise SuspiciousFileOperation(f"{name!r} is outside the files of this administration.")
        return found

    def _save(self, name: str, content: Any) -> str:
        saved = super()._save(name, content)  # type: ignore[misc]
        return str(saved).removeprefix(f"{_current_id()}/")

    def url(self, name: str | None) -> Any:
        """Files have no address of their own: a page that checks the membership serves them."""
        raise NotImplementedError("Serve files by a view that checks the membership.")


def _current_id() -> uuid.UUID:
    schema = current_schema_name()
    found = Administration.objects.filter(schema_name=schema).values_list("pk", flat=True).first()
    if found is None:
        raise WrongSchema(f"Files belong to an administration; {schema!r} is none.")
    return found
