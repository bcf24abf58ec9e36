"""How far each administration is in line, per category: folded from the dirty lists into shared rows.

A page asks the rows and nothing else; one query tells it of a thousand administrations. The reaper folds what was
touched.
"""

import logging
import uuid
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TypeVar

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import IntegerField, Min, Q, Sum
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Now
from django.utils import timezone

from settings_sync.declaring.kinds import all_kinds
from settings_sync.engine.reading.index import look_at
from settings_sync.models import Alignment, InboxDue, Touched
from settings_sync.planning.alignment import COUNTED, NAMES_TAKEN, align, relations
from settings_sync.planning.assigning import Expected
from settings_sync.planning.values import Key, Local
from settings_sync.services.assignments.assigned import Expectations
from settings_sync.services.plans.comparing import category_of
from tenants.models import Administration
from tenants.schemas import inside
from tenants.wholeness import having, note_damage

from .days import TO_BE_IN_LINE, note_today
from .due import LOOKED_AT_ONCE, find_due, find_touched, next_turn, read_notes

logger = logging.getLogger(__name__)

Counts = dict[str, int]
OfPackages = dict[str, list[int]]
Found = TypeVar("Found")
STORED_AT_ONCE = 100
# Written out, as it is asked in every administration that is counted.
FIRST_REVIEWS = "SELECT kind, min(review_on) FROM sync_ledger_deviation WHERE review_on IS NOT NULL GROUP BY kind"


def alignment_of(administrations: Collection[Administration]) -> dict[uuid.UUID, dict[str, Counts]]:
    """Per administration and category, how many items are in line, behind and so on; one query."""
    found: dict[uuid.UUID, dict[str, Counts]] = {administration.pk: {} for administration in administrations}
    for row in Alignment.objects.filter(administration__in=found):
        found[row.administration_id][row.category] = row.counts
    return found


@dataclass(frozen=True)
class Total:
    """How far an administration is in line, all categories together, and since when something should have been looked
    at again."""

    counts: Counts
    review_on: date | None = None


def totals_of(administrations: Collection[Administration]) -> dict[uuid.UUID, Total]:
    """The totals of those of these administrations that were counted; one query, in which the database adds up."""
    words = (*COUNTED, NAMES_TAKEN)
    # One row for each and not one for each category, of which JSON would have to be read a thousand times.
    sums = {f"sum_of_{word}": Sum(Cast(KT(f"counts__{word}"), IntegerField())) for word in words}
    due = Min("review_on", filter=Q(review_on__lte=timezone.localdate()))
    rows = Alignment.objects.filter(administration__in=administrations).values("administration")
    return {
        key: Total({word: number or 0 for word, number in zip(words, numbers, strict=True)}, review_on)
        for key, review_on, *numbers in rows.annotate(due=due, **sums).values_list("administration", "due", *sums)
    }


def reviews_due(administration: Administration) -> date | None:
    """Since when something should have been looked at again in an administration; None where nothing should."""
    total = totals_of([administration]).get(administration.pk)
    return total.review_on if total else None


def fold_alignment(*, everything: bool = False) -> int:
    """Recount the administrations whose settings were touched, or whose main's were, or all; returns how many.

    What cannot be counted, such as an administration whose schema is gone, is logged and keeps no other waiting.
    """
    notes = read_notes()
    mains = Administration.objects.active().mains() if everything else find_due(set(notes.values()))
    folded = sum(_attempt(main, partial(_fold_main, main, everything)) or 0 for main in mains)
    # Afterwards, so that they are still there when this is killed; what is touched meanwhile is noted by others.
    Touched.objects.filter(pk__in=notes).delete()
    return folded


def _attempt(administration: Administration, count: Callable[[], Found]) -> Found | None:
    try:
        return count()
    # A database that is away fails for all of them; the next round begins anew.
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("Administration %s could not be counted", administration.slug)
        return None


def fold_children(main: Administration, children: Iterable[Administration]) -> None:
    """Recount these sub-administrations now, such as after a run."""
    # With its documents, for this look empties the list by which a snapshot would find what to store.
    _fold_each(main, look_at(main, keep_documents=True), children)
    note_today(main)


def _fold_each(main: Administration, source: Local, children: Iterable[Administration]) -> int:
    """Count administrations, and store what was counted of some at once; returns of how many."""
    waiting = list(children)
    expectations = Expectations(main, source.entries)
    folded = 0
    for start in range(0, len(waiting), STORED_AT_ONCE):
        counted = [
            _attempt(child, partial(_rows_of_child, source, child, expectations))
            for child in waiting[start:][:STORED_AT_ONCE]
        ]
        _store(row for rows in counted if rows for row in rows)
        folded += sum(rows is not None for rows in counted)
    return folded


