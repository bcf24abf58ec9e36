"""Names and values as psycopg quotes them, and SQL that is composed once and filled in each time it is used."""

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from psycopg.abc import AdaptContext
from psycopg.sql import SQL, Composable, Composed, Identifier, Literal, Placeholder


def name(*parts: str) -> str:
    """A quoted identifier, such as "a_1"."forms_catalog_form"."""
    return Identifier(*parts).as_string(None)


def literal(value: Any) -> str:
    """A quoted value."""
    return Literal(value).as_string(None)


def listed(uids: Iterable[uuid.UUID]) -> str:
    """An array of uids."""
    return f"{literal([str(uid) for uid in uids])}::uuid[]"


class Place(Composable):
    """A place in a template, by its name."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    def as_bytes(self, context: AdaptContext | None = None) -> bytes:
        # A query that still has a place would be carried out nowhere in particular.
        raise TypeError(f"{self.name} is filled in by a template.")


SCHEMA = Place("schema")


def in_schema(table: str) -> Composed:
    """A table of the administration that a template is filled in for."""
    return SQL("{}.{}").format(SCHEMA, Identifier(table))


def comma_separated(parts: Iterable[Composable]) -> Composed:
    """Expressions or names as a list."""
    return SQL(", ").join(parts)


@dataclass(frozen=True)
class Template:
    """SQL in which everything is quoted, in pieces, and the names of the places between them.

    Composing and quoting a query takes longer than PostgreSQL needs to carry out a small one; joining the pieces costs
    next to nothing. Nothing is looked for in the text, so no value in it can be taken for a place.
    """

    pieces: tuple[str, ...]
    places: tuple[str, ...]

    @classmethod
    def of(cls, query: Composable, *, takes_parameters: bool = False) -> "Template":
        """Compose a query. With `takes_parameters` it is executed with some, so that a % of its own is doubled."""
        pieces = [""]
        places = []
        for part in _parts_of(query):
            if isinstance(part, Place):
                places.append(part.name)
                pieces.append("")
            else:
                # psycopg looks for % as soon as it is given parameters, inside quoted values as well.
                is_own = takes_parameters and not isinstance(part, Placeholder)
                text = part.as_string(None)
                pieces[-1] += text.replace("%", "%%") if is_own else text
        return cls(tuple(pieces), tuple(places))

    def filled(self, *, schema: str = "", **queries: str) -> str:
        """The query for one administration, with a text of SQL at each other place."""
        values = {"schema": name(schema), **queries}
        first, *others = self.pieces
        return first + "".join(values[place] + piece for place, piece in zip(self.places, others, strict=True))


def _parts_of(query: Composable) -> Iterator[Composable]:
    if isinstance(query, Composed):
        for part in query:
            yield from _parts_of(part)
    else:
        yield query
