"""What the main administration changed in a sub-administration, told to the people who work there."""

import uuid
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Case, Exists, OuterRef, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from settings_sync.declaring.kinds import all_kinds
from settings_sync.models import Change, Document, Finding, SyncTarget
from settings_sync.planning.verdicts import WRITING, Action
from settings_sync.services.plans.category_rights import readable_categories
from settings_sync.services.previews.change_details import ChangeDetails, show_change
from settings_sync.services.previews.plan_overview import Counted
from tenants.models import Administration

from .changed_fields import changed_fields_in_words

SHOWN = 3
LISTED = 3
NAMED = 8
PAGE_SIZE = 50
ARCHIVED = "archived-instead"
OUTCOMES: dict[str, Any] = {
    Action.CREATE: _("added"),
    Action.UPDATE: _("updated"),
    Action.COUPLE: _("coupled"),
    Action.ARCHIVE: _("archived"),
    Action.DELETE: _("deleted"),
}


@dataclass(frozen=True)
class NewsOfSetting:
    """One setting that changed; `fields` says in short what in it, and is empty for one that came or went."""

    id: int
    category_label: str
    kind_label: str
    label: str
    outcome: str
    outcome_label: str
    fields: str


@dataclass(frozen=True)
class NewsOfCategory:
    """The settings of one category: the added ones by name, others with what changed in them, and how many more."""

    key: str
    label: str
    added: tuple[str, ...]
    changed: tuple[NewsOfSetting, ...]
    more: int


@dataclass(frozen=True)
class News:
    """One sync as the receiving administration sees it; `counted` and `categories` are of what the reader may see.

    `undoes` is when the sync was that it takes back.
    """

    id: uuid.UUID
    at: datetime
    by: str
    note: str
    counted: Counted
    undoes: datetime | None
    categories: tuple[NewsOfCategory, ...] = ()


def news_for(administration: Administration, rights: Collection[str]) -> list[News]:
    """The latest syncs that changed something here that the reader may see, newest first; three queries."""
    targets = list(_targets(administration, rights)[:SHOWN])
    changes = _written(rights).filter(plan_target__in=[target.plan_target_id for target in targets])
    found: dict[int, list[Change]] = {target.plan_target_id: [] for target in targets}
    for change in changes.order_by("id"):
        found[change.plan_target_id].append(change)
    listed = {pk: list(_by_category(rows)) for pk, rows in found.items()}
    named: list[Change] = []
    for groups in listed.values():
        for _key, rows in groups:
            named += _changed(rows)[:LISTED]
    words = changed_fields_in_words(named)
    return [
        _news(target, found[target.plan_target_id], _categories(listed[target.plan_target_id], words))
        for target in targets
    ]


def find_news(administration: Administration, rights: Collection[str], target_id: uuid.UUID) -> News | None:
    """One sync that changed something here that the reader may see."""
    target = _targets(administration, rights).filter(pk=target_id).first()
    return _news(target, list(_of(target, rights))) if target else None


def list_news(news: News, rights: Collection[str], page: str | int | None) -> Page[NewsOfSetting]:
    """One page of the settings that a sync changed, by category."""
    keys = [category.key for category in all_kinds().categories]
    shown_order = Case(*(When(category=key, then=Value(number)) for number, key in enumerate(keys)))
    changes = _written(rights).filter(plan_target__sync_target=news.id).order_by(shown_order, "kind", "label", "id")
    found: Page[Any] = Paginator(changes, PAGE_SIZE).get_page(page)
    rows = list(found.object_list)
    words = changed_fields_in_words(rows)
    found.object_list = [_setting(row, words) for row in rows]
    return found


def show_news(news: News, rights: Collection[str], change_id: int) -> ChangeDetails | None:
    """What a sync changed in one setting, field by field; None when it did not, or the reader may not see it."""
    found = _written(rights).filter(plan_target__sync_target=news.id, pk=change_id)
    change = found.select_related("plan_target__plan").first()
    return show_change(change.plan_target.plan, change.pk) if change else None


