"""Searching by name as people do."""

import unicodedata


def plain(text: str) -> str:
    """A name as people search it: without accents and capitals."""
    parts = unicodedata.normalize("NFD", text.casefold())
    return "".join(character for character in parts if not unicodedata.combining(character))
