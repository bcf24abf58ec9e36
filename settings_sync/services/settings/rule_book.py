"""What a main administration decided for good: what its syncs do where nobody decides, and locks of single settings."""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils.text import capfirst

from accounts.models import User
from audit.models import record
from settings_sync.declaring.kinds import all_kinds
from settings_sync.engine.reading.index import look_at, read_documents
from settings_sync.exceptions import NotTheMain, UnknownItem, UnknownPath, UnknownPolicy
from settings_sync.models import ItemRule, SyncPolicy
from settings_sync.permissions import NotAllowed, may_run_sync
from settings_sync.planning.policies import POLICIES
from settings_sync.services.plans.rules import policies_of
from settings_sync.wording.decision_wording import POLICY_WORDS, policy_in_words
from tenants.models import Administration

from .places import place_called, read_standing

PER_ITEM = tuple(policy for policy in POLICIES if policy != "stale")
"""The policies that one setting may have for itself."""

FOUND = 50


@dataclass(frozen=True)
class RuleRow:
    """A setting with a rule of its own, in words."""

    kind: str
    uid: uuid.UUID
    kind_label: str
    label: str
    is_gone: bool
    locked: tuple[str, ...]
    policies: tuple[str, ...]


@dataclass(frozen=True)
class FoundItem:
    """A setting of the main administration that can be given a rule."""

    kind: str
    uid: uuid.UUID
    kind_label: str
    label: str


def max_share_of(main: Administration) -> int:
    """The share, in percent, from which overwriting and removing asks for a typed confirmation."""
    found = SyncPolicy.objects.filter(administration=main).first()
    return found.max_share if found else SyncPolicy._meta.get_field("max_share").default


def update_policies(
    *, acting_user: User, main: Administration, policies: Mapping[str, str], max_share: int
) -> SyncPolicy:
    """What syncs of a main administration do from now on where nobody decides.

    Raises NotAllowed, NotTheMain or UnknownPolicy; previews that were made keep the policies they were made with.
    """
    _guard(acting_user, main, policies, POLICIES)
    with transaction.atomic():
        before = {**policies_of(main), "max_share": max_share_of(main)}
        stored, _made = SyncPolicy.objects.update_or_create(
            administration=main, defaults={"policies": {**policies_of(main), **policies}, "max_share": max_share}
        )
        after = {**stored.policies, "max_share": max_share}
        changes = {name: [before[name], after[name]] for name in after if before.get(name) != after[name]}
        # Whoever saves the page as it was has changed nothing that the trail should tell.
        if changes:
            record("policies.changed", actor=acting_user, administration=main, changes=changes)
    return stored


def set_rule(
    *,
    acting_user: User,
    main: Administration,
    kind: str,
    uid: uuid.UUID,
    locked_paths: Collection[str],
    policies: Mapping[str, str],
) -> None:
    """Lock a setting, or places in it, in every administration, and give it policies of its own.

    Without either the rule is removed. Raises NotAllowed, NotTheMain, UnknownItem, UnknownPath or UnknownPolicy.
    """
    _guard(acting_user, main, policies, PER_ITEM)
    standing = read_standing(main, kind, uid)
    # A rule outlives its setting, and can then only be taken away.
    if standing is None and (locked_paths or policies):
        raise UnknownItem(uid=uid)
    known = {place.path for place in standing.places} if standing else set()
    for path in locked_paths:
        if path not in known:
            raise UnknownPath(label=standing.label if standing else "", path=path)
    # A lock of the whole says all that those of its places would.
    locked = [""] if "" in locked_paths else sorted(set(locked_paths))
    with transaction.atomic():
        _store(main, kind, uid, locked, dict(policies))
        record(
            "item_rule.changed",
            actor=acting_user,
            administration=main,
            kind=kind,
            uid=str(uid),
            locked=locked,
            policies=dict(policies),
        )


def find_rule(main: Administration, kind: str, uid: uuid.UUID) -> ItemRule | None:
    """The rule of one setting."""
    return ItemRule.objects.filter(administration=main, kind=kind, uid=uid).first()


def list_rules(main: Administration) -> list[RuleRow]:
    """Every setting with a rule of its own, by category and name; a few queries however many there are."""
    entries = look_at(main).entries
    rules = list(ItemRule.objects.filter(administration=main))
    documents = read_documents(main.schema_name, {(rule.kind, rule.uid) for rule in rules if rule.locked_paths})
    rows = []
    for rule in rules:
        key = (rule.kind, rule.uid)
        kind = all_kinds().by_key.get(rule.kind)
        entry = entries.get(key)
        rows.append(
            RuleRow(
                kind=rule.kind,
                uid=rule.uid,
                kind_label=capfirst(str(kind.label)) if kind else rule.kind,
                label=entry.label if entry else "–",
                is_gone=entry is None,
                locked=tuple(place_called(rule.kind, path, documents.get(key)) for path in rule.locked_paths),
                policies=tuple(": ".join(policy_in_words(name, value)) for name, value in rule.policies.items()),
            )
        )
    return sorted(rows, key=lambda row: (row.kind_label, row.label.casefold()))


def find_items(main: Administration, query: str) -> list[FoundItem]:
    """The settings whose name has these words in it, the first of them; none without a query."""
    wanted = query.casefold().split()
    found = [
        FoundItem(entry.kind, entry.uid, capfirst(str(all_kinds()[entry.kind].label)), entry.label)
        for entry in look_at(main).entries.values()
        if wanted and all(word in entry.label.casefold() for word in wanted)
    ]
    return sorted(found, key=lambda row: (row.label.casefold(), row.kind_label))[:FOUND]


def _guard(user: User, main: Administration, policies: Mapping[str, str], known: Collection[str]) -> None:
    if not main.is_main:
        raise NotTheMain(name=main.name)
    if not may_run_sync(user, main):
        raise NotAllowed("sync.run")
    for policy, value in policies.items():
        if policy not in known or value not in POLICY_WORDS[policy][1]:
            raise UnknownPolicy(policy=policy, value=value)


def _store(main: Administration, kind: str, uid: uuid.UUID, locked: list[str], policies: dict[str, str]) -> None:
    if not locked and not policies:
        ItemRule.objects.filter(administration=main, kind=kind, uid=uid).delete()
        return
    ItemRule.objects.update_or_create(
        administration=main, kind=kind, uid=uid, defaults={"locked_paths": locked, "policies": policies}
    )
