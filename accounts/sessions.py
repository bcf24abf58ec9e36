"""Sessions in the database, found by a key that a browser sends: what no key of ours can be is not looked up."""

from typing import Any

from django.contrib.sessions.backends import db


class SessionStore(db.SessionStore):
    """The store of Django; a cookie with NUL in it is a session that does not exist, not an error of the database."""

    def _validate_session_key(self, key: Any) -> bool:
        return bool(super()._validate_session_key(key)) and key.isascii() and key.isalnum()  # type: ignore[misc]
