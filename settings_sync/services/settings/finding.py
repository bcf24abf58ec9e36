"""Settings of the administration that was entered, found by their names in one query over all kinds."""

import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, F, Q, Value
from django.db.models.functions import Cast
from django.urls import NoReverseMatch, reverse

from settings_sync.declaring.kinds import Kind, all_kinds
from settings_sync.services.plans.category_rights import readable_categories

Page = Callable[[str, str, uuid.UUID], str]
_pages: dict[str, Page] = {}


@dataclass(frozen=True)
class FoundSetting:
    """A setting by its name; `kind` is the key of its kind."""

    kind: str
    kind_label: str
    uid: uuid.UUID
    label: str

    def address_in(self, slug: str) -> str:
        """Where it is edited in the administration with this slug."""
        return page_of(self.kind, slug, self.uid)


def register_pages(app: str, page: Page) -> None:
    """Say where an app edits its settings, when that is not at `<app>:edit`: kind, slug and uid in, the address out."""
    _pages[app] = page


def page_of(kind: str, slug: str, uid: uuid.UUID) -> str:
    """The address of the page of one setting; empty when its app has none."""
    app = kind.partition(".")[0]
    try:
        return _pages[app](kind, slug, uid) if app in _pages else reverse(f"{app}:edit", args=[slug, uid])
    except NoReverseMatch:
        return ""


def find_settings(words: str, rights: Collection[str], most: int) -> list[FoundSetting]:
    """The settings whose name or code holds these words, of readable categories; by name, at most so many."""
    readable = set(readable_categories(rights))
    kinds = [kind for kind in all_kinds() if kind.category.key in readable]
    queries = [_named(kind, words) for kind in kinds]
    if not queries:
        return []
    first, *others = queries
    rows = first.union(*others, all=True).order_by("shown_name", "uid")[:most]
    labels = {kind.key: str(kind.label) for kind in kinds}
    return [FoundSetting(row["kind_key"], labels[row["kind_key"]], row["uid"], row["shown_name"]) for row in rows]


def _named(kind: Kind, words: str) -> Any:
    model = kind.root.model
    fields = {field.name for field in model._meta.fields}
    named = Q()
    for name in {"name", "code", kind.natural_key, kind.item_label} & fields:
        named |= Q(**{f"{name}__icontains": words})
    rows = model._default_manager.filter(named, is_archived=False)
    columns = {"kind_key": Value(kind.key, CharField()), "shown_name": Cast(F(kind.item_label), CharField())}
    return rows.order_by().values("uid", **columns)