def is_kept(details: ChangeDetails) -> bool:
    """Whether the documents that tell what changed were not forgotten yet."""
    stored = (details.change.local_digest, details.change.result_digest)
    digests = {bytes(digest) for digest in stored if digest is not None}
    return Document.objects.filter(digest__in=digests).count() == len(digests)


def _targets(administration: Administration, rights: Collection[str]) -> "QuerySet[SyncTarget]":
    found = SyncTarget.objects.filter(administration=administration, state=SyncTarget.State.SUCCEEDED)
    found = found.filter(Exists(_written(rights).filter(plan_target=OuterRef("plan_target"))))
    return found.select_related("run__requested_by", "run__plan__undoes").order_by("-finished_at")


def _written(rights: Collection[str]) -> "QuerySet[Change]":
    """What was written, without what was held back at the last moment."""
    named = Finding.objects.filter(
        target=OuterRef("plan_target__sync_target"), kind=OuterRef("kind"), uid=OuterRef("uid")
    )
    found = Change.objects.filter(action__in=WRITING, category__in=readable_categories(rights))
    # Archived instead of deleted was written as well; all other findings tell of what was not.
    found = found.exclude(Exists(named.exclude(code=ARCHIVED)))
    # Left in the database: they are most of a row, and no line of news shows them.
    return found.annotate(was_archived=Exists(named.filter(code=ARCHIVED))).defer(
        "facts", "needed_by", "conflicts", "deviations", "pins", "warnings", "used_by"
    )


def _of(target: SyncTarget, rights: Collection[str]) -> "QuerySet[Change]":
    return _written(rights).filter(plan_target=target.plan_target_id).only("action")


def _news(target: SyncTarget, changes: list[Change], categories: Iterable[NewsOfCategory] = ()) -> News:
    assert target.finished_at is not None
    return News(
        id=target.pk,
        at=target.finished_at,
        by=str(target.run.requested_by or ""),
        note=target.run.note,
        # From the rows, because the counts that are stored tell of categories that this reader may not see.
        counted=Counted.sum_of({_outcome(row): 1} for row in changes),
        undoes=target.run.plan.undoes.created_at if target.run.plan.undoes else None,
        categories=tuple(categories),
    )


def _by_category(changes: list[Change]) -> Iterator[tuple[str, list[Change]]]:
    # Sorted here, because groupby takes together only what stands side by side.
    order = [category.key for category in all_kinds().categories]
    for key, rows in groupby(sorted(changes, key=lambda row: order.index(row.category)), lambda row: row.category):
        yield key, list(rows)


def _changed(changes: list[Change]) -> list[Change]:
    return [row for row in changes if row.action != Action.CREATE]


def _categories(groups: Iterable[tuple[str, list[Change]]], words: dict[int, str]) -> Iterator[NewsOfCategory]:
    labels = {category.key: str(category.label) for category in all_kinds().categories}
    for key, rows in groups:
        changed = _changed(rows)
        added = [row.label for row in rows if row.action == Action.CREATE]
        more = len(changed[LISTED:]) + len(added[NAMED:])
        shown = tuple(_setting(row, words) for row in changed[:LISTED])
        yield NewsOfCategory(key, labels[key], tuple(added[:NAMED]), shown, more)


def _setting(change: Change, words: dict[int, str]) -> NewsOfSetting:
    kind = all_kinds()[change.kind]
    return NewsOfSetting(
        id=change.pk,
        category_label=str(kind.category.label),
        kind_label=str(kind.label),
        label=change.label,
        outcome=_outcome(change),
        outcome_label=str(OUTCOMES[_outcome(change)]),
        fields=words.get(change.pk, ""),
    )


def _outcome(change: Any) -> str:
    return Action.ARCHIVE if change.was_archived else change.action
