"""Searching across all customers, for support: administrations, users, runs and settings by name."""

import uuid
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass

from django.db.models import Q

from accounts.models import User
from settings_sync.declaring.kinds import all_kinds
from settings_sync.engine.reading.found import find_entries
from settings_sync.models import SyncRun
from settings_sync.planning.values import Key
from tenants.models import Administration
from tenants.wholeness import having

MOST = 20
LONGEST = 100
SHORTEST = 2


@dataclass(frozen=True)
class FoundItem:
    """A setting of one customer, and the administrations that have it; `key` is its kind and uid."""

    key: Key
    kind: str
    label: str
    main: Administration
    administrations: tuple[Administration, ...]


@dataclass(frozen=True)
class Found:
    """At most MOST of each."""

    administrations: tuple[Administration, ...] = ()
    users: tuple[User, ...] = ()
    runs: tuple[SyncRun, ...] = ()
    items: tuple[FoundItem, ...] = ()


def search_everywhere(asked: str) -> Found:
    """What has these words in its name, address or number; nothing for less than SHORTEST characters."""
    # PostgreSQL refuses NUL in a text, wherever it comes from.
    words = " ".join(asked.replace("\0", "").split())[:LONGEST]
    if len(words) < SHORTEST:
        return Found()
    administrations = Administration.objects.existing().filter(
        Q(name__icontains=words) | Q(slug__icontains=words) | Q(company_name__icontains=words)
    )
    users = User.objects.filter(Q(email__icontains=words) | Q(name__icontains=words))
    return Found(
        administrations=tuple(administrations.select_related("parent").order_by("name")[:MOST]),
        users=tuple(users.order_by("email")[:MOST]),
        runs=_find_runs(words),
        items=_find_items(words),
    )


def _find_runs(words: str) -> tuple[SyncRun, ...]:
    named = Q(note__icontains=words) | Q(administration__name__icontains=words)
    with suppress(ValueError):
        named = Q(pk=uuid.UUID(words))
    found = SyncRun.objects.filter(named).select_related("administration", "requested_by")
    return tuple(found.order_by("-created_at")[:MOST])


def _find_items(words: str) -> tuple[FoundItem, ...]:
    rows = {row.schema_name: row for row in Administration.objects.active().select_related("parent")}
    holders: dict[tuple[uuid.UUID, str, uuid.UUID], dict[str, Administration]] = defaultdict(dict)
    labels: dict[tuple[uuid.UUID, str, uuid.UUID], str] = {}
    for entry in find_entries(sorted(having("sync_ledger_indexentry", list(rows))), words, MOST):
        holder = rows[entry.schema]
        key = (holder.main.pk, entry.kind, entry.uid)
        holders[key][entry.schema] = holder
        # Called as the main calls it, where a sub-administration gave it another name.
        if holder.is_main or key not in labels:
            labels[key] = entry.label
    first = sorted(labels, key=lambda key: (labels[key].casefold(), str(key)))[:MOST]
    return tuple(_found(key, labels[key], list(holders[key].values())) for key in first)


def _found(key: tuple[uuid.UUID, str, uuid.UUID], label: str, holders: list[Administration]) -> FoundItem:
    ordered = sorted(holders, key=lambda row: (not row.is_main, row.name.casefold()))
    return FoundItem(key[1:], _kind_label(key[1]), label, ordered[0].main, tuple(ordered))


def _kind_label(key: str) -> str:
    kind = all_kinds().by_key.get(key)
    return str(kind.label) if kind else key
