"""Lists by cursor: `{"next", "previous", "results"}`. A cursor holds a place in the order, signed for one address."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from django.core import signing
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.request import Request

from settings_sync.shapes.base import WholeInAddress
from tenants.binding import signing_salt

from .authentication import token_of

Row = TypeVar("Row")
ModelRow = TypeVar("ModelRow", bound=Model)
Place = list[Any]

DEFAULT_LIMIT = 50
LARGEST_LIMIT = 200
LONGEST_CURSOR = 1000


class InvalidCursor(ParseError):
    """This cursor does not belong here; start again without one."""

    default_code = "invalid-cursor"
    default_detail = _("This cursor does not belong here; start again without one.")


class PageQuery(serializers.Serializer[Any]):
    """What every list takes."""

    limit = WholeInAddress(min_value=1, max_value=LARGEST_LIMIT, default=DEFAULT_LIMIT)
    cursor = serializers.CharField(required=False, max_length=LONGEST_CURSOR)


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page: its rows, and the addresses of its neighbours."""

    results: list[Row]
    next: str | None
    previous: str | None

    def shaped(self, shape: Callable[[list[Row]], Any]) -> dict[str, Any]:
        """The page as the API answers it; `shape` turns the rows into plain data."""
        return {"next": self.next, "previous": self.previous, "results": shape(self.results)}


@dataclass(frozen=True)
class Window:
    """Which part of a list is asked for: what comes after a place, or before it."""

    request: Request
    limit: int
    place: Place | None = None
    backwards: bool = False

    @classmethod
    def of(cls, request: Request) -> "Window":
        """Read `?limit=` and `?cursor=`. Raises ValidationError or InvalidCursor."""
        query = PageQuery(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        limit = query.validated_data["limit"]
        cursor = query.validated_data.get("cursor")
        if cursor is None:
            return cls(request, limit)
        try:
            backwards, place = signing.loads(cursor, salt=_salt(request))
        except signing.BadSignature:
            raise InvalidCursor from None
        return cls(request, limit, place, backwards)

    def cut(self, rows: list[Row], place_of: Callable[[Row], Place]) -> Page[Row]:
        """A page of what was read: in reading direction, and one row more than the limit when there is more."""
        is_more = len(rows) > self.limit
        shown = rows[: self.limit]
        if self.backwards:
            shown.reverse()
        has_previous = is_more if self.backwards else self.place is not None
        has_next = self.backwards or is_more
        return Page(
            results=shown,
            next=self._link(place_of(shown[-1]), backwards=False) if shown and has_next else None,
            previous=self._link(place_of(shown[0]), backwards=True) if shown and has_previous else None,
        )

    def _link(self, place: Place, *, backwards: bool) -> str:
        query = {name: values for name, values in self.request.query_params.lists() if name != "cursor"}
        cursor = signing.dumps([backwards, place], salt=_salt(self.request), compress=True)
        address = urlencode({**query, "cursor": [cursor]}, doseq=True)
        return self.request.build_absolute_uri(f"{self.request.path}?{address}")


def page_of_rows(request: Request, rows: "QuerySet[ModelRow]", *order: str) -> Page[ModelRow]:
    """One page of a query, ordered by fields that together are unique, such as "-created_at", "-id"."""
    window = Window.of(request)
    fields = [_reversed(name) for name in order] if window.backwards else list(order)
    if window.place is not None:
        rows = rows.filter(_beyond(fields, window.place))
    names = [name.removeprefix("-") for name in order]
    found = list(rows.order_by(*fields)[: window.limit + 1])
    return window.cut(found, lambda row: [_plain(getattr(row, name)) for name in names])


def page_of_list(request: Request, rows: Sequence[Row], place_of: Callable[[Row], Place]) -> Page[Row]:
    """One page of a list that is sorted by `place_of`, which must be unique and plain."""
    window = Window.of(request)
    place = window.place
    if window.backwards:
        found = [row for row in reversed(rows) if place is None or place_of(row) < place]
    else:
        found = [row for row in rows if place is None or place_of(row) > place]
    return window.cut(found[: window.limit + 1], place_of)


def _beyond(fields: list[str], place: Place) -> Q:
    """What comes after a place in this order: the first field further on, or equal and the second further on."""
    found = Q()
    equal = Q()
    for field, value in zip(fields, place, strict=True):
        name = field.removeprefix("-")
        further = Q(**{f"{name}__{'lt' if field.startswith('-') else 'gt'}": value})
        found |= equal & further
        equal &= Q(**{name: value})
    return found


def _reversed(field: str) -> str:
    return field.removeprefix("-") if field.startswith("-") else f"-{field}"


def _plain(value: Any) -> Any:
    return value if isinstance(value, int) else str(value)


def _salt(request: Request) -> str:
    return signing_salt(token_of(request).administration_id, f"cursor:{request.path}")
