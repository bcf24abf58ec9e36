"""What somebody was told, in their words, and what they have read of it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.acting import refuse_while_acting
from accounts.models import User
from tenants.models import Administration
from tenants.permissions import reachable_administrations

from ..kinds import Link, Words, find_kind
from ..models import Notice

PAGE_SIZE = 30
COUNTED = 99
KEPT_DAYS = 180
FORGOTTEN_AT_ONCE = 1000


@dataclass(frozen=True)
class NoticeRow:
    """A notice as its reader sees it."""

    notice: Notice
    icon: str
    words: Words

    @property
    def is_unread(self) -> bool:
        return self.notice.read_at is None


def count_unread(user: User) -> int:
    """How many notices somebody has not read yet; one more than `COUNTED` stands for all above."""
    return _shown(user).filter(read_at=None)[: COUNTED + 1].count()


def list_notices(user: User, page: str | int | None) -> Page[NoticeRow]:
    """One page of what somebody was told, latest first."""
    found: Page[Any] = Paginator(_shown(user), PAGE_SIZE).get_page(page)
    found.object_list = in_words(user, list(found.object_list))
    return found


def in_words(user: User, notices: Sequence[Notice]) -> list[NoticeRow]:
    """Say these to their reader, in the language of the thread. Names of administrations that the reader may not enter
    any more are not told."""
    reached = {row.pk: row for row in reachable_administrations(user)} if notices else {}
    return [_row(notice, reached) for notice in notices]


def _row(notice: Notice, reached: dict[uuid.UUID, Administration]) -> NoticeRow:
    kind = find_kind(notice.kind)
    administrations = [reached[key] for key in notice.administrations if key in reached]
    if kind is None or not administrations:
        return NoticeRow(notice, "lock", Words(_("This is about an administration that you may not enter any more.")))
    return NoticeRow(notice, kind.icon, kind.write(notice.facts, administrations))


def open_notice(*, acting_user: User, notice_id: uuid.UUID) -> NoticeRow | None:
    """One notice of this person, which they have read by now; None when they have no such notice."""
    refuse_while_acting()
    notice = _shown(acting_user).filter(pk=notice_id).first()
    if notice is None:
        return None
    _mark(_shown(acting_user).filter(pk=notice_id))
    return in_words(acting_user, [notice])[0]


def mark_all_read(*, acting_user: User) -> int:
    """Note that somebody has read all that they were told; returns how many they had not."""
    refuse_while_acting()
    return _mark(_shown(acting_user))


def forget_old_notices(days: int = KEPT_DAYS, most: int = FORGOTTEN_AT_ONCE) -> int:
    """Delete notices of so many days ago, at most so many at once. Returns how many."""
    before = timezone.now() - timedelta(days=days)
    old = list(Notice.objects.filter(created_at__lt=before).order_by("created_at").values_list("pk", flat=True)[:most])
    return Notice.objects.filter(pk__in=old).delete()[0] if old else 0


def link_of(words: Words) -> Link | None:
    """Where a notice leads when that is one place."""
    return words.links[0] if len(words.links) == 1 else None


def _shown(user: User) -> "QuerySet[Notice]":
    return Notice.objects.filter(user=user, is_shown=True)


def _mark(notices: "QuerySet[Notice]") -> int:
    return notices.filter(read_at=None).update(read_at=timezone.now())
