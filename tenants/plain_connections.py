"""Connecting to the database beside Django: for what must not wait for, or share, the connection of a request."""

from typing import Any

from django.db import connection


def plain_parameters(**more: Any) -> dict[str, Any]:
    """What psycopg needs to connect as Django does, without Django's own additions; `more` is added or replaced."""
    parameters = dict(connection.get_connection_params())
    for own in ("cursor_factory", "context", "prepare_threshold"):
        parameters.pop(own, None)
    return {**parameters, **more}