def _fold_main(main: Administration, everything: bool) -> int:
    main, *children = _countable([main, *main.children.active()])
    touched = find_touched([main, *children])
    # A look by somebody else empties the dirty list, so it sets the moment of counting back as well.
    counted = Alignment.objects.filter(administration__in=[main, *children], as_of__gt=Alignment.LONG_AGO)
    known = set(counted.values_list("administration", flat=True))
    # What was edited in the main makes each of its children stand otherwise.
    everything = everything or main.pk in touched or main.pk not in known
    stale = [child for child in children if everything or child.pk in touched or child.pk not in known]
    if not stale and not everything:
        return 0
    source = look_at(main, keep_documents=True)
    with inside(main):
        _store(_rows(main, _count_own(source), _first_reviews()))
    folded = _fold_each(main, source, stale)
    note_today(main)
    return folded


def _rows_of_child(source: Local, child: Administration, expectations: Expectations) -> list[Alignment]:
    expected = expectations.of(child)
    with inside(child):
        local = look_at(child)
        counts = align(source.entries, local, category_of(), expected)
        packages = _count_packages(source, local, expected, expectations.asking(child))
        # Noted here as well, because a sync brings agreements with a date.
        return _rows(child, counts, _first_reviews(), packages)


def _count_packages(
    source: Local, local: Local, expected: Expected | None, asking: Mapping[Key, Collection[str]]
) -> dict[str, OfPackages]:
    """Per category, by package: how many of the settings that it asks for are in line, and how many it asks for."""
    found: dict[str, OfPackages] = {}
    if not asking:
        return found
    categories = category_of()
    for key, word in relations(source.entries, local, expected).items():
        if word not in TO_BE_IN_LINE:
            continue
        for package in asking.get(key, ()):
            counted = found.setdefault(categories[key[0]], {}).setdefault(package, [0, 0])
            counted[0] += word == "in_line"
            counted[1] += 1
    return found


def _countable(administrations: list[Administration]) -> list[Administration]:
    """Those that are whole, as far as was looked; raises LookupError when the first, the main administration, is not.

    What is wrong with the others is noted with them. All that were noted or have no dirty list are looked at, and of
    the rest LOOKED_AT_ONCE, other ones each round.
    """
    present = having("sync_ledger_dirty", [row.schema_name for row in administrations])
    doubtful = [row for row in administrations if row.damage or row.schema_name not in present]
    damaged = note_damage({*doubtful, *_some(administrations)})
    if administrations[0] in damaged or administrations[0].schema_name not in present:
        raise LookupError(f"schema {administrations[0].schema_name} is not whole")
    return [row for row in administrations if row not in damaged and row.schema_name in present]


def _some(administrations: list[Administration]) -> list[Administration]:
    """So many of them, those that come next as time goes by."""
    start = next_turn(len(administrations))
    return [*administrations, *administrations][start : start + LOOKED_AT_ONCE]


def _count_own(source: Local) -> dict[str, Counts]:
    """The main administration's own row: how many items it has per category."""
    counted = Counter(all_kinds()[kind].category.key for kind, _uid in source.entries)
    return {category.key: {"items": counted[category.key]} for category in all_kinds().categories}


def count_again(administrations: Iterable[Administration]) -> None:
    """Have these sub-administrations counted anew by the reaper, such as when they are to have other settings."""
    Alignment.objects.filter(administration__in=administrations).update(as_of=Alignment.LONG_AGO)


def note_reviews(administration: Administration) -> None:
    """Note when what is kept as it is in an administration should be looked at again, such as after pinning."""
    with inside(administration):
        reviews = _first_reviews()
    for category in all_kinds().categories:
        # Where nobody has counted yet there is no row, and counting notes it as well.
        rows = Alignment.objects.filter(administration=administration, category=category.key)
        rows.update(review_on=reviews.get(category.key))


def _first_reviews() -> dict[str, date]:
    """Per category the first day on which something that is kept should be looked at again, in the schema of now."""
    with connection.cursor() as cursor:
        cursor.execute(FIRST_REVIEWS)
        rows = cursor.fetchall()
    first: dict[str, date] = {}
    for kind, day in rows:
        # A ledger keeps what a release takes away: of a kind that is not declared any more there is no category.
        if kind in all_kinds().by_key:
            category = all_kinds()[kind].category.key
            first[category] = min(day, first.get(category, day))
    return first


def _rows(
    administration: Administration,
    counts: Mapping[str, Counts],
    reviews: Mapping[str, date],
    packages: Mapping[str, OfPackages] | None = None,
) -> list[Alignment]:
    return [
        Alignment(
            administration=administration,
            category=category,
            counts=found,
            packages=(packages or {}).get(category, {}),
            review_on=reviews.get(category),
            as_of=Now(),
        )
        for category, found in counts.items()
    ]


def _store(rows: Iterable[Alignment]) -> None:
    counted = list(rows)
    subs = {row.administration for row in counted if row.administration.parent_id}
    with transaction.atomic():
        # What stands otherwise there is looked into by the inbox, which is not counted with.
        InboxDue.objects.bulk_create(
            [InboxDue(administration=sub, at=Now()) for sub in subs],
            update_conflicts=True,
            unique_fields=["administration"],
            update_fields=["at"],
        )
        Alignment.objects.bulk_create(
            counted,
            update_conflicts=True,
            unique_fields=["administration", "category"],
            update_fields=["counts", "packages", "review_on", "as_of"],
        )
