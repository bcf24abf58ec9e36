"""Searching one administration from any page: who finds what, and the same few rows of each.

Each app registers what can be found of its own, in its `searches.py`; that of `tenants` is at the end of this one.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User

from .models import Administration

SHORTEST = 2
LONGEST = 100
MOST = 8


@dataclass(frozen=True)
class Searching:
    """Who looks for which words in which administration, and with what rights there."""

    user: User
    administration: Administration
    rights: Collection[str]
    words: str


@dataclass(frozen=True)
class Hit:
    """One thing that was found."""

    label: str
    detail: str
    url: str


@dataclass(frozen=True)
class Source:
    """One kind of things: `find` lists at most one more than MOST that this user may see, in a fixed number of queries.

    `place` orders the sources, which come from several apps: by tens, so that there is room in between.
    """

    place: int
    label: Any
    icon: str
    find: Callable[[Searching], Sequence[Hit]]


@dataclass(frozen=True)
class Found:
    """What one source has; `has_more` when there is more than is shown."""

    source: Source
    hits: tuple[Hit, ...]
    has_more: bool


_registered: list[Source] = []


def register(*sources: Source) -> None:
    """Add what can be found of an app: called in its `searches.py`, which is imported when all apps are ready."""
    _registered.extend(sources)


def readable(typed: str) -> str:
    """The words to look for: without what PostgreSQL refuses in a text, and not longer than anything is called."""
    return " ".join(typed.replace("\0", "").split())[:LONGEST]


def search(searching: Searching) -> list[Found]:
    """What has these words and may be seen, by kind; nothing for less than SHORTEST characters."""
    if len(searching.words) < SHORTEST:
        return []
    sources = sorted(_registered, key=lambda source: source.place)
    found = [(source, tuple(source.find(searching))) for source in sources]
    return [Found(source, hits[:MOST], len(hits) > MOST) for source, hits in found if hits]


def _find_administrations(searching: Searching) -> list[Hit]:
    named = Q(name__icontains=searching.words) | Q(slug__icontains=searching.words)
    rows = Administration.objects.active().reachable_by(searching.user).filter(named).select_related("parent")
    return [
        Hit(row.name, str(row.kind.label), reverse("administration-home", args=[row.slug]))
        for row in rows.order_by("name", "pk")[: MOST + 1]
    ]


register(Source(40, _("Administrations"), "administration", _find_administrations))
